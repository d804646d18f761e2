/* SPDX-License-Identifier: MIT */
/*
 * The new task's frames are mapped a second time, in the window: a range of the kernel's PDPT that
 * every PML4 shares. They are filled there. Then the window is unmapped and flushed. A segment that
 * is larger than the window is loaded in pieces, with interrupts on between the pieces.
 *
 * There is one window for the whole kernel. While it is open, its lock is held and interrupts are
 * off: if the CPU switched to another task, the window's pages would stay mapped while that task
 * runs.
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
 * Protects the variables below while the window is open. loader_trim() and the functions of
 * loader/experiments.h do not take this lock, since no load is in progress when they are called.
 */
static struct spinlock lock;
static enum loader_flush flush_by;
static bool measure;
static uint64_t longest_held;            /* TSC ticks */
static pte_t *directory;                 /* page directory of the window's range; never freed */
static uint32_t tables = FRAME_LIST_END; /* list of the window's page tables */
static size_t table_count;

void loader_init(void)
{
	uint32_t above = FRAME_LIST_END;
	pte_t *pdpt;

	/*
	 * This call makes the PDPT, the directory and a page table. The page table is freed below.
	 */
	if (!paging_table(kernel_pml4, WINDOW_BASE, 0, &above))
		panic("no memory for the loading window");
	pdpt = phys_to_virt(pte_frame(((pte_t *)phys_to_virt(kernel_pml4))[KERNEL_PDPT_PML4]));
	directory = phys_to_virt(pte_frame(pdpt[PDPT_INDEX(WINDOW_BASE)]));
	directory[PD_INDEX(WINDOW_BASE)] = 0;
	tlb_flush_tables(WINDOW_BASE);
	frame_free(frame_list_pop(&above));
}

/*
 * Returns the page-table entry of `address` in the window. Makes its page table if needed; returns
 * NULL if there is no memory for it.
 */
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

/*
 * Maps the frames of `pages` pages of the segment, from page number `first` on, at `base`. Returns
 * 0, or -ENOMEM with a part of them mapped.
 */
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
			return -ENOMEM; /* window_close() unmaps the pages mapped so far */
		*to = pte_frame(*from) | PTE_PRESENT | PTE_WRITE | PTE_NX;
	}
	return 0;
}

/*
 * Unmaps and flushes the window. Executes the flush instructions itself instead of calling
 * mem/tlb.h, because their cost is measured and the window is open only on this CPU. With several
 * CPUs, each CPU would need its own window, or all CPUs would have to be flushed here.
 */
static void window_close(size_t pages, uintptr_t base)
{
	pte_t *entry = NULL;

	for (size_t i = 0; i < pages; i++, entry++) {
		uintptr_t view = base + i * PAGE_SIZE;

		if (!entry || PT_INDEX(view) == 0)
			entry = window_entry(view);
		if (!entry)
			break; /* window_open() ran out of memory here */
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
	/* No page is mapped, but the CPU may have cached directory entries. */
	tlb_flush_tables(WINDOW_BASE);
	for (; tables != FRAME_LIST_END; table_count--)
		frame_free(frame_list_pop(&tables));
}
