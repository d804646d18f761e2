/* SPDX-License-Identifier: MIT */
/*
 * The fuzz target for ELF files. Compares elf_check() (loader/elf.c, elf_odd.c) with the model of
 * reference_elf.c: its result, its plan, and the image that is loaded by that plan.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

#include "loader/elf.h"
#include "loader/fill.h"
#include "process/plan.h"
#include "tests/fuzz/reference_elf.h"

#define IMAGE_TOP  (USER_STACK_BASE - PAGE_SIZE)
#define LOADED_MAX 64 /* images of at most this many pages are also loaded */

static struct reference reference;

static bool are_apart(const struct load_segment *a, const struct load_segment *b)
{
	return a->start + a->pages * PAGE_SIZE <= b->start || b->start + b->pages * PAGE_SIZE <= a->start;
}

/*
 * Returns part `i` of the plan, or NULL if there are fewer parts. The parts are the loaded
 * segments, then those entries of elf_rest() that have pages.
 */
static const struct load_segment *part(const struct elf_plan *plan, size_t i)
{
	if (i < plan->count)
		return &plan->segments[i];
	i -= plan->count;
	for (size_t j = 0; j < plan->rest; j++)
		if (elf_rest(plan, j)->pages && i-- == 0)
			return elf_rest(plan, j);
	return NULL;
}

static const struct load_segment *part_at(const struct elf_plan *plan, uintptr_t page)
{
	const struct load_segment *s;

	for (size_t i = 0; (s = part(plan, i)); i++)
		if (page - s->start < s->pages * PAGE_SIZE)
			return s;
	return NULL;
}

static bool is_loaded(const struct elf_plan *plan, const struct load_segment *s)
{
	return s >= plan->segments && s < plan->segments + plan->count;
}

static void check_data(const struct load_segment *s, const uint8_t *file, size_t size)
{
	require(s->data_offset < PAGE_SIZE);
	require(s->data >= file && s->data <= file + size);
	require(s->data_size <= (size_t)(file + size - s->data));
}

/*
 * Checks the entries of elf_rest() that have no pages. Each must either have bytes that are copied
 * into a loaded page, or name a loaded page that is hidden (REGION_NONE).
 */
static void check_patches(const struct elf_plan *plan, const uint8_t *file, size_t size)
{
	for (size_t i = 0; i < plan->rest; i++) {
		const struct load_segment *s = elf_rest(plan, i), *loaded = part_at(plan, s->start);

		if (s->pages)
			continue;
		require(loaded && is_loaded(plan, loaded));
		if (s->data) {
			check_data(s, file, size);
			require(s->data_size <= PAGE_SIZE - s->data_offset);
		} else {
			require(loaded->start == s->start && (loaded->flags & REGION_NONE));
		}
	}
}

/* Checks what the rest of the kernel relies on in an accepted plan. */
static void check_plan(const struct elf_plan *plan, const uint8_t *file, size_t size)
{
	bool headers_found = plan->headers == 0 && reference.candidates == 0;
	const struct load_segment *s;

	require(plan->count >= 1 && plan->count + plan->rest <= plan->room);
	require(plan->header_count > 0 && plan->header_count <= size / sizeof(Elf64_Phdr));
	require(plan->entry == reference.entry);
	for (size_t i = 0; (s = part(plan, i)); i++) {
		require(s->start % PAGE_SIZE == 0 && s->start >= USER_BASE && s->start < IMAGE_TOP);
		require(s->pages >= 1 && s->pages <= (IMAGE_TOP - s->start) / PAGE_SIZE);
		require((s->flags & ~(PTE_WRITE | PTE_NX | REGION_NONE |
		                      (is_loaded(plan, s) ? 0 : REGION_BACKED))) == 0);
		require(!(s->flags & PTE_WRITE) || (s->flags & PTE_NX));
		if (is_loaded(plan, s)) {
			check_data(s, file, size);
			require(s->data_size <= s->pages * PAGE_SIZE - s->data_offset);
		}
		for (size_t j = 0; j < i; j++)
			require(are_apart(s, part(plan, j)));
	}
	check_patches(plan, file, size);
	s = part_at(plan, plan->entry);
	require(s && is_loaded(plan, s) && !(s->flags & PTE_NX));
	for (size_t i = 0; i < reference.candidates; i++)
		headers_found |= plan->headers == reference.headers[i];
	require(headers_found);
	require(elf_ends_below(plan, IMAGE_TOP));
}

/* Compares a page of user memory, as the plan describes it, with the reference. */
static void check_page(const struct elf_plan *plan, uintptr_t page)
{
	static uint8_t view[PAGE_SIZE] __attribute__((aligned(64)));
	const struct load_segment *s = part_at(plan, page);
	const uint32_t rights = reference_rights(&reference, page);
	size_t file_page = 0;
	const enum page_kind kind = reference_kind(&reference, page, &file_page);

	require((kind == NOT_MAPPED) == !s);
	if (!s)
		return;
	require(!(rights & PF_W) == !(s->flags & PTE_WRITE));
	require(!(rights & PF_X) == !!(s->flags & PTE_NX));
	require(!rights == !!(s->flags & REGION_NONE));
	require((kind == LOADED) == is_loaded(plan, s));
	require((kind == PAST_END) == !!(s->flags & REGION_BACKED));
	if (kind == PAST_END)
		require(s->data_offset + (page - s->start) / PAGE_SIZE == file_page);
	if (kind != LOADED)
		return;
	fill_view((char *)view, s, page - s->start, PAGE_SIZE);
	for (size_t i = 0; i < plan->rest; i++)
		if (!elf_rest(plan, i)->pages && elf_rest(plan, i)->start == page && elf_rest(plan, i)->data)
			memcpy(view + elf_rest(plan, i)->data_offset, elf_rest(plan, i)->data,
			       elf_rest(plan, i)->data_size);
	reference_check_page(&reference, page, view);
}

