/* SPDX-License-Identifier: MIT */
/* The cost of loading and starting programs, against the size of the image. */
#include "bench/guest/payload.h"
#include "boot/boot.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/experiments.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "stack/kstack.h"

#define LARGEST_FILE (16 * MIB)

static const uint64_t load_sizes[] = { 4 * KIB, 64 * KIB, MIB, 16 * MIB, 64 * MIB, BENCH_LIST_END };
static const uint64_t bss_sizes[] = { 64 * KIB, MIB, 16 * MIB, BENCH_LIST_END };
static const uint64_t segment_counts[] = { 1, 2, 4, 8, 16, BENCH_LIST_END };
_Static_assert(ELF_SEGMENTS_INLINE >= 16, "the loader takes them all");

static int find_payload(struct bench *b)
{
	return bench_find_payload(b, b->parameter);
}

/*
 * Finds the payload of b->parameter bytes. For 64 MiB, uses the segments of the 16 MiB payload four
 * times, at ascending addresses, so that the boot medium need not have 64 MiB.
 */
static int find_repeated_payload(struct bench *b)
{
	const size_t times = b->parameter > LARGEST_FILE ? b->parameter / LARGEST_FILE : 1;
	int error = bench_find_payload(b, b->parameter / times);
	const size_t count = b->plan.count;

	if (error)
		return error;
	if (count * times > ELF_SEGMENTS_INLINE)
		return -E2BIG;
	for (size_t i = count; i < count * times; i++) {
		b->plan.segments[i] = b->plan.segments[i - count];
		b->plan.segments[i].start += LARGEST_FILE;
	}
	b->plan.count = count * times;
	/* Memory is needed for the pages, an eighth more for their tables, and 64 spare frames. */
	return frames_free() > b->parameter / PAGE_SIZE * 9 / 8 + 64 ? 0 : -ENOMEM;
}

#define SEGMENT_GAP (2 * PAGE_SIZE) /* from start to start of neighbouring small segments */

/* Plans b->parameter segments of one page each. Neighbours have different rights. */
static int many_segments(struct bench *b)
{
	/* The rights of text, data and constants. */
	static const uint64_t flags[] = { 0, PTE_WRITE | PTE_NX, PTE_NX };
	int error = bench_find_payload(b, 4 * KIB);
	const struct load_segment text = b->plan.segments[0];

	if (error)
		return error;
	for (size_t i = 0; i < b->parameter; i++) {
		b->plan.segments[i] = text;
		b->plan.segments[i].start += i * SEGMENT_GAP;
		b->plan.segments[i].flags = flags[i % 3];
	}
	b->plan.count = b->parameter;
	return 0;
}

