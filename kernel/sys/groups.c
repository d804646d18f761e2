/* SPDX-License-Identifier: MIT */
/* System calls on process groups and sessions. kill() and the terminal use process groups, too. */
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"
#include "sys/calls.h"

/* Returns the process with this ID (0: the caller), or NULL if there is none. */
static struct process *process_named(uint64_t pid)
{
	return pid ? process_find((int)pid) : current_process();
}

long sys_getpgid(uint64_t pid)
{
	const struct process *process = process_named(pid);

	return process ? process->group : -ESRCH;
}

long sys_getpgrp(void)
{
	return current_process()->group;
}

long sys_getsid(uint64_t pid)
{
	const struct process *process = process_named(pid);

	return process ? process->session : -ESRCH;
}

struct group {
	int group, session;
	bool exists;
};

static void look_for_group(struct process *process, void *argument)
{
	struct group *group = argument;

	group->exists |=
	        process->group == group->group && (!group->session || process->session == group->session);
}

bool group_exists(int group, int session)
{
	struct group wanted = { .group = group, .session = session };

	process_each(look_for_group, &wanted);
	return wanted.exists;
}

long sys_setpgid(uint64_t pid, uint64_t group)
{
	struct process *process = process_named(pid), *self = current_process();
	int wanted;

	if ((int)group < 0 || (int)pid < 0)
		return -EINVAL;
	if (!process || (process != self && process->parent != self))
		return -ESRCH;
	wanted = group ? (int)group : process->pid;
	if (process->session != self->session || process->session == process->pid)
		return -EPERM;
	if (wanted != process->pid && !group_exists(wanted, self->session))
		return -EPERM;
	process->group = wanted;
	return 0;
}

static void look_for_member(struct process *process, void *argument)
{
	struct group *group = argument;

	group->exists |= process->group == group->group;
}

long sys_setsid(void)
{
	struct process *process = current_process();
	struct group own = { .group = process->pid };

	process_each(look_for_member, &own);
	if (own.exists)
		return -EPERM;
	process->group = process->session = process->pid;
	return process->pid;
}
