/* SPDX-License-Identifier: MIT */
/*
 * heap-sw: the hardware switches to the CPU's entry stack, a constant in TSS.RSP0, and the stub
 * copies the frame to the task's stack. Interrupts from kernel mode stay on the interrupted stack.
 */
#include "stack/kstack.h"

void kstack_init_cpu(struct cpu *cpu)
{
	cpu->tss.rsp[0] = CPU_ENTRY_TOP(cpu->id);
}

unsigned kstack_gate_ist(unsigned vector)
{
	(void)vector;
	return IST_NONE;
}

void kstack_activate(struct cpu *cpu, const struct kstack *stack)
{
	cpu->kstack_top = stack->top;
}
