/* SPDX-License-Identifier: MIT */
#include "sched/sched.h"

#include "isolation/isolation.h"
#include "mem/pcid.h"
#include "output/panic.h"
#include "sched/clock.h"

/* The run queue, guarded by the kernel lock (cpu/lock.h). */
static struct task *first, *last;

void (*teardown_hook)(struct task *dead);

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

static inline struct task *dead_task(void)
{
	struct task *task;

	__asm__ volatile("mov %%gs:%c1, %0" : "=r"(task) : "i"(offsetof(struct cpu, dead)));
	return task;
}

/* Frees the previous task if it has ended. Inline, because it is part of every switch. */
static inline __attribute__((always_inline)) void finish_switch(void)
{
	struct task *dead = dead_task();

	if (!dead)
		return;
	this_cpu()->dead = NULL;
	if (kstack_may_interrupt())
		interrupts_on(); /* freeing a large address space takes long */
	teardown_hook(dead);
	interrupts_off();
}

void sched_finish_switch(void)
{
	finish_switch();
}

/*
 * Switches the selectors that a program has loaded; few programs load any. Loading a selector into
 * FS also sets the FS base to 0.
 */
static __attribute__((noinline, cold)) void switch_selectors(struct task *from, struct task *to)
{
	from->selectors = read_selectors();
	if (from->selectors >> 32 & 0xffff)
		from->fs_base = 0;
	write_selectors(to->selectors);
	to->selectors = 0;
}

/* Switches the registers that only user mode uses: selectors, FS base and FPU. */
static void switch_user_state(struct task *from, struct task *to)
{
	if (selectors_loaded() | to->selectors)
		switch_selectors(from, to);
	if (from->fs_base | to->fs_base) /* even if both are equal: loading FS may have changed the base */
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
	cpu->process = task->process;
	cpu->return_work = task->return_work;
	kstack_activate(cpu, &task->stack);
	switch_user_state(previous, task);
	context_switch(&previous->rsp, task->rsp, isolation_cr3(&task->root));
	finish_switch();
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

	cpu->return_work = cpu->current->return_work;
	if (!first)
		return;
	if (cpu->current != cpu->idle)
		sched_enqueue(cpu->current);
	sched_switch();
}

void sched_idle(void)
{
	for (;;) {
		if (clock_must_poll())
			__asm__ volatile("sti; pause; cli" : : : "memory");
		else
			__asm__ volatile("sti; hlt; cli" : : : "memory");
		clock_poll();
		task_yield();
	}
}

void sched_start(struct task *task, struct task *idle)
{
	struct cpu *cpu = this_cpu();
	uint64_t ignored;

	cpu->idle = idle;
	cpu->current = task;
	cpu->process = task->process;
	/*
	 * While any PCID is stale, every switch checks whether its own PCID is. A PCID stays stale
	 * until it is loaded. On a CPU that is never idle, nothing would load the idle task's PCID,
	 * so load it here. (With bouncing this does not help: the idle task's PCID becomes stale
	 * again with the next switch, because no return to user mode has loaded it.)
	 */
	if (pcid_on)
		isolation_switch(&idle->root);
	kstack_activate(cpu, &task->stack);
	context_switch(&ignored, task->rsp, isolation_cr3(&task->root));
	panic("the boot stack runs again");
}
