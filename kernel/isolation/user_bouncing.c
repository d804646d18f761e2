/* SPDX-License-Identifier: MIT */
/*
 * bouncing: the kernel's tables map no user memory. The kernel reaches the memory of the current
 * task in one of three ways (enum isolation_copies). In each way it calls the page-fault handler
 * for a missing page, as an access through the MMU would. With several CPUs, each CPU would need a
 * page (COPY_PAGE) and a PML4 entry of its own.
 */
#include "isolation/isolation.h"
#include "isolation/user_memory.h"

#include "cpu/exceptions.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/tlb.h"

/* Bits of the error code of a page fault (SDM 3A 4.7). */
#define ERROR_PRESENT 1UL
#define ERROR_WRITE   2UL

enum isolation_copies isolation_way = COPIES_WALK;
static pte_t *copy_page; /* the entry that maps COPY_PAGE */

bool isolation_set_copies(enum isolation_copies way)
{
	uint32_t made = FRAME_LIST_END;
	pte_t *table = paging_table(kernel_pml4, COPY_PAGE, 0, &made);

	while (made != FRAME_LIST_END) /* tables of the kernel half are never freed */
		frame_list_pop(&made);
	if (!table)
		return false;
	copy_page = &table[PT_INDEX(COPY_PAGE)];
	isolation_way = way;
	return true;
}

/*
 * Returns the direct-map address of the user byte at `address`. `access` is ERROR_WRITE for a
 * write, 0 for a read. If the program may not access the byte in this way, calls the page-fault
 * handler, as the MMU would, and looks the byte up again. Returns NULL if the handler does not
 * resolve the fault.
 */
static char *user_byte(uintptr_t address, uint64_t access)
{
	const pte_t needed = PTE_PRESENT | PTE_USER | (access & ERROR_WRITE ? PTE_WRITE : 0);

	for (;;) {
		size_t span;
		const pte_t *table = paging_look_up(root_pml4(WINDOW_LOAD(user_cr3)), address, &span);
		const pte_t entry = table ? table[PT_INDEX(address)] : 0;

		if ((entry & needed) == needed)
			return (char *)phys_to_virt(pte_frame(entry)) + (address & PAGE_MASK);
		write_cr2(address);
		if (!page_fault_hook ||
		    !page_fault_hook(address, access | ISOLATION_LOOKED_UP |
		                                      (entry & PTE_PRESENT ? ERROR_PRESENT : 0)))
			return NULL;
	}
}

/* Returns the number of bytes from `address` to the end of its page, or `size` if that is less. */
static size_t part_of_page(uintptr_t address, size_t size)
{
	const size_t part = PAGE_SIZE - (address & PAGE_MASK);

	return part < size ? part : size;
}

/*
 * COPIES_PAGE: maps the page of `byte`, which user_byte() has returned. Returns the new address of
 * the byte.
 */
static char *map_page(const char *byte, uint64_t access)
{
	*copy_page = (virt_to_phys(byte) & ~PAGE_MASK) | PTE_PRESENT | PTE_NX |
	             (access & ERROR_WRITE ? PTE_WRITE : 0);
	return (char *)COPY_PAGE + (virt_to_phys(byte) & PAGE_MASK);
}

static void unmap_page(void)
{
	*copy_page = 0;
	tlb_flush_pages(COPY_PAGE, 1);
}

/*
 * Copies between `kernel` and user memory at `user`: to user memory if `access` is ERROR_WRITE,
 * from it if `access` is 0.
 */
static int copy_by_page(char *kernel, uint64_t user, size_t size, uint64_t access)
{
	for (size_t done = 0, n; done < size; done += n) {
		char *bytes = user_byte(user + done, access);

		if (!bytes)
			return -EFAULT;
		n = part_of_page(user + done, size - done);
		bytes = map_page(bytes, access);
		if (access & ERROR_WRITE)
			copy_bytes(bytes, kernel + done, n);
		else
			copy_bytes(kernel + done, bytes, n);
		unmap_page();
	}
	return 0;
}

/* Returns the PML4 under which the kernel runs. */
static pte_t *loaded_pml4(void)
{
	return phys_to_virt(root_pml4(WINDOW_LOAD(kernel_cr3)));
}

/*
 * COPIES_ENTRY: copies the entry of the user PML4 for `address` to an entry of the kernel's PML4.
 * The copy lacks the user bit, so that SMAP allows the accesses. It also lacks the right to
 * execute. The MMU then checks the same rights as for the program, with one exception: it also lets
 * the kernel access the supervisor pages, which are those of the entry window. Returns the address
 * at which the byte at `address` is now mapped. The caller may access `size` bytes from there on;
 * the access faults at bytes that the user tables do not map.
 *
 * While an entry is borrowed, the CPU may cache translations of any of its pages, even of pages
 * that no instruction accesses (SDM 3A 4.10.2.3). Translations from an earlier loan may therefore
 * still be cached, and lead to other frames. So this function flushes the pages that the caller
 * will access.
 */
