/* SPDX-License-Identifier: MIT */
/*
 * Experiments on three subjects of the design notes: user stacks whose addresses follow a formula,
 * the order of the steps of a tear-down, and the kernel heap.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "mem/heap.h"
#include "mem/tlb.h"
#include "process/process.h"
#include "stack/kstack.h"

/*
 * arith.stack_formula: the notes' formula for the address of a process's stack, if all processes
 * are in one address space.
 */
#define NOTE_BASE     0x500000UL
#define NOTE_STACK    (64 * KIB)
#define NOTE_USER_END 0x800000000000UL

static uint64_t as_written(uint64_t pid)
{
	return NOTE_BASE + pid + 0x10000;
}

static uint64_t as_meant(uint64_t pid)
{
	return NOTE_BASE + pid * 0x10000;
}

/*
 * Returns the first process ID from 2 to `limit` whose stack overlaps the stack of the process
 * before it, or 0 if there is none. Neighbours suffice, because both formulas are linear.
 */
static uint64_t first_overlap(uint64_t (*place)(uint64_t pid), uint64_t limit)
{
	for (uint64_t pid = 2; pid <= limit; pid++)
		if (place(pid) - place(pid - 1) < NOTE_STACK)
			return pid;
	return 0;
}

/*
 * Returns the first process ID whose stack ends above the user half. `place` must ascend with the
 * process ID.
 */
