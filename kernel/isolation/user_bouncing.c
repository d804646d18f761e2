/* SPDX-License-Identifier: MIT */
/*
 * bouncing: the kernel's tables map no user memory, so the kernel walks the user tables of the
 * current task, checks the rights itself, and uses the direct map of the frames.
 */
#include "isolation/isolation.h"
#include "isolation/user_memory.h"

#include "cpu/exceptions.h"
#include "lib/errno.h"
#include "lib/string.h"

/* The error code of a page fault (SDM 3A 4.7). */
#define ERROR_PRESENT 1UL
#define ERROR_WRITE   2UL

/*
 * Returns where the user byte at `address` lies in the direct map, if the program may access it in
 * this way (ERROR_WRITE or 0). If not, lets the page-fault handler resolve the fault, as the MMU would;
 * returns NULL if it does not.
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
		    !page_fault_hook(address, access | (entry & PTE_PRESENT ? ERROR_PRESENT : 0)))
			return NULL;
	}
}

/* Returns the number of bytes from `address` to the end of its page, but at most `size`. */
static size_t part_of_page(uintptr_t address, size_t size)
{
	const size_t part = PAGE_SIZE - (address & PAGE_MASK);

	return part < size ? part : size;
}

int copy_from_user(void *to, uint64_t from, size_t size)
{
	if (!user_range(from, size))
		return -EFAULT;
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
	for (size_t done = 0, n; done < size; done += n) {
		char *bytes = user_byte(to + done, ERROR_WRITE);

		if (!bytes)
			return -EFAULT;
		n = part_of_page(to + done, size - done);
		copy_bytes(bytes, (const char *)from + done, n);
	}
	return 0;
}

long copy_string_from_user(char *to, uint64_t from, size_t size)
{
	size_t done = 0;

	while (done < size) {
		const char *bytes = user_range(from + done, 1) ? user_byte(from + done, 0) : NULL;
		const size_t n = part_of_page(from + done, size - done);

		if (!bytes)
			return -EFAULT;
		for (size_t i = 0; i < n; i++)
			if (!(to[done + i] = bytes[i]))
				return (long)(done + i);
		done += n;
	}
	return -E2BIG;
}
