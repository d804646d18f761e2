/* SPDX-License-Identifier: MIT */
#include "cpu/cpu.h"

#include "cpu/fpu.h"

static struct cpu boot_cpu;

/* Defined in entry.asm. */
extern char syscall_entry[];

void cpu_prepare(struct cpu *cpu, uint32_t id)
{
	cpu->self = cpu;
	cpu->id = id;
	cpu->scratch_top = CPU_SCRATCH_TOP(id);
	cpu->tss.io_map = sizeof cpu->tss; /* past the end of the TSS: user mode has no I/O ports */
	cpu->tss.ist[IST_IRQ - 1] = CPU_ENTRY_TOP(id);
	cpu->tss.ist[IST_FAULT - 1] = CPU_SCRATCH_TOP(id);
	cpu->tss.ist[IST_DF - 1] = CPU_DF_TOP(id);
	cpu->tss.ist[IST_NMI - 1] = CPU_NMI_TOP(id);
	cpu->tss.ist[IST_MC - 1] = CPU_MC_TOP(id);
	cpu->tss.ist[IST_DB - 1] = CPU_DB_TOP(id);
	cpu->tss.ist[IST_GP - 1] = CPU_GP_TOP(id);
}

void cpu_load(struct cpu *cpu)
{
	gdt_load(cpu);
	write_msr(MSR_GS_BASE, (uintptr_t)cpu);
	write_msr(MSR_KERNEL_GS, 0);
	idt_load();
	write_dr7(DR7_NONE);
	write_dr6(DR6_NONE);

	write_msr(MSR_EFER, read_msr(MSR_EFER) | 1); /* SCE: enables SYSCALL and SYSRET */
	write_msr(MSR_STAR, (uint64_t)(SELECTOR_USER_DATA - 8) << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
	write_msr(MSR_LSTAR, (uintptr_t)syscall_entry);
	write_msr(MSR_FMASK, RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC);
}

void cpu_init(void)
{
	cpu_prepare(&boot_cpu, 0);
	idt_init();
	cpu_load(&boot_cpu);
	fpu_init();
}
