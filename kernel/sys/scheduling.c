/* SPDX-License-Identifier: MIT */
/*
 * System calls on scheduling (man 2 setpriority, sched_setscheduler, sched_setaffinity). There is
 * one CPU and one FIFO queue: nice values are kept and inherited without effect, and SCHED_OTHER is
 * the only policy.
 */
#include "lib/errno.h"
#include "process/process.h"
#include "process/thread.h"
#include "sys/calls.h"
#include "vm/address_space.h"

#define ONE_CPU_SIZE 8 /* bytes of a CPU mask */
#define NICE_MIN     (-20)
#define NICE_MAX     19

enum { PRIO_PROCESS, PRIO_PGRP, PRIO_USER };
enum { SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE = 5 };

/* The processes that a call of getpriority() or setpriority() selects, and the call's result. */
struct chosen {
	uint64_t which;
	int who;
	bool found;
	int nice;  /* their lowest nice value; for setpriority(), the value to set */
	int error; /* result of setpriority(); -ESRCH until a process is found */
};

static bool is_chosen(const struct process *process, const struct chosen *chosen)
{
	if (process->task.state == TASK_ZOMBIE)
		return false;
	return chosen->which == PRIO_PROCESS ? process->pid == chosen->who
	       : chosen->which == PRIO_PGRP  ? process->group == chosen->who
	                                     : process->identity.user == (uint32_t)chosen->who;
}

/* Resolves `who`: 0 is the caller, its group or its user. */
static struct chosen choose(uint64_t which, uint64_t who)
{
	const struct process *process = current_process();
	const int own = which == PRIO_PROCESS ? process->pid
	                : which == PRIO_PGRP  ? process->group
	                                      : (int)process->identity.user;

	return (struct chosen){ .which = which, .who = who ? (int)who : own };
}

static void look_at_nice(struct process *process, void *argument)
{
	struct chosen *chosen = argument;

	if (!is_chosen(process, chosen))
		return;
	if (!chosen->found || process->inherited.nice < chosen->nice)
		chosen->nice = process->inherited.nice;
	chosen->found = true;
}

/*
 * Returns 20 minus the nice value. This is a number from 1 to 40, so it is never mistaken for an
 * error. C libraries convert it back.
 */
long sys_getpriority(uint64_t which, uint64_t who)
{
	struct chosen chosen = choose(which, who);

	if (which > PRIO_USER)
		return -EINVAL;
	process_each(look_at_nice, &chosen);
	return chosen.found ? NICE_MAX + 1 - chosen.nice : -ESRCH;
}

static void set_nice(struct process *process, void *argument)
{
	const struct identity *self = &current_process()->identity;
	struct chosen *chosen = argument;

	if (!is_chosen(process, chosen))
		return;
	if (process->pid == 1) { /* the kernel's process, whose nice value programs inherit */
		chosen->error = chosen->which == PRIO_PROCESS ? -EPERM : chosen->error;
	} else if (self->user && self->user != process->identity.user) {
		chosen->error = -EPERM;
	} else if (self->user && chosen->nice < process->inherited.nice) {
		chosen->error = -EACCES;
	} else {
		chosen->error = chosen->error == -ESRCH ? 0 : chosen->error;
		process->inherited.nice = (int8_t)chosen->nice;
	}
}

long sys_setpriority(uint64_t which, uint64_t who, uint64_t nice)
{
	struct chosen chosen = choose(which, who);

	if (which > PRIO_USER)
		return -EINVAL;
	chosen.nice = (int)nice < NICE_MIN ? NICE_MIN : (int)nice > NICE_MAX ? NICE_MAX : (int)nice;
	chosen.error = -ESRCH;
	process_each(set_nice, &chosen);
	return chosen.error;
}

/* Checks a process ID of the sched_*() calls; 0 is the caller. Returns 0, -EINVAL or -ESRCH. */
static int find_task(uint64_t pid)
{
	if ((int)pid < 0)
		return -EINVAL;
	return !pid || thread_find((int)pid) ? 0 : -ESRCH;
}

long sys_sched_getscheduler(uint64_t pid)
{
	const int error = find_task(pid);

	return error ? error : SCHED_OTHER;
}

