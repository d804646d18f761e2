/* SPDX-License-Identifier: MIT */
/*
 * The new task's frames are mapped a second time, in a range of the kernel's PDPT that every PML4
 * shares, and filled there; then the range is unmapped and flushed. An image that is larger than
 * the window goes through it in pieces, with interrupts on in between.
 *
 * There is one window for the whole kernel. Its lock is held, with interrupts off, while it is open:
 * a task that is switched away in the middle would leave its pages open to the next.
 */
#include "loader/window.h"

#include "cpu/cpu.h"
#include "cpu/lock.h"
#include "lib/errno.h"
#include "loader/experiments.h"
#include "loader/fill.h"
#include "mem/tlb.h"
#include "output/panic.h"

/*
 * Guards all of this while a window is open. loader_trim() and the calls of loader/experiments.h do
 * not take it: no load is under way when they are called.
 */
static struct spinlock lock;
static enum loader_flush flush_by;
static bool measure;
static uint64_t longest_held;            /* TSC ticks */
static pte_t *directory;                 /* page directory of the window's range; it stays */
static uint32_t tables = FRAME_LIST_END; /* page tables below it */
static size_t table_count;

void loader_init(void)
{
	uint32_t above = FRAME_LIST_END;
	pte_t *pdpt;

	/* Make PDPT, directory and a first table, then keep the directory and give the table back. */
	if (!paging_table(kernel_pml4, WINDOW_BASE, 0, &above))
		panic("no memory for the loading window");
	pdpt = phys_to_virt(pte_frame(((pte_t *)phys_to_virt(kernel_pml4))[KERNEL_PDPT_PML4]));
	directory = phys_to_virt(pte_frame(pdpt[PDPT_INDEX(WINDOW_BASE)]));
	directory[PD_INDEX(WINDOW_BASE)] = 0;
	tlb_flush_tables(WINDOW_BASE);
	frame_free(frame_list_pop(&above));
}

/* The entry that maps `address`, or NULL when its table is missing and there is no memory. */
static pte_t *window_entry(uintptr_t address)
{
	pte_t *up = &directory[PD_INDEX(address)];

	if (!(*up & PTE_PRESENT)) {
		uint64_t frame = frame_alloc_zeroed();

		if (frame == FRAME_NONE)
			return NULL;
		frame_list_push(&tables, frame);
		table_count++;
		*up = frame | PTE_PRESENT | PTE_WRITE;
	}
	return (pte_t *)phys_to_virt(pte_frame(*up)) + PT_INDEX(address);
}

/* Maps `pages` frames of the segment's pages from page `first` on at `base`. */
static int window_open(struct address_space *space, const struct load_segment *s, size_t first, size_t pages,
                       uintptr_t base)
{
	const pte_t *from = NULL;
	pte_t *to = NULL;

	for (size_t i = 0; i < pages; i++, from++, to++) {
		uintptr_t address = s->start + (first + i) * PAGE_SIZE, view = base + i * PAGE_SIZE;

		if (!from || PT_INDEX(address) == 0)
			from = paging_table(space->pml4, address, PTE_USER, NULL) + PT_INDEX(address);
		if (!to || PT_INDEX(view) == 0)
			to = window_entry(view);
		if (!to)
			return -ENOMEM; /* before anything was touched in the second table */
		*to = pte_frame(*from) | PTE_PRESENT | PTE_WRITE | PTE_NX;
	}
	return 0;
}

/*
 * Flushes by the instructions themselves: they are what is measured, and the window is open on this
 * CPU alone. With several CPUs each needs a window, or a flush of all of them.
 */
static void window_close(size_t pages, uintptr_t base)
{
	pte_t *entry = NULL;

	for (size_t i = 0; i < pages; i++, entry++) {
		uintptr_t view = base + i * PAGE_SIZE;

		if (!entry || PT_INDEX(view) == 0)
			entry = window_entry(view);
		if (!entry)
			break; /* the table was never made: nothing is mapped from here on */
		*entry = 0;
		if (flush_by == LOADER_FLUSH_INVLPG)
			invlpg(view);
	}
	if (flush_by == LOADER_FLUSH_CR3)
		write_cr3(read_cr3());
}

void loader_set_flush(enum loader_flush flush)
{
	flush_by = flush;
}

uint64_t loader_measure_lock(bool on)
{
	uint64_t longest = longest_held;

	measure = on;
	longest_held = 0;
	return longest;
}

static int load_segment(struct address_space *space, const struct load_segment *s)
{
	for (size_t done = 0; done < s->pages;) {
		size_t pages = s->pages - done < WINDOW_PAGES ? s->pages - done : WINDOW_PAGES;
		uint64_t flags = spin_lock(&lock);
		uint64_t since = measure ? timestamp() : 0;
		uintptr_t base = window_place(pages);
		int error = window_open(space, s, done, pages, base);

		if (!error)
			fill_view((char *)base, s, done * PAGE_SIZE, pages * PAGE_SIZE);
		window_close(pages, base);
		if (measure && timestamp() - since > longest_held)
			longest_held = timestamp() - since;
		spin_unlock(&lock, flags);
		if (error)
			return error;
		done += pages;
	}
	return 0;
}

int loader_load(struct address_space *space, const struct load_segment *segments, size_t count)
{
	for (const struct load_segment *s = segments; s < segments + count; s++) {
		int error = address_space_map(space, s->start, s->pages, s->flags);

		if (!error)
			error = load_segment(space, s);
		if (error)
			return error;
	}
	return 0;
}

struct spinlock *loader_window_lock(void)
{
	return &lock;
}

size_t loader_window_tables(void)
{
	return table_count;
}

void loader_trim(void)
{
	for (size_t i = 0; i < WINDOW_RANDOM_RANGE / PD_SPAN; i++)
		directory[i] = 0;
	tlb_flush_tables(WINDOW_BASE); /* no page is mapped; this drops the paging-structure caches */
	for (; tables != FRAME_LIST_END; table_count--)
		frame_free(frame_list_pop(&tables));
}
