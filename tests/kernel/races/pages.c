/* SPDX-License-Identifier: MIT */
/*
 * Pages that CPUs read while they change. Each frame begins with a tag: the number of the page that
 * it is mapped at, and the page's generation, which grows with each mapping. A frame that is freed
 * gets a tag that no page has. So a CPU that reads through a stale translation sees a tag that is
 * too old, or another page's, or that of a free frame.
 */
#include "cpu/exceptions.h"
#include "lib/schedule.h"
#include "mem/paging.h"
#include "mem/tlb.h"
#include "tests/kernel/races/races.h"

#define PAGES              8
#define STEPS              24
#define BURST              8 /* the most reads with interrupts off */
#define FREE               UINT64_MAX
#define PAGE(i)            (BENCH_AREA_BASE + (i)*PAGE_SIZE)
#define TAG(i, generation) ((uint64_t)(i) << 56 | (generation))

/* The reference: what a page may look like. Only the boot CPU changes it. */
static struct {
	uint64_t oldest;  /* the lowest generation that a CPU may still read */
	uint64_t newest;  /* the highest one */
	uint64_t changes; /* odd while the page is mapped; grows before it is unmapped */
	uint64_t frame;   /* FRAME_NONE if it is not mapped */
} pages[PAGES];

static volatile bool stop;
static const char *volatile problem;
static uint64_t reads, faults;

static uint64_t load(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_SEQ_CST);
}

static void store(uint64_t *to, uint64_t value)
{
	__atomic_store_n(to, value, __ATOMIC_SEQ_CST);
}

/* Reads *address into *value. Returns false if no page is there. */
static bool read_or_fault(uintptr_t address, uint64_t *value)
{
	uint64_t found = 0;
	bool ok;

	/* The row for cpu/exceptions.c: start and end of the code that may fault, and where to resume. */
	__asm__ volatile("1: movq (%2), %0\n"
	                 "2: movb $1, %1\n"
	                 "   jmp 4f\n"
	                 "3: movb $0, %1\n"
	                 "4:\n"
	                 ".pushsection .recoveries, \"a\"\n"
	                 ".balign 4\n"
	                 ".long 1b - ., 2b - ., 3b - .\n"
	                 ".popsection"
	                 : "+r"(found), "=&q"(ok)
	                 : "r"(address)
	                 : "memory");
	*value = found;
	return ok;
}

static void read_page(size_t i)
{
	const uint64_t changes = load(&pages[i].changes), oldest = load(&pages[i].oldest);
	uint64_t tag;

	__atomic_fetch_add(&reads, 1, __ATOMIC_RELAXED);
	if (!read_or_fault(PAGE(i), &tag)) {
		__atomic_fetch_add(&faults, 1, __ATOMIC_RELAXED);
		if (changes % 2 && load(&pages[i].changes) == changes)
			problem = "a mapped page could not be read";
	} else if (tag == FREE) {
		problem = "a CPU has read a frame that is free";
	} else if (tag >> 56 != i) {
		problem = "a CPU has read another page's frame";
	} else if (tag < TAG(i, oldest)) {
		problem = "a CPU has read an old frame";
	} else if (tag > TAG(i, load(&pages[i].newest))) {
		problem = "a CPU has read what was not written yet";
	}
}

static void read_pages(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	while (!stop) {
		const uint64_t drawn = race_random(&random);

		if (drawn & 1)
			interrupts_off();
		for (uint64_t n = drawn >> 8 & (BURST - 1); n; n--) {
			read_page(race_random(&random) % PAGES);
			schedule_point(SCHEDULE_TEST);
		}
		interrupts_on();
		__asm__ volatile("pause");
	}
}

static pte_t *entry(size_t i)
{
	return paging_table(kernel_pml4, PAGE(i), 0, NULL) + PT_INDEX(PAGE(i));
}

