/* SPDX-License-Identifier: MIT */
/* wait4(): what children have done, and the end of zombies. */
#include "lib/errno.h"
#include "process/process_internal.h"
#include "sched/pause.h"

/* The children that `pid` may name: one for a process ID, else all. */
static struct process *first_child(const struct process *process, int pid)
{
	struct process *child = pid > 0 ? process_find(pid) : process->children;

	return pid > 0 && child && child->parent != process ? NULL : child;
}

static struct process *next_child(const struct process *child, int pid)
{
	return pid > 0 ? NULL : child->sibling;
}

static bool is_meant(const struct process *child, int pid)
{
	return pid > 0 || pid == -1 || child->group == (pid ? -pid : current_process()->group);
}

/* Stores the status of a child that has one to report, once. Returns true if it has. */
static bool take_status(struct process *child, int options, int *status)
{
	const bool keep = options & WAIT_KEEP;

	if (child->task.state == TASK_ZOMBIE) {
		*status = child->status;
		return true;
	}
	if ((options & WAIT_STOPPED) && child->stop_signal) {
		*status = child->stop_signal << 8 | 0x7f;
		child->stop_signal = keep ? child->stop_signal : 0;
		return true;
	}
	if ((options & WAIT_CONTINUED) && child->continued) {
		*status = STATUS_CONTINUED;
		child->continued = keep;
		return true;
	}
	return false;
}

long process_wait_for(int pid, int *status, int options)
{
	struct process *process = current_process();
	unsigned steps = 0;

	for (;;) {
		bool any = false;

		for (struct process *child = first_child(process, pid); child;
		     child = next_child(child, pid)) {
			pause_in_loop(&steps);
			if (!is_meant(child, pid) ||
			    (child->task.state == TASK_ZOMBIE && !(options & WAIT_EXITED)))
				continue;
			any = true;
			if (!take_status(child, options, status))
				continue;
			pid = child->pid;
			if (child->task.state == TASK_ZOMBIE && !(options & WAIT_KEEP))
				process_reap(child);
			return pid;
		}
		if (!any)
			return -ECHILD;
		if (options & WAIT_NO_HANG)
			return 0;
		if (task_is_interrupted(&process->task))
			return -ERESTARTSYS;
		process->task.state = TASK_BLOCKED;
		sched_switch();
	}
}
