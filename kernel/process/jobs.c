/* SPDX-License-Identifier: MIT */
/*
 * Job control (POSIX 2.4.1, 11.1.4): stopping and continuing processes, and access to the terminal.
 */
#include "fs/terminal.h"
#include "lib/errno.h"
#include "process/process.h"
#include "process/process_internal.h"

/*
 * Sends SIGCHLD to the parent of a process that was stopped or continued, unless the parent has set
 * SA_NOCLDSTOP. If the parent waits for a child, ends that wait.
 */
static void tell_parent(const struct process *process, int code, int signal)
{
	struct process *parent = process->parent;

	if (!parent)
		return;
	if (!(signal_action(parent, SIGCHLD).flags & SA_NOCLDSTOP))
		signal_send(parent, SIGCHLD, (struct signal_info){ code, process->pid, (uint64_t)signal });
	process_wake_parent(parent);
}

void process_wake_parent(struct process *parent)
{
	for (struct thread *thread = &parent->main; thread; thread = thread->next)
		if (task_waits_for_end(&thread->task)) {
			thread->task.state = TASK_READY;
			sched_enqueue(&thread->task);
		}
}

void thread_stop(void)
{
	while (current_process()->stopped) {
		current_task()->state = TASK_STOPPED;
		sched_switch();
		if (signal_will_end(current_thread()))
			return;
	}
}

void process_stop(int signal)
{
	struct process *process = current_process();

	process->stop_signal = (uint8_t)signal;
	process->continued = false;
	process->stopped = true;
	signals_changed(process); /* the other threads stop on their way back to user mode */
	tell_parent(process, CLD_STOPPED, signal);
	thread_stop();
}

void process_continue(struct process *process, bool tell)
{
	process->stop_signal = 0;
	process->continued = tell;
	process->stopped = false;
	signals_changed(process);
	for (struct thread *thread = &process->main; thread; thread = thread->next)
		if (thread->task.state == TASK_STOPPED) {
			thread->task.state = TASK_READY;
			sched_enqueue(&thread->task);
		}
	if (tell)
		tell_parent(process, CLD_CONTINUED, SIGCONT);
}

struct group {
	int group;
	bool attended;
};

/*
 * Sets `attended` if the process is a member of the group and has a parent that could continue it.
 * Such a parent is in the same session but in another group.
 */
static void look_for_parent(struct process *process, void *argument)
{
	struct group *group = argument;

	if (process->group == group->group && process->task.state != TASK_ZOMBIE && process->parent)
		group->attended |= process->parent->session == process->session &&
		                   process->parent->group != process->group;
}

bool process_group_is_orphaned(int group)
{
	struct group wanted = { .group = group };

	process_each(look_for_parent, &wanted);
	return !wanted.attended;
}

static void signal_group(int group, enum terminal_event event)
{
	static const uint8_t signals[] = { [TERMINAL_INTERRUPT] = SIGINT,
		                           [TERMINAL_QUIT] = SIGQUIT,
		                           [TERMINAL_SUSPEND] = SIGTSTP,
		                           [TERMINAL_RESIZED] = SIGWINCH };

	process_kill_group(group, signals[event]);
}

static int check_terminal(enum terminal_use use)
{
	const struct process *process = current_process();
	const int signal = use == TERMINAL_READ ? SIGTTIN : SIGTTOU;

	if (!terminal_group || process->group == terminal_group || process->session != terminal_session)
		return 0;
	if (signal_action(process, signal).handler == SIGNAL_IGNORE ||
	    (current_thread()->signals.blocked & signal_bit(signal)))
		return signal == SIGTTIN ? -EIO : 0;
	if (process_group_is_orphaned(process->group))
		return -EIO;
	process_kill_group(process->group, signal);
	return -ERESTARTSYS;
}

void jobs_init(void)
{
	terminal_signal = signal_group;
	terminal_check = check_terminal;
}
