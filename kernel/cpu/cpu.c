/* SPDX-License-Identifier: MIT */
#include "cpu/cpu.h"

#include "cpu/fpu.h"

static struct cpu cpus[MAX_CPUS];

/* Defined in entry.asm. */
extern char syscall_entry[];

void cpu_init(void)
{
	struct cpu *cpu = &cpus[0];

	cpu->self = cpu;
	cpu->scratch_top = CPU_SCRATCH_TOP(0);
	cpu->tss.io_map = sizeof cpu->tss; /* past the end of the TSS: user mode has no I/O ports */
	cpu->tss.ist[IST_DF - 1] = CPU_DF_TOP(0);
	cpu->tss.ist[IST_NMI - 1] = CPU_NMI_TOP(0);
	cpu->tss.ist[IST_MC - 1] = CPU_MC_TOP(0);
	cpu->tss.ist[IST_DB - 1] = CPU_DB_TOP(0);
	cpu->tss.ist[IST_GP - 1] = CPU_GP_TOP(0);
	gdt_load(cpu);
	write_msr(MSR_GS_BASE, (uintptr_t)cpu);
	write_msr(MSR_KERNEL_GS, 0);
	idt_init();
	write_dr7(DR7_NONE);
	write_dr6(DR6_NONE);

	write_msr(MSR_EFER, read_msr(MSR_EFER) | 1); /* SCE: enables SYSCALL and SYSRET */
	write_msr(MSR_STAR, (uint64_t)(SELECTOR_USER_DATA - 8) << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
	write_msr(MSR_LSTAR, (uintptr_t)syscall_entry);
	fpu_init();
	write_msr(MSR_FMASK, RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC);
}
