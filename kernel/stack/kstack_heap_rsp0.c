/* SPDX-License-Identifier: MIT */
/*
 * heap-rsp0: every context switch writes the top of the task's stack to TSS.RSP0, so the hardware
 * switches directly to this stack. Interrupts from kernel mode stay on the interrupted stack.
 */
#include "stack/kstack.h"

void kstack_init_cpu(struct cpu *cpu)
{
	cpu->tss.rsp[0] = CPU_ENTRY_TOP(cpu->id); /* until the first task runs */
}

unsigned kstack_gate_ist(unsigned vector)
{
	(void)vector;
	return IST_NONE;
}

void kstack_activate(struct cpu *cpu, const struct kstack *stack)
{
	cpu->kstack_top = stack->top; /* for SYSCALL, which does not read the TSS */
	cpu->tss.rsp[0] = stack->top;
}
