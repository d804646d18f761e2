/* SPDX-License-Identifier: MIT */
/*
 * bouncing: all tasks share root.kernel, so a switch of roots only changes the CR3 that the next
 * return to user mode loads. isolation/isolation.h specifies these functions.
 */
#pragma once

#include "isolation/entry_window.h"

/* Stores `value` in a 64-bit field of this CPU's struct window_cpu, with a single instruction. */
#define WINDOW_STORE(field, value)                                                         \
	__asm__ volatile("movq %0, %%gs:%c1"                                               \
	                 :                                                                 \
	                 : "r"((uint64_t)(value)), "i"(offsetof(struct window_cpu, field)) \
	                 : "memory")

static inline uint64_t isolation_cr3(const struct root *root)
{
	WINDOW_STORE(user_cr3, root->user);
	return root->kernel;
}

static inline void isolation_switch(const struct root *root)
{
	WINDOW_STORE(user_cr3, root->user);
}

#define ISOLATION_USES_PCIDS  false
#define ISOLATION_ABOVE_FRAME 16

/* Defined in entry_window.asm. */
extern char entry_text[];

static inline uintptr_t isolation_entry_address(uintptr_t address)
{
	const uintptr_t offset = address - (uintptr_t)entry_text;

	return offset < PAGE_SIZE ? WINDOW_PAGE(WINDOW_PAGE_CODE) + offset : address;
}

static inline uintptr_t isolation_linked_address(uintptr_t address)
{
	const uintptr_t offset = address - WINDOW_PAGE(WINDOW_PAGE_CODE);

	return offset < PAGE_SIZE ? (uintptr_t)entry_text + offset : address;
}

static inline void isolation_set_call_entry(const char *entry)
{
	write_msr(MSR_LSTAR, isolation_entry_address((uintptr_t)entry));
}
