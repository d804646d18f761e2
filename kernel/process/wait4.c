/* SPDX-License-Identifier: MIT */
/* wait4() and waitid(): report what children have done, and free those that have ended. */
#include "lib/errno.h"
#include "process/process_internal.h"
#include "sched/pause.h"

/*
 * Returns the first child that `pid` may name: the child with that ID if `pid` is above 0, else the
 * first of all children. Returns NULL if there is none.
 */
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

/*
 * If the child has done something that `options` ask for and that was not reported yet, stores its
 * status and returns true.
 */
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
		if (task_is_interrupted(current_task()))
			return -ERESTARTSYS;
		current_task()->state = TASK_BLOCKED;
		sched_switch();
	}
}
