/* SPDX-License-Identifier: MIT */
/*
 * Creates the first two processes, and registers the functions of kernel/process/ that lower
 * folders call.
 */
#include "cpu/exceptions.h"
#include "lib/string.h"
#include "output/panic.h"
#include "process/arguments.h"
#include "process/out_of_memory.h"
#include "process/process_internal.h"
#include "process/traps.h"
#include "sched/clock.h"
#include "sched/pause.h"

static bool will_end(const struct task *task)
{
	return signal_will_end((const struct thread *)task);
}

static void alarm_went_off(struct deadline *alarm, uint64_t now)
{
	struct process *process = (struct process *)((char *)alarm - offsetof(struct process, alarm));

	if (process->alarm_interval)
		/* The new time is later than `now`, as alarm_hook requires. */
		clock_set_alarm(alarm, now + process->alarm_interval);
	signal_send(process, SIGALRM, (struct signal_info){ .code = SI_KERNEL });
}

static struct process *must_create(const char *name, void (*start)(void))
{
	struct process *process = process_create(name, strlen(name), start);

	if (!process)
		panic("no memory for the first tasks");
	return process;
}

void process_start(void (*function)(void))
{
	struct process *kernel = must_create("kernel", function), *idle = must_create("idle", sched_idle);

	traps_init();
	teardown_hook = process_teardown;
	will_end_hook = will_end;
	starved_hook = out_of_memory;
	alarm_hook = alarm_went_off;
	arguments_init();
	jobs_init();
	kernel->identity = (struct identity){ 0, 0 }; /* root; all other processes inherit it */
	kernel->inherited.umask = 022;
	process_adopt(kernel, NULL);
	/* Group and session 0, like Linux's kernel threads. Programs are never in group 0 or 1. */
	kernel->group = kernel->session = 0;
	sched_start(&kernel->task, &idle->task);
}
