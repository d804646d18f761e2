/* SPDX-License-Identifier: MIT */
/*
 * bouncing: a switch of roots sets the CR3 that the next return to user mode loads. If the new root
 * has the entry window at another place, the switch also moves this CPU to that place. With heap
 * stacks all tasks share root.kernel, so the switch does not load CR3. With fixed stacks each task has
 * a root.kernel of its own (isolation/kernel_roots.h). isolation/isolation.h specifies these functions.
 *
 * If PCIDs are in use, the kernel has a PCID, and user mode in each space has a PCID of its own. So
 * CR3 is loaded without a flush, both on an entry and on a return. A change of the loaded user half
 * is flushed by the next return to user mode: until then, no translation of the user's PCID can be
 * used. CR3_NO_FLUSH in user_cr3 of struct window_cpu is clear if the next return must flush. For
 * spaces that are not loaded, mem/pcid.h records whether their PCIDs must be flushed. With fixed
 * stacks, the kernel's PCID belongs to all kernel tables, and a switch from one to another flushes it.
 */
#pragma once

#include "isolation/window_place.h"

#define ISOLATION_OWN_PAGES   ENTRY_WINDOW_PAGES
#define ISOLATION_MOVES       true
#define ISOLATION_UPPER_HALF  true
#define ISOLATION_ONE_CPU     true
#define ISOLATION_ABOVE_FRAME 16

static inline uint64_t isolation_cr3(const struct root *root)
{
	const unsigned place = window_place_of(root);

	if (pcid_on)
		window_change_pcid(root);
	else
		WINDOW_STORE(user_cr3, root->user);
	if (place != WINDOW_LOAD(place))
		window_enter(place); /* all kernel tables map all places */
	/*
	 * All roots of a build are alike. With heap stacks no root has kernel tables of its own, so
	 * kernel_cr3 never changes. With fixed stacks every root has them, so every switch sets
	 * kernel_cr3.
	 */
	if (root->kernel != kernel_pml4)
		WINDOW_STORE(kernel_cr3, root->kernel | window_kernel_pcid);
	return root->kernel | window_kernel_pcid;
}

static inline void isolation_switch(const struct root *root)
{
	const uint64_t cr3 = isolation_cr3(root);

	if (root_pml4(read_cr3()) != root_pml4(cr3))
		write_cr3(cr3 & ~CR3_NO_FLUSH);
}

static inline void isolation_user_changed(void)
{
	if (pcid_on) /* one instruction, which no interrupt can cut in two; bit 63 is CR3_NO_FLUSH */
		__asm__ volatile("btrq $63, %%gs:%c0"
		                 :
		                 : "i"(offsetof(struct window_cpu, user_cr3))
		                 : "memory", "cc");
}

/*
 * The copy functions (user_bouncing.c) set this bit in the error code that they pass to the
 * page-fault handler. The CPU never sets it (SDM 3A 4.7).
 */
#define ISOLATION_LOOKED_UP (1UL << 63)

static inline bool isolation_concerns_user(uint64_t error)
{
	return error & (1UL << 2 | ISOLATION_LOOKED_UP); /* bit 2: in user mode */
}

static inline bool isolation_return_flushes(void)
{
	return !(WINDOW_LOAD(user_cr3) & CR3_NO_FLUSH);
}

static inline uintptr_t isolation_entry_address(uintptr_t address)
{
	return window_entry_address(address);
}

/*
 * Also converts addresses of the window at place 0, even if this CPU uses the window at another
 * place: the gates of idt[] (cpu/idt.c) hold such addresses.
 */
static inline uintptr_t isolation_linked_address(uintptr_t address)
{
	const uintptr_t here = address - WINDOW_LOAD(base) - WINDOW_CODE;
	const uintptr_t first = address - ENTRY_WINDOW_BASE - WINDOW_CODE;

	return here < WINDOW_CODE_BYTES    ? (uintptr_t)entry_text + here
	       : first < WINDOW_CODE_BYTES ? (uintptr_t)entry_text + first
	                                   : address;
}

static inline void isolation_set_call_entry(const char *entry)
{
	WINDOW_STORE(call_entry, (uintptr_t)entry);
	write_msr(MSR_LSTAR, window_entry_address((uintptr_t)entry));
}

static inline void isolation_set_places(bool own)
{
	window_own_places = own;
}

extern enum isolation_copies isolation_way;
bool isolation_set_copies(enum isolation_copies way);

static inline bool isolation_kernel_gs(uint64_t base)
{
	return base >= ENTRY_WINDOW_LOWEST;
}

static inline uintptr_t isolation_window(const struct root *root)
{
	return window_base_of(root);
}

static inline bool isolation_owns(pte_t entry)
{
	return (entry & (PTE_PRESENT | PTE_USER)) == PTE_PRESENT;
}

static inline bool isolation_meets(const struct root *root, uintptr_t start, size_t pages)
{
	return window_meets(root, start, pages);
}

int isolation_enter_space(const struct root *root, uint32_t *tables);
int isolation_follow(const struct root *root, const struct root *parent, uint32_t *tables);

static inline int isolation_make_room(const struct root *root, uint32_t *tables, uintptr_t start,
                                      size_t pages, isolation_find *find, void *space)
{
	return window_meets(root, start, pages) ? window_move(root, tables, find, space) : 0;
}