/* Plans a segment of one page from the file, and a .bss of b->parameter bytes. */
static int large_bss(struct bench *b)
{
	int error = bench_find_payload(b, 4 * KIB);

	if (error)
		return error;
	b->plan.segments[b->plan.count++] = (struct load_segment){
		.start = b->plan.segments[0].start + SEGMENT_GAP,
		.pages = b->parameter / PAGE_SIZE,
		.flags = PTE_WRITE | PTE_NX,
		.data = b->plan.segments[0].data,
	};
	return 0;
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

static void fill_under_own_cr3(void *argument)
{
	static struct bench *b; /* static, like *b: the new CR3 may not map the old stack */
	static uint64_t old;

	b = argument;
	old = read_cr3();
	write_cr3(b->space.pml4);
	loader_fill_own(&b->space, b->plan.segments, b->plan.count);
	write_cr3(old);
}

/*
 * Puts every segment of an image in place in the target address space. With a LOADER that lets new
 * tasks load themselves, this function loads the space's CR3 for the copy, and then the old CR3. A
 * real task needs neither of these loads of CR3; here they represent the switch to the task.
 */
static void load(struct bench *b)
{
	if (b->space.pml4 == FRAME_NONE)
		return;
	b->phase = loader_load(&b->space, b->plan.segments, b->plan.count) != 0;
	if (loader_defers() && !b->phase)
		kstack_call_across_cr3(fill_under_own_cr3, b);
}

/* Checks the contents and rights of the page at `offset` of a segment in the new space. */
static bool page_arrived(const struct address_space *space, const struct load_segment *s, size_t offset)
{
	pte_t entry;
	uint64_t frame = paging_translate(space->pml4, s->start + offset, &entry);

	return frame != PAGING_INVALID && (entry & PTE_USER) && (entry & (PTE_WRITE | PTE_NX)) == s->flags &&
	       same_words(payload_page(s, offset), phys_to_virt(frame), PAGE_SIZE);
}

static bool image_arrived(struct bench *b)
{
	/* Of the largest image, and in later rounds of all large ones, only every 16th page is
	 * checked. */
	const size_t step = b->parameter >= (bench_plan.later ? 16 : 64) * MIB ? 16 : 1;
	bool ok = b->space.pml4 != FRAME_NONE && b->phase == 0 && !user_access_is_open();

	for (size_t i = 0; ok && i < b->plan.count; i++)
		for (size_t page = 0; ok && page < b->plan.segments[i].pages; page += step)
			ok = page_arrived(&b->space, &b->plan.segments[i], page * PAGE_SIZE);
	if (b->space.pml4 != FRAME_NONE)
		address_space_destroy(&b->space);
	b->space.pml4 = FRAME_NONE;
	bench_metric(b, "window_tables", loader_window_tables(), "frames");
	return ok;
}

/* Destroys the space of an overhead sample, for which image_arrived() is not called. */
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

/* Like find_payload(), but skips the row if this loader has no window. */
static int find_payload_for_window(struct bench *b)
{
	return loader_places() ? bench_find_payload(b, b->parameter) : -ENOSYS;
}

static void fresh_space_flush_cr3(struct bench *b)
{
	fresh_space(b);
	loader_set_flush(LOADER_FLUSH_CR3);
}

static bool image_arrived_flush_cr3(struct bench *b)
{
	loader_set_flush(LOADER_FLUSH_INVLPG);
	return image_arrived(b);
}

static void restore_flush(struct bench *b)
{
	loader_set_flush(LOADER_FLUSH_INVLPG);
	drop_space(b);
}

/*
 * Loads once. The metric `held` is the longest time that the window's lock was held, in TSC ticks;
 * in Bochs a tick is an instruction, or an iteration of REP.
 */
static void hold_lock(struct bench *b)
{
	fresh_space(b);
	loader_measure_lock(true);
	load(b);
	bench_metric(b, "held", loader_measure_lock(false), "ticks");
}

BENCH(exec_load, "an image in memory: every segment put in place in another address space",
      .name = "exec.load", .unit = "bytes", .parameters = load_sizes, .large = 64 * MIB, .once = 64 * MIB,
      .setup = find_repeated_payload, .prepare = fresh_space, .body = load, .check = image_arrived,
      .teardown = drop_space);

BENCH(exec_load_cold, "exec.load without any page tables of the window in place", .name = "exec.load.cold",
      .unit = "bytes", .parameters = bench_image_sizes, .setup = find_payload, .prepare = fresh_space_cold,
      .body = load, .check = image_arrived, .teardown = drop_space);

/* The design note unmaps the window with one CR3 load instead of an INVLPG per page. */
BENCH(exec_load_flush_cr3, "exec.load with the window unmapped by a CR3 load in place of INVLPG",
      .name = "exec.load.flush_cr3", .unit = "bytes", .parameters = bench_image_sizes,
      .setup = find_payload_for_window, .prepare = fresh_space_flush_cr3, .body = load,
      .check = image_arrived_flush_cr3, .teardown = restore_flush);

BENCH(window_lock, "how long the lock of the window is held", .name = "window.lock", .unit = "bytes",
      .parameters = bench_image_sizes, .once = 16 * MIB, .experiment = true, .setup = find_payload_for_window,
      .body = hold_lock, .check = image_arrived, .teardown = drop_space);

BENCH(exec_load_segments, "exec.load of the same bytes in a growing number of segments",
      .name = "exec.load.segments", .unit = "segments", .parameters = segment_counts, .setup = many_segments,
      .prepare = fresh_space, .body = load, .check = image_arrived, .teardown = drop_space);

BENCH(exec_load_bss, "exec.load for an image that is almost all .bss", .name = "exec.load.bss",
      .unit = "bytes", .parameters = bss_sizes, .setup = large_bss, .prepare = fresh_space, .body = load,
      .check = image_arrived, .teardown = drop_space);

BENCH(exec_spawn, "a new task: first kernel instruction of the system call to its first user instruction",
      .name = "exec.spawn", .unit = "bytes", .parameters = bench_image_sizes, .setup = find_payload,
      .check = bench_stamped, .verify = payload_arrived, .program = "probe", .argument = "spawn",
      .stamps_in_kernel = true);

BENCH(exec_execve, "execve in the calling task: system call to the program's first user instruction",
      .name = "exec.execve", .unit = "bytes", .parameters = bench_image_sizes, .setup = find_payload,
      .check = bench_stamped, .verify = payload_arrived, .program = "probe", .argument = "execve",
      .stamps_in_kernel = true);

/* Counts the instructions of user mode and kernel together. */
BENCH(exec_roundtrip, "spawn a task, let it exit, wait for it", .name = "exec.roundtrip", .unit = "bytes",
      .parameters = bench_image_sizes, .setup = find_payload, .check = bench_stamped,
      .verify = payload_arrived, .program = "probe", .argument = "roundtrip");