static void release(uint64_t frame)
{
	*(volatile uint64_t *)phys_to_virt(frame) = FREE;
	frame_free(frame);
}

/* Gives page `i` a new frame, of the next generation. Returns false if there is no memory. */
static bool give(size_t i)
{
	const uint64_t frame = frame_alloc_zeroed();

	if (frame == FRAME_NONE)
		return false;
	*(volatile uint64_t *)phys_to_virt(frame) = TAG(i, pages[i].newest + 1);
	store(&pages[i].newest, pages[i].newest + 1);
	store(entry(i), frame | PTE_PRESENT | PTE_WRITE | PTE_NX);
	pages[i].frame = frame;
	return true;
}

static bool map(size_t i)
{
	if (!give(i))
		return false;
	store(&pages[i].changes, pages[i].changes + 1);
	race_counts.maps++;
	return true;
}

/* Gives a mapped page another frame, so that it is mapped all the time. */
static bool remap(size_t i)
{
	const uint64_t before = pages[i].frame;

	if (!give(i))
		return false;
	schedule_point(SCHEDULE_TEST);
	tlb_shootdown(PAGE(i), 1);
	store(&pages[i].oldest, pages[i].newest);
	release(before);
	race_counts.remaps++;
	return true;
}

/* Unmaps those of the `count` pages from `first` on that are mapped: with one flush for all. */
static void unmap(size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++) {
		if (pages[i].frame == FRAME_NONE)
			continue;
		store(&pages[i].changes, pages[i].changes + 1);
		store(entry(i), 0);
	}
	schedule_point(SCHEDULE_TEST);
	tlb_shootdown(PAGE(first), count);
	for (size_t i = first; i < first + count; i++) {
		if (pages[i].frame == FRAME_NONE)
			continue;
		store(&pages[i].oldest, pages[i].newest + 1);
		release(pages[i].frame);
		pages[i].frame = FRAME_NONE;
		race_counts.unmaps++;
	}
}

static bool change(uint64_t drawn)
{
	const size_t i = drawn % PAGES;

	if (pages[i].frame == FRAME_NONE)
		return map(i);
	if (drawn >> 8 & 1)
		return remap(i);
	unmap(i, 1 + (drawn >> 16) % (PAGES - i));
	return true;
}

/* Makes the page tables. They are kept. */
static bool prepare(void)
{
	const uint64_t frame = frame_alloc_zeroed();
	bool ok = frame != FRAME_NONE && !paging_map_kernel(PAGE(0), frame, PTE_WRITE | PTE_NX);

	if (ok) {
		store(entry(0), 0);
		tlb_shootdown(PAGE(0), 1);
	}
	if (frame != FRAME_NONE)
		frame_free(frame);
	for (size_t i = 0; i < PAGES; i++)
		pages[i].frame = FRAME_NONE;
	return ok;
}

const char *race_pages(uint64_t seed)
{
	bool (*const hook)(uintptr_t, uint64_t) = page_fault_hook;
	uint64_t random = seed;
	size_t before;
	bool memory = prepare();

	before = frames_free();
	problem = NULL;
	stop = false;
	reads = faults = 0;
	exception_set_page_fault(NULL); /* it would look for a region of the current task */
	for (struct other_cpu *cpu = cpus_others; cpu && memory; cpu = cpu->next)
		cpu_call(cpu, read_pages, (void *)race_random(&random));
	for (unsigned step = 0; step < STEPS && memory && !problem; step++) {
		memory = change(race_random(&random));
		read_page(race_random(&random) % PAGES);
		schedule_point(SCHEDULE_TEST);
	}
	if (memory)
		unmap(0, PAGES);
	stop = true;
	memory = race_wait_for_all() && memory;
	exception_set_page_fault(hook);
	race_counts.reads += reads;
	race_counts.faults += faults;
	if (!problem && frames_free() != before)
		problem = "frames are lost";
	return problem || memory ? problem : "there is no memory, or a CPU does not come back";
}