static char *borrow(uintptr_t address, size_t size, uint64_t access)
{
	const pte_t entry =
	        ((const pte_t *)phys_to_virt(root_pml4(WINDOW_LOAD(user_cr3))))[PML4_INDEX(address)];
	const uintptr_t bytes = COPY_ENTRY_BASE + (address & (PML4_SPAN - 1));

	loaded_pml4()[COPY_ENTRY_PML4] =
	        (entry & (PTE_FRAME | PTE_PRESENT)) | PTE_NX | (access & ERROR_WRITE ? PTE_WRITE : 0);
	tlb_flush_range(bytes & ~PAGE_MASK, ((bytes & PAGE_MASK) + size + PAGE_MASK) / PAGE_SIZE);
	return (char *)bytes;
}

/*
 * Undoes borrow(). One INVLPG, of any address, flushes all paging-structure caches (SDM 3A
 * 4.10.4.1). Without that flush, the CPU could still read the user's page tables, and set accessed
 * flags in them, after they have been freed.
 */
static void give_back(void)
{
	loaded_pml4()[COPY_ENTRY_PML4] = 0;
	tlb_flush_pages(COPY_ENTRY_BASE, 1);
}

/*
 * Returns how many of the `size` bytes at `address` one borrow() can map: those up to the end of
 * the range of their PML4 entry, or up to the entry window if that comes first. Returns 0 if
 * `address` is in the window.
 */
static size_t part_of_entry(uintptr_t address, size_t size)
{
	const size_t part = PML4_SPAN - (address & (PML4_SPAN - 1));
	const uintptr_t window = WINDOW_LOAD(base);

	if (address - window < ENTRY_WINDOW_SIZE)
		return 0;
	if (part < size)
		size = part;
	return window - address < size ? window - address : size;
}

static int copy_by_entry(char *kernel, uint64_t user, size_t size, uint64_t access)
{
	for (size_t done = 0; done < size;) {
		const size_t n = part_of_entry(user + done, size - done);
		size_t left = 0;

		if (n) {
			char *bytes = borrow(user + done, n, access);

			left = access & ERROR_WRITE ? user_copy_bytes(bytes, kernel + done, n)
			                            : user_copy_bytes(kernel + done, bytes, n);
			give_back();
			done += n - left;
		}
		if ((!n || left) && !user_byte(user + done, access))
			return -EFAULT;
	}
	return 0;
}

/* Copies by COPIES_PAGE or COPIES_ENTRY. */
static __attribute__((noinline)) int copy_otherwise(char *kernel, uint64_t user, size_t size, uint64_t access)
{
	return isolation_way == COPIES_PAGE ? copy_by_page(kernel, user, size, access)
	                                    : copy_by_entry(kernel, user, size, access);
}

int copy_from_user(void *to, uint64_t from, size_t size)
{
	if (!user_range(from, size))
		return -EFAULT;
	if (isolation_way != COPIES_WALK)
		return copy_otherwise(to, from, size, 0);
	for (size_t done = 0, n; done < size; done += n) {
		const char *bytes = user_byte(from + done, 0);

		if (!bytes)
			return -EFAULT;
		n = part_of_page(from + done, size - done);
		copy_bytes((char *)to + done, bytes, n);
	}
	return 0;
}

int copy_to_user(uint64_t to, const void *from, size_t size)
{
	if (!user_range(to, size))
		return -EFAULT;
	if (isolation_way != COPIES_WALK)
		return copy_otherwise((char *)(uintptr_t)from, to, size, ERROR_WRITE);
	for (size_t done = 0, n; done < size; done += n) {
		char *bytes = user_byte(to + done, ERROR_WRITE);

		if (!bytes)
			return -EFAULT;
		n = part_of_page(to + done, size - done);
		copy_bytes(bytes, (const char *)from + done, n);
	}
	return 0;
}

/*
 * For strings, with COPIES_PAGE or COPIES_ENTRY: maps the page of `byte`, which user_byte() has
 * returned for `address`. Returns the new address of the byte.
 */
static __attribute__((noinline)) const char *open_page(const char *byte, uintptr_t address)
{
	return isolation_way == COPIES_PAGE ? map_page(byte, 0) : borrow(address, 1, 0);
}

static __attribute__((noinline)) void close_page(void)
{
	if (isolation_way == COPIES_PAGE)
		unmap_page();
	else
		give_back();
}

/*
 * Looks up one page after another with every value of `copies=`, since the length of the string is
 * not known in advance.
 */
long copy_string_from_user(char *to, uint64_t from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const char *bytes = user_range(from + done, 1) ? user_byte(from + done, 0) : NULL;
		const size_t n = part_of_page(from + done, size - done);
		size_t i = 0;

		if (!bytes)
			return -EFAULT;
		if (isolation_way != COPIES_WALK)
			bytes = open_page(bytes, from + done);
		while (i < n && (to[done + i] = bytes[i]))
			i++;
		if (isolation_way != COPIES_WALK)
			close_page();
		if (i < n)
			return (long)(done + i);
		done += n;
	}
	return -E2BIG;
}
