/* SPDX-License-Identifier: MIT */
/*
 * Tests interrupts whose vector has no gate, because the IDT is short (cpu/idt.h). The processor
 * raises #GP instead. The kernel must ignore this #GP, in kernel mode and in user mode, and end the
 * interrupt.
 */
#include "cpu/cpu.h"

#ifdef IDT_SHORT
#include "cpu/apic.h"
#include "cpu/exceptions.h"
#include "lib/errno.h"
#include "sys/syscall.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"

#define NO_GATE  0x60
#define PATIENCE 1000000U

static volatile unsigned raised, in_user;
static volatile bool plain_came, other_code;

/*
 * The exception probe. Returns false if the error code has the bit EXT, so that the kernel handles
 * the #GP. On QEMU 7.2 the error code never has EXT. The probe then ends the interrupt itself and
 * returns true.
 */
static bool watch(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_GP)
		return false;
	raised++;
	in_user += (frame->cs & 3) == 3;
	if (frame->error == NO_GATE * 8 + 3)
		return false;
	other_code = true;
	lapic_eoi();
	return true;
}

static void note(void)
{
	plain_came = true;
	lapic_eoi();
}

static long interrupt_user_mode(void)
{
	lapic_self_ipi(NO_GATE); /* delivered after the return, since interrupts are off */
	return 0;
}

/*
 * Sends two interrupts. The second one has a lower priority class, so it arrives only if the kernel
 * has ended the first one.
 */
TEST(an_interrupt_without_a_gate_is_ignored)
{
	static const struct bench_calls calls = { interrupt_user_mode, no_call, no_call, no_value };
	int status;

	raised = in_user = 0;
	plain_came = other_code = false;
	exception_set_probe(watch);
	irq_set_handler(VECTOR_FREE(0), note);
	interrupts_on();
	lapic_self_ipi(NO_GATE);
	lapic_self_ipi(VECTOR_FREE(0));
	for (unsigned i = 0; i < PATIENCE && !plain_came; i++)
		__asm__ volatile("pause");
	interrupts_off();
	irq_set_handler(VECTOR_FREE(0), NULL);
	bench_calls = &calls;
	status = run_kind("nest", "calls");
	bench_calls = NULL;
	exception_set_probe(NULL);
	if (status == -ENOENT)
		return SKIP "its boot module is missing";
	if (!plain_came)
		return "the interrupt was not ended";
	if (status || raised != 2 || in_user != 1)
		return "the interrupt was not ignored in user mode";
	return other_code ? SKIP "this machine's error code has no EXT bit" : NULL;
}
#endif
