/* SPDX-License-Identifier: MIT */
#include "cpu/gdt.h"

#include "cpu/cpu.h"

void gdt_load(struct cpu *cpu)
{
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof cpu->gdt - 1, (uintptr_t)cpu->gdt };

	cpu->gdt[SELECTOR_KERNEL_CODE / 8] = 0x00209a0000000000;
	cpu->gdt[SELECTOR_KERNEL_DATA / 8] = 0x0000920000000000;
	cpu->gdt[SELECTOR_USER_DATA / 8] = 0x0000f20000000000;
	cpu->gdt[SELECTOR_USER_CODE / 8] = 0x0020fa0000000000;
	gdt_set_tss(cpu->gdt, (uintptr_t)&cpu->tss);
	__asm__ volatile("lgdt %0\n\t"
	                 "push %1\n\t"
	                 "lea 1f(%%rip), %%rax\n\t"
	                 "push %%rax\n\t"
	                 "lretq\n"
	                 "1:\tmov %2, %%eax\n\t"
	                 "mov %%eax, %%ss\n\t"
	                 "xor %%eax, %%eax\n\t" /* null: the kernel needs only CS and SS */
	                 "mov %%eax, %%ds\n\t"
	                 "mov %%eax, %%es\n\t"
	                 "mov %%eax, %%fs\n\t"
	                 "mov %%eax, %%gs\n\t"
	                 "ltr %w3\n\t"
	                 "lldt %w4" /* null: after reset, the LDT is the 64 KiB at address 0 */
	                 :
	                 : "m"(pointer), "i"(SELECTOR_KERNEL_CODE), "i"(SELECTOR_KERNEL_DATA),
	                   "r"(SELECTOR_TSS), "r"(0)
	                 : "rax", "memory");
}
