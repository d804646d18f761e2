/* SPDX-License-Identifier: MIT */
/* The bits of control registers and of page-table entries that decide how addresses are translated
 * (Intel SDM, volume 3, 2.5 and chapter 4). */
#pragma once

#include <stdint.h>

#define CR0_PG        (1ULL << 31)
#define CR4_PSE       (1ULL << 4)
#define CR4_PAE       (1ULL << 5)
#define CR4_PGE       (1ULL << 7)
#define CR4_LA57      (1ULL << 12)
#define CR4_PCIDE     (1ULL << 17)
#define CR4_SMEP      (1ULL << 20)

#define ENTRY_PRESENT (1ULL << 0)
#define ENTRY_LARGE   (1ULL << 7)
#define ENTRY_GLOBAL  (1ULL << 8)
#define ENTRY_FRAME   0x000FFFFFFFFFF000ULL

#define ROOT_2_LEVELS 0xFFFFF000ULL /* bits of CR3 that are the address of the top table */
#define ROOT_3_LEVELS 0xFFFFFFE0ULL

/* Returns bits 39-32 of the address of a page of 4 MiB, which are bits 20-13 of its entry (PSE-36). */
static inline uint64_t entry_above_4g(uint64_t entry)
{
	return (entry >> 13 & 0xFF) << 32;
}