/* Checks the page that contains the address, and its two neighbours. */
static void check_around(const struct elf_plan *plan, uintptr_t address)
{
	uintptr_t page = address & ~PAGE_MASK;

	check_page(plan, page - PAGE_SIZE);
	check_page(plan, page);
	check_page(plan, page + PAGE_SIZE);
}

/* Checks the pages where a segment or a part of the plan begins or ends. */
static void check_edges(const struct elf_plan *plan)
{
	const struct load_segment *s;

	for (const Elf64_Phdr *p = reference.loads; p < reference.loads + reference.count; p++) {
		uintptr_t start = reference.base + p->p_vaddr;

		check_around(plan, start);
		check_around(plan, start + p->p_filesz);
		check_around(plan, start + p->p_memsz - 1);
	}
	for (size_t i = 0; (s = part(plan, i)); i++) {
		if (is_loaded(plan, s))
			check_page(plan, s->start + ((s->data_offset + s->data_size) & ~PAGE_MASK));
		check_around(plan, s->start);
		check_around(plan, s->start + (s->pages - 1) * PAGE_SIZE);
	}
}

static size_t pages_of(const struct elf_plan *plan)
{
	size_t pages = 0;

	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		pages += s->pages; /* cannot overflow: user addresses have 47 bits */
	return pages;
}

static void check_region(struct address_space *space, const struct load_segment *s)
{
	const uint32_t index = address_space_find(space, s->start);
	const struct region *region = address_space_regions(space) + index;

	require(index < space->count && region->start == s->start && region->pages == s->pages);
	require(region->flags == s->flags);
	require(!(s->flags & REGION_BACKED) || (region->backing && region->page == s->data_offset));
}

static void check_loaded(const struct elf_plan *plan, struct address_space *space)
{
	const struct load_segment *s;
	size_t parts = 0;

	for (; (s = part(plan, parts)); parts++) {
		/*
		 * A part that is not loaded has no page present. It may be huge, so only one page
		 * of it is checked.
		 */
		const size_t pages = is_loaded(plan, s) ? s->pages : 1;

		check_region(space, s);
		for (uintptr_t page = s->start; page < s->start + pages * PAGE_SIZE; page += PAGE_SIZE) {
			const pte_t *table = paging_table(space->pml4, page, PTE_USER, NULL);
			const pte_t entry = table ? table[PT_INDEX(page)] : 0;

			require(!entry == !is_loaded(plan, s));
			if (!entry)
				continue;
			require((entry & PTE_USER) &&
			        (entry & (PTE_WRITE | PTE_NX)) == (s->flags & (PTE_WRITE | PTE_NX)));
			require(!(entry & PTE_PRESENT) == !!(s->flags & REGION_NONE));
			reference_check_page(&reference, page, phys_to_virt(pte_frame(entry)));
		}
	}
	require(space->count == parts);
}

/* Loads a small image twice, the first time with a random number of free frames. */
static void load(const struct elf_plan *plan)
{
	struct address_space space;
	size_t before;

	memory_start();
	kernel_pml4 = frame_alloc_zeroed();
	before = frames_free();
	for (unsigned round = 0; round < 2; round++) {
		size_t available = 1 + number_below(pages_of(plan) + plan->rest + 8);
		int error;

		frames_set_reserve(round == 0 ? before - available : 0);
		require(address_space_create(&space) == 0);
		error = plan_load(&space, plan, NULL);
		require(error == 0 || (error == -ENOMEM && round == 0));
		if (error == 0)
			check_loaded(plan, &space);
		address_space_destroy(&space);
		require(frames_free() == before);
	}
	frame_free(kernel_pml4);
	memory_end();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct load_segment more[LOAD_SEGMENTS_MAX];
	struct elf_plan plan;
	const uint8_t *file;
	int result;

	if (size > INPUT_MAX)
		return 0;
	numbers_start(bytes, size);
	file = guarded_copy(bytes, size);
	result = elf_check(file, size, &plan);
	fuzz_accepted = result == 0;
	reference_read(&reference, file, size);
	if (result == -E2BIG)
		require(reference.verdict == REFUSED || reference_places(&reference) > ELF_SEGMENTS_INLINE);
	if (result == -E2BIG) {
		result = elf_check_large(file, size, &plan, more);
		fuzz_accepted = result == 0;
	}
	if (result) {
		require(result == -ENOEXEC || result == -E2BIG);
		if (result == -E2BIG)
			require(reference.verdict == REFUSED ||
			        reference_places(&reference) > ELF_SEGMENTS_MAX);
		else
			require(reference.verdict == REFUSED);
		return 0;
	}
	require(reference.verdict == ACCEPTED);
	check_plan(&plan, file, size);
	check_edges(&plan);
	if (pages_of(&plan) <= LOADED_MAX) {
		for (const struct load_segment *s = plan.segments; s < plan.segments + plan.count; s++)
			for (size_t i = 0; i < s->pages; i++)
				check_page(&plan, s->start + i * PAGE_SIZE);
		load(&plan);
	}
	return 0;
}
