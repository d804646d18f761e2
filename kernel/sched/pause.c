/* SPDX-License-Identifier: MIT */
#include "sched/pause.h"

#include "sched/clock.h"
#include "sched/task.h"

void (*starved_hook)(void);
bool (*will_end_hook)(const struct task *task);

void let_interrupts_in(void)
{
	if (!interrupts_are_on() && kstack_may_interrupt())
		/* STI turns interrupts on after the next instruction. */
		__asm__ volatile("sti; nop; cli" : : : "memory");
}

static void give_way(void)
{
	let_interrupts_in();
	if (current_task()->starved) {
		current_task()->starved = false;
		starved_hook();
	}
	if (this_cpu()->return_work & RETURN_YIELD) {
		clock_poll();
		task_yield();
	}
}

bool task_pause(void)
{
	give_way();
	return task_is_interrupted(current_task());
}

bool task_pause_unless_killed(void)
{
	give_way();
	return will_end_hook(current_task());
}