static uint64_t first_outside(uint64_t (*place)(uint64_t pid))
{
	uint64_t low = 1, high = 1UL << 48; /* enough: the user half has 2^47 bytes */

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (place(middle) + NOTE_STACK > NOTE_USER_END)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void stack_formula(struct bench *b)
{
	uint64_t limit = 1 << 20, written = first_overlap(as_written, limit),
	         meant = first_overlap(as_meant, limit);

	b->tries = 2;
	b->violations = (written != 0) + (meant != 0);
	pitfall_report(b);
	bench_metric(b, "first_overlap_as_written", written, "pid");
	bench_metric(b, "first_overlap_intended", meant, "pid");
	bench_metric(b, "first_outside_as_written", first_outside(as_written), "pid");
	bench_metric(b, "first_outside_intended", first_outside(as_meant), "pid");
}

/*
 * teardown.order: frees an address space while its CR3 is loaded. The next owner of its frames
 * fills them with POISON.
 */
#define ROUNDS       16
#define POISON       0x6b6b6b6b6b6b6b6aUL /* not present if read as a page-table entry */
#define TAG          0x7461670074616700UL
#define FREED_FRAMES 5 /* page, page table, directory, PDPT, PML4 */

static struct address_space doomed;
static uint64_t poisoned[FREED_FRAMES], reused;
static struct {
	uint64_t faults, poison_reads, unharmed;
} outcome;

static void fill_frame(uint64_t frame, size_t words)
{
	uint64_t *word = phys_to_virt(frame);

	for (size_t i = 0; i < words; i++)
		word[i] = POISON;
}

/*
 * Frees the space, allocates its frames again, and fills them with POISON. The allocator hands out
 * the last freed frames first. Returns 1 if it got the frame of the PML4 again, otherwise 0.
 */
static uint64_t destroy_and_poison(void)
{
	uint64_t pml4 = doomed.pml4, again = 0;

	address_space_destroy(&doomed);
	for (size_t i = 0; i < FREED_FRAMES; i++) {
		poisoned[i] = frame_alloc();
		again += poisoned[i] == pml4;
		/*
		 * The kernel half of the loaded PML4 must stay, so that the kernel keeps running.
		 */
		if (poisoned[i] != FRAME_NONE)
			fill_frame(poisoned[i], poisoned[i] == pml4 ? KERNEL_PML4_FIRST : 512);
	}
	return again;
}

/* Reads the page through copy_from_user(), which survives a fault, and counts the outcome. */
static void use_page(void)
{
	uint64_t word = 0;

	if (copy_from_user(&word, USER_PAGE, sizeof word))
		outcome.faults++;
	else if (word == POISON)
		outcome.poison_reads++;
	else if (word == TAG)
		outcome.unharmed++;
}

/*
 * Loads the CR3 of the space, uses its page, and loads the old CR3. If `free_first` is set, frees
 * the space while its CR3 is loaded, which the notes warn against. Otherwise frees it afterwards.
 */
static void leave_space(void *argument)
{
	const bool free_first = *(const bool *)argument;
	const uint64_t old = read_cr3(), doomed_cr3 = doomed.pml4;

	write_cr3(doomed_cr3);
	use_page(); /* reads TAG; now the translation is cached */
	if (free_first) {
		reused += destroy_and_poison();
		use_page();            /* through the cached translation: reads POISON */
		write_cr3(doomed_cr3); /* flushes the translation */
		use_page();            /* through the poisoned tables */
	}
	write_cr3(old);
	if (!free_first)
		destroy_and_poison();
}

static bool tear_down(bool free_first)
{
	static bool order;
	struct kstack stack;
	pte_t *table;

	order = free_first;
	memset(&outcome, 0, sizeof outcome);
	if (address_space_create(&doomed))
		return false;
	if (address_space_map(&doomed, USER_PAGE, 1, PTE_WRITE | PTE_NX) ||
	    kstack_create(&stack, &doomed.root)) {
		address_space_destroy(&doomed);
		return false;
	}
	table = paging_table(doomed.pml4, USER_PAGE, PTE_USER, NULL);
	*(uint64_t *)phys_to_virt(pte_frame(table[PT_INDEX(USER_PAGE)])) = TAG;
	kstack_call_across_cr3(leave_space, &order);
	for (size_t i = FREED_FRAMES; i-- > 0;)
		if (poisoned[i] != FRAME_NONE)
			frame_free(poisoned[i]);
	kstack_destroy(&stack);
	return true;
}

static void teardown_order(struct bench *b)
{
	uint64_t faults = 0, poison_reads = 0, control = 0;

	reused = 0;
	for (; b->tries < ROUNDS; b->tries++) {
		if (!tear_down(true))
			break;
		faults += outcome.faults;
		poison_reads += outcome.poison_reads;
		if (!tear_down(false))
			break;
		control += outcome.faults + outcome.poison_reads + (outcome.unharmed != 1);
	}
	b->violations = faults + poison_reads;
	pitfall_report(b);
	bench_metric(b, "faults", faults, "count");
	bench_metric(b, "poison_reads", poison_reads, "count");
	bench_metric(b, "loaded_pml4_reused", reused, "count");
	bench_metric(b, "control_violations", control, "count");
}

/* heap.fuzz: random allocations, whose addresses and contents are checked. */
#define OBJECTS 256

static struct object {
	uint8_t *at;
	size_t size;
	uint8_t pattern;
} objects[OBJECTS];

static bool overlaps(const struct object *o)
{
	for (const struct object *other = objects; other < objects + OBJECTS; other++)
		if (other != o && other->at && o->at < other->at + other->size && other->at < o->at + o->size)
			return true;
	return false;
}

static uint64_t take(struct object *o, size_t size, uint8_t pattern)
{
	uintptr_t at;

	o->at = heap_alloc(size);
	if (size == 0 || size > PAGE_SIZE)
		return o->at != NULL;
	if (!o->at)
		return 0; /* being out of memory is not a violation */
	o->size = size;
	o->pattern = pattern;
	at = (uintptr_t)o->at;
	memset(o->at, pattern, size);
	return (at < DIRECT_MAP_BASE || at + size > DIRECT_MAP_BASE + DIRECT_MAP_SIZE) + (at % 16 != 0) +
	       overlaps(o);
}

static uint64_t give(struct object *o)
{
	const uint64_t *words = (const uint64_t *)o->at, pattern = o->pattern * 0x0101010101010101;
	bool damaged = false;

	for (size_t i = 0; i < o->size / 8; i++)
		damaged |= words[i] != pattern;
	for (size_t i = o->size & ~7UL; i < o->size; i++)
		damaged |= o->at[i] != o->pattern;
	heap_free(o->at);
	o->at = NULL;
	return damaged;
}

static void heap_fuzz(struct bench *b)
{
	uint64_t state = pitfall_seed(), live = 0;
	uint64_t rounds = bench_plan.quick ? 5000 : bench_share(100000);
	size_t before = frames_free();

	memset(objects, 0, sizeof objects);
	for (; b->tries < rounds; b->tries++) {
		uint64_t r = random_next(&state);
		struct object *o = &objects[r % OBJECTS];
		/*
		 * Sizes of every magnitude are equally frequent. One in 64 is out of range.
		 */
		size_t size = (r >> 16 & (PAGE_SIZE - 1)) >> (r >> 8 & 7);

		if (o->at)
			b->violations += give(o);
		else
			b->violations +=
			        take(o, (r >> 32) % 64 ? size + 1 : size * PAGE_SIZE * 2, (uint8_t)(r >> 40));
		if (o->at)
			live++;
	}
	for (struct object *o = objects; o < objects + OBJECTS; o++)
		if (o->at)
			b->violations += give(o);
	b->violations += frames_free() != before;
	pitfall_report(b);
	bench_metric(b, "allocations", live, "count");
}

BENCH(arith_stack_formula, "the process ID from which the notes' formula for user stacks fails",
      .name = "arith.stack_formula", .experiment = true, .few = 1, .body = stack_formula,
      .check = pitfall_ran);

BENCH(teardown_order, "an address space that is freed while CR3 still points to it", .name = "teardown.order",
      .own_boot = true, .experiment = true, .few = 1, .setup = bench_need_one_table, .body = teardown_order,
      .check = pitfall_ran);

BENCH(heap_fuzz, "random use of the kernel heap: does it hand out addresses that it must not?",
      .name = "heap.fuzz", .experiment = true, .few = 1, .body = heap_fuzz, .check = pitfall_ran);
