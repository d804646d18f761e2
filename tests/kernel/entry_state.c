/* SPDX-License-Identifier: MIT */
/*
 * Tests entries into the kernel while RSP is invalid, or after user mode has set EFLAGS.AC. Also
 * tests on which stacks interrupts arrive, and which registers a task switch preserves.
 */
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"

#define TEST_VECTOR VECTOR_FREE(0)

static volatile unsigned arrived;

static void count_interrupt(void)
{
	arrived++;
	lapic_eoi();
}

static bool elsewhere; /* an interrupt did not arrive on its task's stack */
static unsigned ticks;

/*
 * Handles the timer's interrupt: sets `elsewhere` if the current stack is not the task's, and makes
 * the task yield.
 */
static void tick(void)
{
	const uintptr_t top = current_process()->task.stack.top;

	elsewhere |= top - (uintptr_t)__builtin_frame_address(0) > KSTACK_SIZE;
	ticks++;
	this_cpu()->return_work |= RETURN_YIELD;
	lapic_eoi();
}

/*
 * The timer switches between two programs. Each interrupt must arrive on the stack of the task that
 * it interrupts.
 */
TEST(interrupts_arrive_on_the_stack_of_their_task)
{
	const char *argv[] = { "hostile", "spin" };
	const unsigned vector = VECTOR_TIMER;
	void (*usual)(void) = irq_handlers[vector];
	int pids[2], status;

	if (kstack_gate_ist(vector) != IST_NONE)
		return SKIP "interrupts have a stack of their own";
	for (size_t i = 0; i < 2; i++)
		if ((pids[i] = process_spawn("hostile", argv, 2)) < 0)
			return "no memory";
	elsewhere = false;
	ticks = 0;
	irq_set_handler(vector, tick);
	lapic_timer(1000);
	for (unsigned i = 0; i < 3; i++)
		task_yield();
	lapic_timer(0);
	irq_set_handler(vector, usual);
	for (size_t i = 0; i < 2; i++) {
		process_kill(pids[i], SIGKILL);
		process_wait(pids[i], &status, 0);
	}
	this_cpu()->return_work = 0;
	if (ticks < 4)
		return "the timer did not interrupt the programs";
	return elsewhere ? "one arrived on another stack" : NULL;
}

/* Returns 0 if the registers that a C function must preserve are the same after task_yield(). */
static uint64_t registers_lost(void)
{
	uint64_t lost;

	__asm__ volatile("mov $1, %%ebx; mov $2, %%r12d; mov $3, %%r13d; mov $4, %%r14d; mov $5, %%r15d\n\t"
	                 "call task_yield\n\t"
	                 "mov $1, %%eax; xor %%rbx, %%rax; xor $2, %%r12; or %%r12, %%rax; xor $3, %%r13; or "
	                 "%%r13, %%rax\n\t"
	                 "xor $4, %%r14; or %%r14, %%rax; xor $5, %%r15; or %%r15, %%rax"
	                 : "=a"(lost)
	                 :
	                 : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
	                   "r15", "memory", "cc");
	return lost;
}

TEST(switches_keep_registers)
{
	const char *argv[] = { "hostile", "yield" };
	int pid = process_spawn("hostile", argv, 2), status;
	uint64_t lost = 0;

	if (pid < 0)
		return "no memory";
	for (unsigned i = 0; i < 3; i++)
		lost |= registers_lost();
	process_kill(pid, SIGKILL);
	process_wait(pid, &status, 0);
	return lost ? "one was lost in a switch to a program and back" : NULL;
}

/* Defined in nesting.asm. */
void interrupt_on_stack(uint64_t rsp);

/*
 * Raises an interrupt while RSP points to unmapped memory. If the interrupt's gate has an IST slot,
 * the handler must run on the slot's stack. Otherwise pushing the frame faults, and the CPU must
 * raise #DF, which has an IST stack.
 */
TEST(interrupt_on_unmapped_stack_is_survived)
{
	bool own_stack = kstack_gate_ist(TEST_VECTOR) != IST_NONE, raised;

	arrived = 0;
	irq_set_handler(TEST_VECTOR, count_interrupt);
	lapic_self_ipi(TEST_VECTOR);
	raised = raises(own_stack ? EXCEPTION_UD : EXCEPTION_DF, interrupt_on_stack, CPU_AREA(0) + 64);
	interrupts_off();
	irq_set_handler(TEST_VECTOR, NULL);
	if (!own_stack)
		lapic_eoi(); /* the APIC has delivered the interrupt, but no handler has run */
	return raised && arrived == own_stack ? NULL : "the expected exception was not raised";
}

/*
 * Preempts a program that has set EFLAGS.AC. The kernel's own task, which runs next, must find AC
 * clear, because AC disables SMAP.
 */
TEST(preemption_closes_smap)
{
	const char *argv[] = { "nest", "ac" };
	int pid = process_spawn("nest", argv, 2), status;
	bool open = false;

	if (pid < 0)
		return pid == -ENOENT ? SKIP "its boot module is missing" : "the program cannot be started";
	lapic_timer(1000);
	for (unsigned i = 0; i < 3; i++) {
		task_yield();
		open |= user_access_is_open();
		user_access_end();
	}
	lapic_timer(0);
	process_kill(pid, SIGKILL);
	process_wait(pid, &status, 0);
	this_cpu()->return_work = 0;
	return open ? "SMAP is open in the next task" : NULL;
}
