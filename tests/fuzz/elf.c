/* SPDX-License-Identifier: MIT */
/* The fuzz target for ELF files: elf_check() (loader/elf.c) and what is loaded by its plan, against reference_elf.c. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>

#include "loader/elf.h"
#include "loader/fill.h"
#include "tests/fuzz/reference_elf.h"

#define IMAGE_TOP   (USER_STACK_BASE - PAGE_SIZE)
#define LOADED_MOST 64 /* pages of an image that is loaded as a whole */

static struct reference reference;

/* What the rest of the kernel builds on when a plan was accepted. */
static void check_plan(const struct elf_plan *plan, const uint8_t *file, size_t size)
{
	bool entry_found = false, headers_found = plan->headers == 0 && reference.candidates == 0;

	require(plan->count >= 1 && plan->count <= ELF_SEGMENTS_MAX);
	require(plan->header_count > 0 && plan->header_count <= size / sizeof(Elf64_Phdr));
	require(plan->entry == reference.entry);
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++) {
		require(s->start % PAGE_SIZE == 0 && s->start >= USER_BASE && s->start < IMAGE_TOP);
		require(s->pages >= 1 && s->pages <= (IMAGE_TOP - s->start) / PAGE_SIZE);
		require((s->flags & ~(PTE_WRITE | PTE_NX)) == 0);
		require(!(s->flags & PTE_WRITE) || (s->flags & PTE_NX));
		require(s->data_offset < PAGE_SIZE);
		require(s->data_size <= s->pages * PAGE_SIZE - s->data_offset);
		require(s->data >= file && s->data <= file + size);
		require(s->data_size <= (size_t)(file + size - s->data));
		for (const struct load_segment *other = plan->segments; other < s; other++)
			require(s->start + s->pages * PAGE_SIZE <= other->start ||
			        other->start + other->pages * PAGE_SIZE <= s->start);
		entry_found |= !(s->flags & PTE_NX) && plan->entry >= s->start &&
		               plan->entry - s->start < s->pages * PAGE_SIZE;
	}
	for (size_t i = 0; i < reference.candidates; i++)
		headers_found |= plan->headers == reference.headers[i];
	require(entry_found && headers_found);
}

/* A page of user memory, as the plan would have it and as it should be. */
static void check_page(const struct elf_plan *plan, uintptr_t page)
{
	static uint8_t view[PAGE_SIZE] __attribute__((aligned(64)));
	const struct load_segment *s = plan->segments;
	bool mapped;
	uint32_t rights = reference_rights(&reference, page, &mapped);

	while (s < plan->segments + plan->count && page - s->start >= s->pages * PAGE_SIZE)
		s++;
	require(mapped == (s < plan->segments + plan->count));
	if (!mapped)
		return;
	require(!(rights & PF_W) == !(s->flags & PTE_WRITE));
	require(!(rights & PF_X) == !!(s->flags & PTE_NX));
	fill_view((char *)view, s, page - s->start, PAGE_SIZE);
	reference_check_page(&reference, page, view);
}

/* The page with this address, and those before and behind it. */
static void check_around(const struct elf_plan *plan, uintptr_t address)
{
	uintptr_t page = address & ~PAGE_MASK;

	check_page(plan, page - PAGE_SIZE);
	check_page(plan, page);
	check_page(plan, page + PAGE_SIZE);
}

/* Where something begins or ends, in the file or in the plan. */
static void check_edges(const struct elf_plan *plan)
{
	for (const Elf64_Phdr *p = reference.loads; p < reference.loads + reference.count; p++) {
		uintptr_t start = reference.base + p->p_vaddr;

		check_around(plan, start);
		check_around(plan, start + p->p_filesz);
		check_around(plan, start + p->p_memsz - 1);
	}
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++) {
		check_page(plan, s->start + ((s->data_offset + s->data_size) & ~PAGE_MASK));
		check_page(plan, s->start + (s->pages - 1) * PAGE_SIZE);
	}
}

static size_t pages_of(const struct elf_plan *plan)
{
	size_t pages = 0;

	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		pages += s->pages; /* of 47 bits each */
	return pages;
}

static void check_loaded(const struct elf_plan *plan, const struct address_space *space)
{
	for (const struct load_segment *s = plan->segments; s < plan->segments + plan->count; s++)
		for (uintptr_t page = s->start; page < s->start + s->pages * PAGE_SIZE; page += PAGE_SIZE) {
			pte_t entry = 0;
			uint64_t at = paging_translate(space->pml4, page, &entry);

			require(at != PAGING_INVALID);
			require((entry & PTE_USER) && (entry & (PTE_WRITE | PTE_NX)) == s->flags);
			reference_check_page(&reference, page, phys_to_virt(at));
		}
}

/* Loads a small image, at first with too little memory. */
static void load(const struct elf_plan *plan)
{
	struct address_space space;
	size_t before;

	memory_start();
	kernel_pml4 = frame_alloc_zeroed();
	before = frames_free();
	for (unsigned round = 0; round < 2; round++) {
		size_t available = 1 + number_below(pages_of(plan) + 4);
		int error;

		frames_set_reserve(round == 0 ? before - available : 0);
		require(address_space_create(&space) == 0);
		error = loader_load(&space, plan->segments, plan->count);
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
	struct elf_plan plan;
	const uint8_t *file;
	int result;

	if (size > INPUT_MOST)
		return 0;
	numbers_start(bytes, size);
	file = guarded_copy(bytes, size);
	result = elf_check(file, size, &plan);
	fuzz_accepted = result == 0;
	reference_read(&reference, file, size);
	if (result) {
		require(result == -ENOEXEC || result == -E2BIG);
		/* A segment that shares a page takes two more places at most. */
		if (result == -E2BIG)
			require(reference.verdict == REFUSED || 2 * reference.count - 1 > ELF_SEGMENTS_MAX);
		else
			require(reference.verdict != ACCEPTED || reference.count > ELF_SEGMENTS_MAX);
		return 0;
	}
	require(reference.verdict != REFUSED && reference.count <= ELF_SEGMENTS_MAX);
	check_plan(&plan, file, size);
	if (pages_of(&plan) > LOADED_MOST) {
		check_edges(&plan);
	} else {
		for (const struct load_segment *s = plan.segments; s < plan.segments + plan.count; s++)
			for (size_t i = 0; i < s->pages; i++)
				check_page(&plan, s->start + i * PAGE_SIZE);
		load(&plan);
	}
	return 0;
}
