/* SPDX-License-Identifier: MIT */
#include "sched/pause.h"

#include "process/out_of_memory.h"
#include "process/process.h"
#include "sched/clock.h"

void let_interrupts_in(void)
{
	if (!interrupts_are_on() && kstack_may_interrupt())
		__asm__ volatile("sti; nop; cli"
		                 :
		                 :
		                 : "memory"); /* STI lets none in before the next instruction */
}

static void give_way(void)
{
	let_interrupts_in();
	if (current_task()->starved) {
		current_task()->starved = false;
		out_of_memory();
	}
	if (this_cpu()->need_resched & RETURN_YIELD) {
		clock_poll();
		task_yield();
	}
}

bool task_pause(void)
{
	give_way();
	return signal_is_pending(current_task());
}

bool task_pause_unless_killed(void)
{
	give_way();
	return signal_will_end(current_task());
}
