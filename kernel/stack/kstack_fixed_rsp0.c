/* SPDX-License-Identifier: MIT */
/*
 * fixed-rsp0: the stack has the same address in every task, so TSS.RSP0 is a constant. Interrupts
 * from kernel mode stay on the interrupted stack, so they nest.
 */
#include "stack/kstack_fixed.h"

const struct fixed_stack fixed_stacks[] = {
	{ KSTACK_FIXED_TOP, KSTACK_SIZE / PAGE_SIZE },
};
const size_t fixed_stack_count = sizeof fixed_stacks / sizeof *fixed_stacks;

void kstack_init_cpu(struct cpu *cpu)
{
	cpu->tss.rsp[0] = KSTACK_FIXED_TOP;
}

bool kstack_nests(void)
{
	return true;
}

unsigned kstack_gate_ist(unsigned vector)
{
	(void)vector;
	return IST_NONE;
}

bool kstack_may_interrupt(void)
{
	return true;
}
