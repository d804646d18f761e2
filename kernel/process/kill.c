/* SPDX-License-Identifier: MIT */
/* kill(): finds the processes to which a signal is to be sent, and sends it. */
#include "lib/errno.h"
#include "process/process.h"
#include "process/thread.h"

struct sending {
	int group; /* 0: all processes */
	int signal;
	int sent;
	bool refused;
};

/*
 * Returns true if the current process may send the signal to `to` (man 2 kill). Root may signal
 * every process, other users only their own; everyone may send SIGCONT within the session.
 */
static bool may_send(const struct process *to, int signal)
{
	const struct process *process = current_process();

	return !process->identity.user || process->identity.user == to->identity.user ||
	       (signal == SIGCONT && process->session == to->session);
}

static void send_if_meant(struct process *process, void *argument)
{
	struct sending *sending = argument;

	if (process->pid == 1 || process->task.state == TASK_ZOMBIE)
		return;
	if (sending->group ? process->group != sending->group : process == current_process())
		return;
	if (!may_send(process, sending->signal)) {
		sending->refused = true;
		return;
	}
	sending->sent++;
	if (sending->signal)
		signal_send(process, sending->signal,
		            (struct signal_info){ .code = SI_USER, .pid = current_process()->pid });
}

long process_kill(int pid, int signal)
{
	struct sending sending = { .signal = signal };
	struct process *process;

	if (signal < 0 || signal > SIGNALS)
		return -EINVAL;
	if (pid <= 0) {
		sending.group = pid == -1 ? 0 : pid ? -pid : current_process()->group;
		process_each(send_if_meant, &sending);
		if (pid == -1) /* as in Linux, a refusal is no error here */
			return sending.sent || sending.refused ? 0 : -ESRCH;
		return sending.sent ? 0 : sending.refused ? -EPERM : -ESRCH;
	}
	process = process_of_thread(pid);
	if (!process)
		return -ESRCH;
	if (process->pid == 1 || !may_send(process, signal))
		return -EPERM;
	if (signal)
		signal_send(process, signal,
		            (struct signal_info){ .code = SI_USER, .pid = current_process()->pid });
	return 0;
}

long process_kill_thread(int group, int tid, int signal)
{
	struct thread *thread;

	if (tid <= 0 || group < 0 || signal < 0 || signal > SIGNALS)
		return -EINVAL;
	thread = thread_find(tid);
	if (!thread || (group && thread->task.process->pid != group))
		return -ESRCH;
	if (thread->task.process->pid == 1 || !may_send(thread->task.process, signal))
		return -EPERM;
	if (signal)
		signal_send_thread(thread, signal,
		                   (struct signal_info){ .code = SI_TKILL, .pid = current_process()->pid });
	return 0;
}

static void send_to_member(struct process *process, void *argument)
{
	const struct sending *sending = argument;

	if (process->group == sending->group && process->pid != 1)
		signal_send(process, sending->signal, (struct signal_info){ .code = SI_KERNEL });
}

void process_kill_group(int group, int signal)
{
	struct sending sending = { .group = group, .signal = signal };

	process_each(send_to_member, &sending);
}
