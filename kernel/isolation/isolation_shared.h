/* SPDX-License-Identifier: MIT */
/* shared: a root has one PML4. isolation/isolation.h specifies these functions. */
#pragma once

static inline uint64_t isolation_cr3(const struct root *root)
{
	return pcid_load(root->kernel);
}

static inline void isolation_switch(const struct root *root)
{
	write_cr3(isolation_cr3(root));
}

static inline void isolation_set_call_entry(const char *entry)
{
	write_msr(MSR_LSTAR, (uintptr_t)entry);
}

#define ISOLATION_OWN_PAGES   0
#define ISOLATION_MOVES       false
#define ISOLATION_UPPER_HALF  false
#define ISOLATION_ONE_CPU     false
#define ISOLATION_ABOVE_FRAME 0
#define isolation_way         COPIES_WALK

static inline void isolation_user_changed(void)
{
}

static inline bool isolation_concerns_user(uint64_t error)
{
	(void)error;
	return true;
}

static inline bool isolation_return_flushes(void)
{
	return false;
}

static inline uintptr_t isolation_linked_address(uintptr_t address)
{
	return address;
}

static inline uintptr_t isolation_entry_address(uintptr_t address)
{
	return address;
}

static inline void isolation_set_places(bool own)
{
	(void)own;
}

static inline bool isolation_set_copies(enum isolation_copies way)
{
	(void)way;
	return false;
}

static inline bool isolation_kernel_gs(uint64_t base)
{
	return (int64_t)base < 0;
}

static inline uintptr_t isolation_window(const struct root *root)
{
	(void)root;
	return 0;
}

static inline bool isolation_owns(pte_t entry)
{
	(void)entry;
	return false;
}

static inline bool isolation_meets(const struct root *root, uintptr_t start, size_t pages)
{
	(void)root, (void)start, (void)pages;
	return false;
}

static inline int isolation_enter_space(const struct root *root, uint32_t *tables)
{
	(void)root, (void)tables;
	return 0;
}

static inline int isolation_follow(const struct root *root, const struct root *parent, uint32_t *tables)
{
	(void)root, (void)parent, (void)tables;
	return 0;
}

static inline int isolation_make_room(const struct root *root, uint32_t *tables, uintptr_t start,
                                      size_t pages, isolation_find *find, void *space)
{
	(void)root, (void)tables, (void)start, (void)pages, (void)find, (void)space;
	return 0;
}
