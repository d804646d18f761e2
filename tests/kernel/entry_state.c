/* SPDX-License-Identifier: MIT */
/* Tests entries into the kernel while RSP is invalid or while user mode has set EFLAGS.AC. */
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"

#define TEST_VECTOR 0x60

static volatile unsigned arrived;

static void count_interrupt(void)
{
	arrived++;
	lapic_eoi();
}

static uint64_t read_flags(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0" : "=r"(flags));
	return flags;
}

/* Defined in nesting.asm. */
void interrupt_on_stack(uint64_t rsp);

/*
 * Raises an interrupt while RSP points to unmapped memory. If the interrupt's gate has an IST slot,
 * the handler must run on that stack. Otherwise pushing the frame faults, and the CPU must raise
 * #DF, which has an IST stack.
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
		open |= cpu_features.smap && (read_flags() & RFLAGS_AC);
		user_access_end();
	}
	lapic_timer(0);
	process_kill(pid, SIGKILL);
	process_wait(pid, &status, 0);
	this_cpu()->return_work = 0;
	return open ? "SMAP is open in the next task" : NULL;
}
