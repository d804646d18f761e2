/* SPDX-License-Identifier: MIT */
/*
 * Markers: how a guest tells the Bochs instrumentation library which regions to count. A marker is
 * a PREFETCHNTA of an address that is not canonical, so it does nothing on any processor.
 * docs/records.md says what each marker means.
 *
 *     bits 63-40  MARK_TAG
 *     bits 39-32  the operation
 *     bits 31-0   its argument
 */
#pragma once

#include <stdint.h>

#define MARK_TAG                0x50414cUL /* "PAL" */
#define MARK_OPERATION(address) ((address) >> 32 & 0xff)

enum mark_operation {
	MARK_OP_REGION = 1,   /* argument: the region's number */
	MARK_OP_BEGIN,        /* argument: 0, 1 (count only in the kernel half), or 2 (interrupts off) */
	MARK_OP_END,          /* argument: 0 */
	MARK_OP_BEGIN_ON_IRQ, /* argument: the vector */
	MARK_OP_END_AT,       /* argument: the low 32 bits of an address, to be sign-extended */
	MARK_OP_END_IN_USER,  /* argument: 0 */
	MARK_OP_WINDOW_LOW,   /* argument: bits 31-0 of the entry window's address */
	MARK_OP_WINDOW        /* argument: bits 47-32 of that address, plus (page count << 16) */
};

#define MARKER(operation, argument) (MARK_TAG << 40 | (uint64_t)(operation) << 32 | (uint32_t)(argument))
#define MARK_REGION(number)         MARKER(MARK_OP_REGION, number)
#define MARK_BEGIN                  MARKER(MARK_OP_BEGIN, 0)
#define MARK_BEGIN_KERNEL           MARKER(MARK_OP_BEGIN, 1)
#define MARK_BEGIN_IRQ_OFF          MARKER(MARK_OP_BEGIN, 2)
#define MARK_END                    MARKER(MARK_OP_END, 0)
#define MARK_BEGIN_ON_IRQ(vector)   MARKER(MARK_OP_BEGIN_ON_IRQ, vector)
#define MARK_END_AT(address)        MARKER(MARK_OP_END_AT, (uint32_t)(uintptr_t)(address))
#define MARK_END_IN_USER            MARKER(MARK_OP_END_IN_USER, 0)

#define MARK_WINDOW_LOW(address)    MARKER(MARK_OP_WINDOW_LOW, (uint32_t)(uintptr_t)(address))
#define MARK_WINDOW(address, pages) MARKER(MARK_OP_WINDOW, ((address) >> 32 & 0xffff) | (pages) << 16)
/* Index of the window's page that begins with its code (entry_text). */
#define MARK_WINDOW_CODE(pages)     ((pages) > 2 ? 1UL : 0UL)

/* Executes a marker. */
static inline void mark(uint64_t marker)
{
	__asm__ volatile("prefetchnta (%0)" : : "r"(marker) : "memory");
}
