/* SPDX-License-Identifier: MIT */
/* System calls on process groups and sessions, numbers that kill() and the terminal go by. */
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"
#include "sys/calls.h"

/* 0 is the caller. */
static struct task *task_named(uint64_t pid)
{
	return pid ? task_find((int)pid) : current_task();
}

long sys_getpgid(uint64_t pid)
{
	const struct task *task = task_named(pid);

	return task ? task->group : -ESRCH;
}

long sys_getpgrp(void)
{
	return current_task()->group;
}

long sys_getsid(uint64_t pid)
{
	const struct task *task = task_named(pid);

	return task ? task->session : -ESRCH;
}

struct group {
	int group, session;
	bool exists;
};

static void look_for_group(struct task *task, void *argument)
{
	struct group *group = argument;

	group->exists |= task->group == group->group && (!group->session || task->session == group->session);
}

bool group_exists(int group, int session)
{
	struct group wanted = { .group = group, .session = session };

	task_each(look_for_group, &wanted);
	return wanted.exists;
}

long sys_setpgid(uint64_t pid, uint64_t group)
{
	struct task *task = task_named(pid), *self = current_task();
	int wanted;

	if ((int)group < 0 || (int)pid < 0)
		return -EINVAL;
	if (!task || (task != self && task->parent != self))
		return -ESRCH;
	wanted = group ? (int)group : task->pid;
	if (task->session != self->session || task->session == task->pid)
		return -EPERM;
	if (wanted != task->pid && !group_exists(wanted, self->session))
		return -EPERM;
	task->group = wanted;
	return 0;
}

static void look_for_member(struct task *task, void *argument)
{
	struct group *group = argument;

	group->exists |= task->group == group->group;
}

long sys_setsid(void)
{
	struct task *task = current_task();
	struct group own = { .group = task->pid };

	task_each(look_for_member, &own);
	if (own.exists)
		return -EPERM;
	task->group = task->session = task->pid;
	return task->pid;
}
