/* SPDX-License-Identifier: MIT */
/* kill(): to whom a signal goes. */
#include "lib/errno.h"
#include "task/task.h"

struct sending {
	int group; /* 0: all */
	int signal;
	int sent;
};

static void send_if_meant(struct task *task, void *argument)
{
	struct sending *sending = argument;

	if (task->pid == 1 || task->state == TASK_ZOMBIE)
		return;
	if (sending->group ? task->group != sending->group : task == current_task())
		return;
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
		return sending.sent ? 0 : -ESRCH;
	}
	task = task_find(pid);
	if (!task)
		return -ESRCH;
	if (pid == 1)
		return -EPERM;
	if (signal)
		signal_send(task, signal,
		            (struct signal_info){ .code = SI_USER, .pid = current_task()->pid });
	return 0;
}
