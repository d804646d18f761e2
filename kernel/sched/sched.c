/* SPDX-License-Identifier: MIT */
/* The run queue: first come, first served. */
#include "isolation/isolation.h"
#include "output/panic.h"
#include "process/process_internal.h"

static struct task *first, *last;

void sched_enqueue(struct task *task)
{
	task->next = NULL;
	task->previous = last;
	*(last ? &last->next : &first) = task;
	last = task;
}

void sched_dequeue(struct task *task)
{
	*(task->previous ? &task->previous->next : &first) = task->next;
	*(task->next ? &task->next->previous : &last) = task->previous;
}

void sched_finish_switch(void)
{
	struct cpu *cpu = this_cpu();
	struct task *dead = cpu->dead;

	if (!dead)
		return;
	cpu->dead = NULL;
	if (kstack_may_interrupt())
		interrupts_on(); /* a large space takes long */
	task_teardown(dead);
	interrupts_off();
}

/* Programs hardly ever load a selector, so this is rare. One that is loaded into FS brings its base, 0, with it. */
static __attribute__((noinline, cold)) void switch_selectors(struct task *from, struct task *to)
{
	from->selectors = read_selectors();
	if (from->selectors >> 32 & 0xffff)
		from->fs_base = 0;
	write_selectors(to->selectors);
	to->selectors = 0;
}

/* What of user mode is in registers that the kernel does not use. */
static void switch_user_state(struct task *from, struct task *to)
{
	if (selectors_loaded() | to->selectors)
		switch_selectors(from, to);
	if (from->fs_base |
	    to->fs_base) /* also when they are equal: a program can load FS and so change its base */
		write_msr(MSR_FS_BASE, to->fs_base);
	if (from->has_fpu)
		fpu_save(task_fpu_area(from));
	if (to->has_fpu)
		fpu_restore(task_fpu_area(to));
	else if (from->has_fpu)
		fpu_stop();
}

void sched_switch_to(struct task *task)
{
	struct cpu *cpu = this_cpu();
	struct task *previous = cpu->current;

	if (task == previous)
		return;
	cpu->current = task;
	cpu->need_resched = task->attention;
	kstack_activate(cpu, &task->stack);
	switch_user_state(previous, task);
	context_switch(&previous->rsp, task->rsp, isolation_cr3(task_root(task)));
	sched_finish_switch();
}

void sched_switch(void)
{
	struct task *task = first;

	if (task)
		sched_dequeue(task);
	else
		task = this_cpu()->idle;
	sched_switch_to(task);
}

void task_yield(void)
{
	struct cpu *cpu = this_cpu();

	cpu->need_resched = cpu->current->attention;
	if (!first)
		return;
	if (cpu->current != cpu->idle)
		sched_enqueue(cpu->current);
	sched_switch();
}
