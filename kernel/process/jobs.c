/* SPDX-License-Identifier: MIT */
/* Job control (POSIX 2.4.1, 11.1.4): tasks that are stopped and go on, and who may use the terminal. */
#include "lib/errno.h"
#include "process/process.h"
#include "process/process_internal.h"

/* Tells the parent that a child was stopped or goes on. */
static void tell_parent(const struct task *task, int code, int signal)
{
	struct task *parent = task->parent;

	if (!parent)
		return;
	if (!(signal_action(parent, SIGCHLD).flags & SA_NOCLDSTOP))
		signal_send(parent, SIGCHLD, (struct signal_info){ code, task->pid, (uint64_t)signal });
	if (task_waits_for_child(parent)) {
		parent->state = TASK_READY;
		sched_enqueue(parent);
	}
}

void task_stop(int signal)
{
	struct task *task = current_task();

	task->stop_signal = (uint8_t)signal;
	task->continued = false;
	task->state = TASK_STOPPED;
	tell_parent(task, CLD_STOPPED, signal);
	sched_switch();
}

void task_continue(struct task *task, bool tell)
{
	task->stop_signal = 0;
	task->continued = tell;
	task->state = TASK_READY;
	sched_enqueue(task);
	if (tell)
		tell_parent(task, CLD_CONTINUED, SIGCONT);
}

struct group {
	int group;
	bool attended;
};

/* Whether a member of the group has a parent that could tell it to go on: in the same session, in another group. */
static void look_for_parent(struct task *task, void *argument)
{
	struct group *group = argument;

	if (task->group == group->group && task->state != TASK_ZOMBIE && task->parent)
		group->attended |=
		        task->parent->session == task->session && task->parent->group != task->group;
}

bool task_group_is_orphaned(int group)
{
	struct group wanted = { .group = group };

	task_each(look_for_parent, &wanted);
	return !wanted.attended;
}

int task_check_terminal(int owner, int owner_session, int signal)
{
	const struct task *task = current_task();

	if (!owner || task->group == owner || task->session != owner_session)
		return 0;
	if (signal_action(task, signal).handler == SIGNAL_IGNORE ||
	    (task->signals.blocked & signal_bit(signal)))
		return signal == SIGTTIN ? -EIO : 0;
	if (task_group_is_orphaned(task->group))
		return -EIO;
	task_kill_group(task->group, signal);
	return -ERESTARTSYS;
}
