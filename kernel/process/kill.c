/* SPDX-License-Identifier: MIT */
/* kill(): to whom a signal goes. */
#include "lib/errno.h"
#include "process/process.h"

struct sending {
	int group; /* 0: all */
	int signal;
	int sent;
	bool refused;
};

/* man 2 kill: root to all, others to those of the same user; and SIGCONT within a session. */
static bool may_send(const struct task *to, int signal)
{
	const struct task *task = current_task();

	return !task->identity.user || task->identity.user == to->identity.user ||
	       (signal == SIGCONT && task->session == to->session);
}

static void send_if_meant(struct task *task, void *argument)
{
	struct sending *sending = argument;

	if (task->pid == 1 || task->state == TASK_ZOMBIE)
		return;
	if (sending->group ? task->group != sending->group : task == current_task())
		return;
	if (!may_send(task, sending->signal)) {
		sending->refused = true;
		return;
	}
	sending->sent++;
	if (sending->signal)
		signal_send(task, sending->signal,
		            (struct signal_info){ .code = SI_USER, .pid = current_task()->pid });
}

long task_kill(int pid, int signal)
{
	struct sending sending = { .signal = signal };
	struct task *task;

	if (signal < 0 || signal > SIGNALS)
		return -EINVAL;
	if (pid <= 0) {
		sending.group = pid == -1 ? 0 : pid ? -pid : current_task()->group;
		task_each(send_if_meant, &sending);
		if (pid == -1) /* then Linux does not tell */
			return sending.sent || sending.refused ? 0 : -ESRCH;
		return sending.sent ? 0 : sending.refused ? -EPERM : -ESRCH;
	}
	task = task_find(pid);
	if (!task)
		return -ESRCH;
	if (pid == 1 || !may_send(task, signal))
		return -EPERM;
	if (signal)
		signal_send(task, signal,
		            (struct signal_info){ .code = SI_USER, .pid = current_task()->pid });
	return 0;
}

static void send_to_member(struct task *task, void *argument)
{
	const struct sending *sending = argument;

	if (task->group == sending->group && task->pid != 1)
		signal_send(task, sending->signal, (struct signal_info){ .code = SI_KERNEL });
}

void task_kill_group(int group, int signal)
{
	struct sending sending = { .group = group, .signal = signal };

	task_each(send_to_member, &sending);
}
