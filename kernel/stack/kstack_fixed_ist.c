/* SPDX-License-Identifier: MIT */
/*
 * fixed-ist: the stacks have the same addresses in every task, and every gate switches to them
 * through the IST, from user and from kernel mode alike.
 *
 * An IST stack always starts at its top, so entering it a second time overwrites the first frame.
 * These rules prevent that:
 *   - system calls run on KSTACK_FIXED_TOP, device interrupts on IST1 (KSTACK_FIXED_IRQ_TOP),
 *     exceptions on IST2 (KSTACK_FIXED_FAULT_TOP), so that a device interrupt may interrupt a
 *     system call, and an exception may interrupt both;
 *   - interrupt and exception handlers keep interrupts off until IRETQ, so IST1 is never entered
 *     twice and no interrupt arrives during an exception handler;
 *   - exception handlers never touch user memory and never fault, so IST2 is never entered twice.
 *     On the way back to user mode, the kernel switches tasks and delivers signals. It does so on
 *     KSTACK_FIXED_TOP, which is empty then (return_through_frame() in cpu/entry.asm).
 */
#include "cpu/exceptions.h"
#include "stack/kstack_fixed.h"

const struct fixed_stack fixed_stacks[] = {
	{ KSTACK_FIXED_TOP, KSTACK_SIZE / PAGE_SIZE },
	{ KSTACK_FIXED_IRQ_TOP, 1 },
	{ KSTACK_FIXED_FAULT_TOP, 1 },
};
const size_t fixed_stack_count = sizeof fixed_stacks / sizeof *fixed_stacks;
_Static_assert(KSTACK_SIZE / PAGE_SIZE + 2 <= KSTACK_FRAMES_MAX, "struct kstack has room for the frames");

void kstack_init_cpu(struct cpu *cpu)
{
	cpu->tss.ist[IST_IRQ - 1] = KSTACK_FIXED_IRQ_TOP;
	cpu->tss.ist[IST_FAULT - 1] = KSTACK_FIXED_FAULT_TOP;
}

bool kstack_nests(void)
{
	return false; /* a second interrupt would overwrite the first one's frame on IST1 */
}

unsigned kstack_gate_ist(unsigned vector)
{
	return vector < 32 ? IST_FAULT : IST_IRQ;
}

bool kstack_may_interrupt(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return here - KSTACK_FIXED_BASE <
	       KSTACK_FIXED_TOP - KSTACK_FIXED_BASE; /* on the stack of system calls */
}
