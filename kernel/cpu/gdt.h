/* SPDX-License-Identifier: MIT */
/* Segments and the task state segment (SDM 3A 3.4, 7.7). */
#pragma once

#include <stdint.h>

/* Selectors. SYSRET requires user data directly below user code (SDM 2B, SYSRET). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS         0x28

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* ist[0] is IST1 */
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "64-bit TSS (SDM 3A 7.7)");

/*
 * Writes the descriptor of the TSS at address `base` into a GDT (SDM 3A 7.2.3: 16 bytes, type 9, an
 * available 64-bit TSS). Loading the TSS with LTR marks it as busy.
 */
static inline void gdt_set_tss(uint64_t *gdt, uint64_t base)
{
	const uint64_t limit = sizeof(struct tss) - 1;

	gdt[SELECTOR_TSS / 8] = limit | (base & 0xffffff) << 16 | 0x89UL << 40 | (base >> 24 & 0xff) << 56;
	gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

struct cpu;

/*
 * Fills a CPU's GDT, including the descriptor of its TSS. Loads GDTR, all segment registers and TR,
 * and a null selector into LDTR.
 */
void gdt_load(struct cpu *cpu);
