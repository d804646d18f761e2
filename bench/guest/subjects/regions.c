/* SPDX-License-Identifier: MIT */
/*
 * Memory as programs use it: fork(), page faults, mmap() and munmap(), and copies from the kernel
 * to user memory.
 */
#include "vm/regions.h"
#include "bench/guest/payload.h"
#include "bench/guest/subjects/copies.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"

static const uint64_t page_counts[] = { 1, 4, 16, 64, 256, 1024, BENCH_LIST_END };
const uint64_t copy_sizes[] = { 8, 64, 512, 4 * KIB, 64 * KIB, MIB, BENCH_LIST_END };
static const uint64_t small_images[] = { 4 * KIB, 64 * KIB, MIB, BENCH_LIST_END };

#define COPY_AT 0x10000000UL /* user address in the current process, which runs the benchmarks */

static int find_payload(struct bench *b)
{
	return bench_find_payload(b, b->parameter);
}

/* Passes the parameter, a number of pages, to the program as its second argument. */
static int pass_number(struct bench *b)
{
	format_string(b->module, sizeof b->module, "%lu", b->parameter);
	return 0;
}

/* Always true: for STEP_VERIFY the program checks its own work, and exits with a failure if it was
 * wrong. */
static bool verified_by_program(struct bench *b)
{
	(void)b;
	return true;
}

int copy_prepare(struct bench *b)
{
	struct address_space *space = &current_process()->space;
	const size_t pages = (b->parameter + PAGE_MASK) / PAGE_SIZE;

	if (region_map(space, COPY_AT, pages, PTE_WRITE | PTE_NX))
		return -ENOMEM;
	for (size_t i = 0; i < pages; i++)
		if (region_fault(space, COPY_AT + i * PAGE_SIZE, FAULT_WRITE))
			return -ENOMEM;
	return 0;
}

static uint8_t copy_buffer[MIB] __attribute__((aligned(4096)));

void copy_mark(struct bench *b)
{
	copy_buffer[0] = (uint8_t)(copy_buffer[0] + 1);
	copy_buffer[b->parameter - 1] = copy_buffer[0];
	b->evidence = copy_buffer[0];
}

void copy_out(struct bench *b)
{
	b->phase = (unsigned)copy_to_user(COPY_AT, copy_buffer, b->parameter);
}

bool copy_check(struct bench *b)
{
	const struct address_space *space = &current_process()->space;
	const uint64_t at = paging_translate(space->pml4, COPY_AT + b->parameter - 1, NULL);

	return b->phase == 0 && *(const uint8_t *)phys_to_virt(at) == b->evidence;
}

bool copy_verify(struct bench *b)
{
	uint64_t *words = (uint64_t *)copy_buffer;
	size_t size;

	for (size_t i = 0; i < b->parameter / 8; i++)
		words[i] = (i + 1) * 0x9e3779b97f4a7c15;
	copy_out(b);
	for (size_t done = 0; done < b->parameter; done += size) {
		const uint64_t at = paging_translate(current_process()->space.pml4, COPY_AT + done, NULL);

		size = b->parameter - done < PAGE_SIZE ? b->parameter - done : PAGE_SIZE;
		if (!same_words(phys_to_virt(at), copy_buffer + done, size))
			return false;
	}
	return b->phase == 0;
}

void copy_unmap(struct bench *b)
{
	region_unmap(&current_process()->space, COPY_AT, (b->parameter + PAGE_MASK) / PAGE_SIZE);
}

static void count_entry(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *count)
{
	(void)address, (void)size, (void)leaf;
	*(uint64_t *)count += !(flags & PTE_USER);
}

/*
 * Counts the kernel's entries in the tables of a new space: the PML4 entries of the kernel half,
 * and the entries of supervisor pages in the user half. Returns 0 if out of memory.
 */
static uint64_t kernel_entries(void)
{
	static struct address_space space;
	const pte_t *pml4;
	uint64_t count = 0;

	if (address_space_create(&space))
		return 0;
	pml4 = phys_to_virt(space.pml4);
	for (unsigned i = KERNEL_PML4_FIRST; i < 512; i++)
		count += pml4[i] & PTE_PRESENT;
	paging_visit(space.pml4, 0, KERNEL_PML4_FIRST - 1, count_entry, &count);
	address_space_destroy(&space);
	return count;
}

static uint64_t entries_copied;

static int count_entries(struct bench *b)
{
	(void)b;
	entries_copied = kernel_entries();
	return 0;
}

static bool forked(struct bench *b)
{
	bench_metric(b, "entries_copied", entries_copied, "entries");
	return bench_stamped(b);
}

/* Counts the instructions of user mode and kernel together. */
BENCH(fork_roundtrip, "fork, exit in the child, wait", .name = "fork.roundtrip", .setup = count_entries,
      .check = forked, .program = "probe", .argument = "fork");

BENCH(fork_exec, "fork, execve of an image in the child, its exit, wait", .name = "fork.exec",
      .unit = "bytes", .parameters = small_images, .setup = find_payload, .check = bench_stamped,
      .verify = payload_arrived, .program = "probe", .argument = "fork-exec");

BENCH(fault_page, "the first write to a page of anonymous memory", .name = "fault.page",
      .check = bench_stamped, .program = "probe", .argument = "fault");

BENCH(map_unmap, "mmap, a write to each page, munmap", .name = "map.unmap", .unit = "pages",
      .parameters = page_counts, .setup = pass_number, .check = bench_stamped, .verify = verified_by_program,
      .program = "probe", .argument = "map");

BENCH(copy_user, "a copy from the kernel to mapped user memory", .name = "copy.user", .unit = "bytes",
      .parameters = copy_sizes, .setup = copy_prepare, .prepare = copy_mark, .body = copy_out,
      .check = copy_check, .verify = copy_verify, .teardown = copy_unmap);
