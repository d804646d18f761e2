/* SPDX-License-Identifier: MIT */
/* Loading and starting programs, against the size of the image. */
#include "bench/guest/bench.h"
#include "boot/boot.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"

static int find_payload(struct bench *b)
{
	return bench_find_payload(b, b->parameter);
}

static void empty_space(struct bench *b)
{
	if (address_space_create(&b->space))
		b->space.pml4 = FRAME_NONE;
}

static void empty_space_cold(struct bench *b)
{
	loader_trim();
	empty_space(b);
}

/* Image in memory → every segment in place in the target address space. */
static void load(struct bench *b)
{
	if (b->space.pml4 != FRAME_NONE)
		b->phase = loader_load(&b->space, b->plan.segments, b->plan.count) != 0;
}

static bool same_words(const void *a, const void *b, size_t size)
{
	bool same;

	size /= 8;
	__asm__ volatile("cmp %%rax, %%rax; repe cmpsq"
	                 : "+S"(a), "+D"(b), "+c"(size), "=@ccz"(same)
	                 :
	                 : "memory");
	return same;
}

/* One page of a segment, as it should be, against what the new space shows there. */
static bool page_arrived(const struct address_space *space, const struct load_segment *s, size_t offset)
{
	static uint8_t expected[PAGE_SIZE] __attribute__((aligned(16)));
	pte_t entry;
	uint64_t frame = paging_translate(space->pml4, s->start + offset, &entry);
	size_t end = s->data_offset + s->data_size;

	if (frame == PAGING_INVALID || !(entry & PTE_USER) || (entry & (PTE_WRITE | PTE_NX)) != s->flags)
		return false;
	if (offset >= s->data_offset && offset + PAGE_SIZE <= end)
		return same_words(s->data + offset - s->data_offset, phys_to_virt(frame), PAGE_SIZE);
	zero_pages(expected, 1);
	for (size_t i = 0; i < PAGE_SIZE; i++)
		if (offset + i >= s->data_offset && offset + i < end)
			expected[i] = s->data[offset + i - s->data_offset];
	return same_words(expected, phys_to_virt(frame), PAGE_SIZE);
}

static bool image_arrived(struct bench *b)
{
	bool ok = b->space.pml4 != FRAME_NONE && b->phase == 0;

	for (size_t i = 0; ok && i < b->plan.count; i++)
		for (size_t page = 0; ok && page < b->plan.segments[i].pages; page++)
			ok = page_arrived(&b->space, &b->plan.segments[i], page * PAGE_SIZE);
	if (b->space.pml4 != FRAME_NONE)
		address_space_destroy(&b->space);
	b->space.pml4 = FRAME_NONE;
	bench_metric(b, "window_tables", loader_kept_tables(), "frames");
	return ok;
}

/* The overhead samples do not load, and are not checked: drop their space. */
static void drop_space(struct bench *b)
{
	if (b->space.pml4 != FRAME_NONE)
		address_space_destroy(&b->space);
}

static void fresh_space(struct bench *b)
{
	drop_space(b);
	empty_space(b);
}

static void fresh_space_cold(struct bench *b)
{
	drop_space(b);
	empty_space_cold(b);
}

/* A program ran: the payload has stamped the time. */
static bool stamped(struct bench *b)
{
	return b->t1 > b->t0;
}

BENCH(exec_load, .name = "exec.load", .unit = "bytes", .parameters = bench_image_sizes, .setup = find_payload,
      .prepare = fresh_space, .body = load, .check = image_arrived, .teardown = drop_space);

BENCH(exec_load_cold, .name = "exec.load.cold", .unit = "bytes", .parameters = bench_image_sizes,
      .setup = find_payload, .prepare = fresh_space_cold, .body = load, .check = image_arrived,
      .teardown = drop_space);

/* First kernel instruction of the system call → first user instruction of the new task. */
BENCH(exec_spawn, .name = "exec.spawn", .unit = "bytes", .parameters = bench_image_sizes,
      .setup = find_payload, .check = stamped, .program = "probe", .argument = "spawn");

/* The same in the calling task. */
BENCH(exec_execve, .name = "exec.execve", .unit = "bytes", .parameters = bench_image_sizes,
      .setup = find_payload, .check = stamped, .program = "probe", .argument = "execve");

/* spawn, exit, wait: user and kernel instructions together. */
BENCH(exec_roundtrip, .name = "exec.roundtrip", .unit = "bytes", .parameters = bench_image_sizes,
      .setup = find_payload, .check = stamped, .program = "probe", .argument = "roundtrip");