long sys_sched_getparam(uint64_t pid, uint64_t address)
{
	const int priority = 0, error = address ? find_task(pid) : -EINVAL;

	return error ? error : copy_to_user(address, &priority, sizeof priority);
}

/* Accepts only SCHED_OTHER, which every process has. Returns -EPERM for real-time policies. */
long sys_sched_setscheduler(uint64_t pid, uint64_t policy, uint64_t address)
{
	int priority, error = address ? find_task(pid) : -EINVAL;

	if (!error)
		error = copy_from_user(&priority, address, sizeof priority);
	if (error)
		return error;
	if (policy == SCHED_FIFO || policy == SCHED_RR)
		return priority < 1 || priority > 99 ? -EINVAL : -EPERM;
	return policy == SCHED_OTHER && priority == 0 ? 0 : -EINVAL;
}

long sys_sched_setparam(uint64_t pid, uint64_t address)
{
	return sys_sched_setscheduler(pid, SCHED_OTHER, address);
}

static long limit_of(uint64_t policy, int of_real_time)
{
	switch (policy) {
	case SCHED_FIFO:
	case SCHED_RR:
		return of_real_time;
	case SCHED_OTHER:
	case SCHED_BATCH:
	case SCHED_IDLE:
		return 0;
	}
	return -EINVAL;
}

long sys_sched_get_priority_max(uint64_t policy)
{
	return limit_of(policy, 99);
}

long sys_sched_get_priority_min(uint64_t policy)
{
	return limit_of(policy, 1);
}

long sys_sched_getaffinity(uint64_t pid, uint64_t size, uint64_t address)
{
	const uint64_t first_cpu = 1;

	if (size < ONE_CPU_SIZE || size % 8)
		return -EINVAL;
	if (find_task(pid))
		return -ESRCH;
	return copy_to_user(address, &first_cpu, sizeof first_cpu) ? -EFAULT : ONE_CPU_SIZE;
}

long sys_sched_setaffinity(uint64_t pid, uint64_t size, uint64_t address)
{
	uint64_t cpus = 0;

	if (copy_from_user(&cpus, address, size < sizeof cpus ? size : sizeof cpus))
		return -EFAULT;
	if (find_task(pid))
		return -ESRCH;
	return cpus & 1 ? 0 : -EINVAL;
}

enum {
	MEMBARRIER_QUERY = 0,
	MEMBARRIER_GLOBAL = 1,
	MEMBARRIER_GLOBAL_EXPEDITED = 2,
	MEMBARRIER_REGISTER_GLOBAL_EXPEDITED = 4,
	MEMBARRIER_PRIVATE = 8,
	MEMBARRIER_REGISTER_PRIVATE = 16
};

/*
 * On one CPU, a switch to another thread is a barrier already. As in Linux, MEMBARRIER_PRIVATE must
 * be registered first. The commands that restart rseq sequences or synchronize the code of other
 * CPUs are not offered.
 */
long sys_membarrier(uint64_t command, uint64_t flags)
{
	if (flags)
		return -EINVAL;
	switch ((int)command) {
	case MEMBARRIER_QUERY:
		return MEMBARRIER_GLOBAL | MEMBARRIER_GLOBAL_EXPEDITED |
		       MEMBARRIER_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_PRIVATE |
		       MEMBARRIER_REGISTER_PRIVATE;
	case MEMBARRIER_GLOBAL:
	case MEMBARRIER_GLOBAL_EXPEDITED:
	case MEMBARRIER_REGISTER_GLOBAL_EXPEDITED:
		return 0;
	case MEMBARRIER_PRIVATE:
		return current_process()->membarrier ? 0 : -EPERM;
	case MEMBARRIER_REGISTER_PRIVATE:
		current_process()->membarrier = true;
		return 0;
	}
	return -EINVAL;
}

/* There is one CPU, and one node of memory. */
long sys_getcpu(uint64_t cpu, uint64_t node)
{
	const uint32_t first = 0;

	if ((cpu && copy_to_user(cpu, &first, sizeof first)) ||
	    (node && copy_to_user(node, &first, sizeof first)))
		return -EFAULT;
	return 0;
}
