/* SPDX-License-Identifier: MIT */
/*
 * heap-rsp0: the hardware switches straight to the task's slot, because every context switch
 * writes its top to TSS.RSP0. From kernel mode the interrupted stack goes on.
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
