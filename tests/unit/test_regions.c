/* SPDX-License-Identifier: MIT */
/*
 * Tests regions, page faults and fork() (vm/regions.c, vm/fault.c) under random operations, with
 * and without enough memory, against a model that knows only pages (regions_model.h). A simulated
 * TLB has the entries used so far; none of them may become stale.
 */
#include "tests/unit/regions_model.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static bool allowed(const struct page *page, bool write)
{
	return page->mapped && !(page->flags & REGION_NONE) && (!write || (page->flags & PTE_WRITE));
}

static bool past_end(const struct page *page)
{
	return (page->flags & REGION_BACKED) && page->place >= file_pages[page->file];
}

/* Returns the address of the model's word for the page. */
static uint64_t *word_of(struct page *page)
{
	if ((page->flags & REGION_BACKED) && ((page->flags & REGION_SHARED) || !page->copied))
		return &file_words[page->file][page->place];
	return &page->word;
}

/* Updates the model after an access: if this is a private page of a file, it is now a copy. */
static void was_used(struct page *page, const uint64_t *words)
{
	if (!(page->flags & REGION_BACKED))
		return;
	if (page->place == FILE_PAGES - 1)
		assert_int_equal(words[PAGE_SIZE / 16] | words[PAGE_SIZE / 8 - 1], 0);
	if (!(page->flags & REGION_SHARED) && !page->copied) {
		page->word = file_words[page->file][page->place];
		page->copied = true;
	}
}

/*
 * Accesses a page as the CPU would, with page faults. Returns the address of the page's first word,
 * or NULL if the access failed as the model expects.
 */
static uint64_t *access_page(size_t page, bool write)
{
	struct address_space *space = &spaces[loaded];
	struct page *expected = &model[loaded][page];

	for (unsigned tries = 0; tries < 2; tries++) {
		pte_t entry = tlb[page] ? tlb[page] : entry_at(space, page);
		int error;

		if ((entry & PTE_PRESENT) && (!write || (entry & PTE_WRITE))) {
			assert_true(allowed(expected, write));
			assert_int_equal(!(entry & PTE_NX), !(expected->flags & PTE_NX));
			tlb[page] = entry;
			was_used(expected, phys_to_virt(pte_frame(entry)));
			return phys_to_virt(pte_frame(entry));
		}
		tlb[page] = 0; /* a fault invalidates the page's translation (SDM 3A 4.10.4.1) */
		error = region_fault(space, address_of(page) + random_below(PAGE_SIZE),
		                     (entry & PTE_PRESENT) | (write ? FAULT_WRITE : 0));
		if (error == -ENOMEM) {
			assert_true(scarce && allowed(expected, write));
			return NULL;
		}
		if (error == -ENXIO) {
			assert_true(allowed(expected, write) && past_end(expected));
			return NULL;
		}
		if (error) {
			assert_int_equal(error, expected->mapped ? -EACCES : -EFAULT);
			assert_false(allowed(expected, write));
			return NULL;
		}
	}
	fail_msg("the page fault was dealt with twice and came again");
	return NULL;
}

static void check_page(size_t page)
{
	const uint64_t *word = access_page(page, false);

	if (word)
		assert_int_equal(*word, *word_of(&model[loaded][page]));
}

/* Returns true if page `b`, which follows page `a`, may be in the same region. */
static bool goes_on(const struct page *a, const struct page *b)
{
	return a->mapped && b->mapped && a->flags == b->flags &&
	       (!(a->flags & REGION_BACKED) || (a->file == b->file && a->place + 1 == b->place));
}

/*
 * Checks that the regions of a space are sorted, do not overlap, are merged where possible, and
 * agree with the model.
 */
static void check_list(unsigned index)
{
	const struct region *region = address_space_regions(&spaces[index]);
	size_t page = 0;

	for (uint32_t i = 0; i < spaces[index].count; i++, region++) {
		assert_true(region->pages > 0);
		if (i && region_end(region - 1) == region->start)
			assert_false(goes_on(&model[index][page - 1], &model[index][page]));
		for (; address_of(page) < region->start; page++)
			assert_false(model[index][page].mapped);
		for (; address_of(page) < region_end(region); page++) {
			assert_true(model[index][page].mapped);
			assert_int_equal(model[index][page].flags, region->flags);
			if (region->flags & REGION_BACKED) {
				assert_ptr_equal(&files[model[index][page].file]->backing, region->backing);
				assert_int_equal(model[index][page].place,
				                 region->page +
				                         (address_of(page) - region->start) / PAGE_SIZE);
			}
		}
	}
	for (; page < PAGES; page++)
		assert_false(model[index][page].mapped);
}

static void check_all(void)
{
	for (unsigned i = 0; i < SPACES; i++) {
		load(i);
		check_list(i);
		for (size_t page = 0; page < PAGES; page++)
			check_page(page);
	}
}

static uint64_t random_flags(void)
{
	static const uint64_t choices[] = { PTE_WRITE | PTE_NX, PTE_NX, 0, PTE_NX | REGION_NONE };

	return choices[random_below(4)];
}

static void one_map(size_t first, size_t n)
{
	struct page page = { .mapped = true, .flags = random_flags() };
	struct node *node = NULL;
	int error;

	if (random_below(2)) {
		page.file = (unsigned)random_below(FILES);
		page.place = random_below(FILE_PAGES + 4);
		page.flags |= random_below(2) ? REGION_SHARED : 0;
		if ((page.flags & REGION_SHARED) && !(page.flags & PTE_WRITE) && random_below(2))
			page.flags |= REGION_NO_WRITE;
		node = files[page.file];
	}
	error = region_map_backing(&spaces[loaded], address_of(first), n, page.flags,
	                           node ? &node->backing : NULL, page.place);
	assert_true(!error || (error == -ENOMEM && scarce));
	page.flags |= node ? REGION_BACKED : 0;
	for (size_t i = first; !error && i < first + n; i++, page.place++)
		model[loaded][i] = page;
}

static void one_discard(size_t first, size_t n)
{
	int error = region_discard(&spaces[loaded], address_of(first), n);
	bool whole = true;

	for (size_t i = first; i < first + n; i++) {
		whole = whole && model[loaded][i].mapped;
		model[loaded][i].word = 0;
		model[loaded][i].copied = false;
	}
	assert_int_equal(error, whole ? 0 : -ENOMEM);
}

/* Moves pages to a free place, as mremap() does, and may add pages after them. */
static void one_move(size_t first, size_t n)
{
	struct page *pages = model[loaded], moved[PAGES];
	size_t to = random_below(PAGES), room = n + random_below(3);
	bool one = pages[first].mapped;
	int error;

	for (size_t i = first + 1; i < first + n; i++)
		one = one && goes_on(&pages[i - 1], &pages[i]);
	assert_int_equal(region_of_range(&spaces[loaded], address_of(first), n) != NULL, one);
	if (!one || to + room > PAGES || (to < first + n && first < to + room) ||
	    !region_is_free(&spaces[loaded], address_of(to), room))
		return;
	error = region_move(&spaces[loaded], address_of(first), n, address_of(to), room);
	assert_true(!error || (error == -ENOMEM && scarce));
	if (error)
		return;
	memcpy(moved, pages + first, n * sizeof *moved);
	for (size_t i = n; i < room; i++)
		moved[i] = (struct page){ true, moved[0].flags, 0, moved[0].file, moved[0].place + i, false };
	memset(pages + first, 0, n * sizeof *pages);
	memcpy(pages + to, moved, room * sizeof *pages);
}

/* Changes a word of a random page of a file, as write() does. */
static void one_file_write(void)
{
	unsigned file = (unsigned)random_below(FILES);
	size_t place = random_below(file_pages[file]);
	void *bytes;

	if (node_room(files[file], place * PAGE_SIZE, 8, &bytes) == 8)
		*(uint64_t *)bytes = file_words[file][place] = random_next();
	else
		assert_true(scarce);
}

/*
 * Sets the length of a file, as truncate() does. In all spaces, unmaps the pages of the file past
 * its new end. If the file grows again, the new pages must be zeros.
 */
static void one_truncation(void)
{
	const unsigned file = (unsigned)random_below(FILES);
	const size_t pages = 1 + random_below(FILE_PAGES);

	watching = false; /* frames of the file and of other spaces are freed without a flush */
	if (node_truncate(files[file], pages * PAGE_SIZE - PAGE_SIZE / 2)) {
		assert_true(scarce);
		return;
	}
	file_pages[file] = pages;
	for (size_t i = pages; i < FILE_PAGES; i++)
		file_words[file][i] = 0;
	for (unsigned i = 0; i < SPACES; i++) {
		region_cut_backing(&spaces[i], &files[file]->backing, pages, i == loaded);
		for (size_t j = 0; j < PAGES; j++)
			if ((model[i][j].flags & REGION_BACKED) && model[i][j].file == file &&
			    model[i][j].place >= pages)
				model[i][j].copied = false;
	}
}

static void one_unmap(size_t first, size_t n)
{
	int error = region_unmap(&spaces[loaded], address_of(first), n);

	assert_true(!error || (error == -ENOMEM && scarce));
	for (size_t i = first; !error && i < first + n; i++)
		model[loaded][i] = (struct page){ 0 };
}

static void one_protect(size_t first, size_t n)
{
	uint64_t flags = random_flags();
	int error = region_protect(&spaces[loaded], address_of(first), n, flags);
	bool whole = true, may = true;

	for (size_t i = first; i < first + n; i++) {
		whole = whole && model[loaded][i].mapped;
		may = may && !((flags & PTE_WRITE) && (model[loaded][i].flags & REGION_NO_WRITE));
	}
	if (whole && !may) {
		assert_int_equal(error, -EACCES);
		return;
	}
	assert_true(whole ? !error || (error == -ENOMEM && scarce) : error == -ENOMEM);
	for (size_t i = first; !error && i < first + n; i++)
		model[loaded][i].flags =
		        flags | (model[loaded][i].flags & (REGION_BACKED | REGION_SHARED | REGION_NO_WRITE));
}

static void one_write(size_t page)
{
	uint64_t *word = access_page(page, true);

	if (word)
		*word = *word_of(&model[loaded][page]) = random_next();
}

/*
 * Destroys a space other than the loaded one, as exit() does, and makes a new space in its place.
 * The new space is a copy of the loaded space, as after fork(). In a quarter of the calls it is
 * empty.
 */
static void one_fork(void)
{
	unsigned child = (unsigned)((loaded + 1 + random_below(SPACES - 1)) % SPACES);
	int error;

	watching = false; /* frames of the other space are freed without a flush */
	address_space_destroy(&spaces[child]);
	memset(model[child], 0, sizeof model[child]);
	error = address_space_create(&spaces[child]);
	if (!error && random_below(4)) {
		error = address_space_fork(&spaces[child], &spaces[loaded]);
		if (!error)
			memcpy(model[child], model[loaded], sizeof model[child]);
		else
			address_space_destroy(&spaces[child]);
	}
	frames_set_reserve(0);
	if (error) {
		assert_true(scarce && error == -ENOMEM);
		assert_int_equal(address_space_create(&spaces[child]), 0);
	}
}

static void one_operation(void)
{
	size_t first = random_below(PAGES), n = 1 + random_below(random_below(4) ? 6 : PAGES - first);

	if (n > PAGES - first)
		n = PAGES - first;
	switch (random_below(18)) {
	case 16:
		if (random_below(4))
			one_move(first, n);
		else
			one_discard(first, n);
		break;
	case 17:
		if (random_below(4) == 0)
			one_file_write();
		else if (random_below(16) == 0)
			one_truncation();
		break;
	case 0:
	case 1:
		one_map(first, n);
		break;
	case 2:
		one_unmap(first, n);
		break;
	case 3:
	case 4:
		one_protect(first, n);
		break;
	case 5:
		if (random_below(8) == 0)
			one_fork();
		break;
	case 6:
		if (random_below(8) == 0)
			load((unsigned)random_below(SPACES));
		break;
	case 7:
	case 8:
	case 9:
	case 10:
		check_page(first);
		break;
	default:
		one_write(first);
	}
}

/* Makes two files: file 0 has frames of its own, file 1 has its data in a boot module. */
static void make_files(void)
{
	static uint64_t module[FILE_SIZE / 8];

	for (size_t i = 0; i < FILE_PAGES; i++)
		module[i * PAGE_SIZE / 8] = file_words[1][i] = 1000 + i;
	for (size_t i = 0; i < FILES; i++) {
		files[i] = node_create_nameless(FILE_SIZE);
		assert_non_null(files[i]);
	}
	files[1]->data = (const uint8_t *)module;
}

static void random_operations(void **state)
{
	size_t before = frames_free();
	(void)state;

	random_start(7);
	make_files();
	cpu_flushes = flushed;
	for (unsigned i = 0; i < SPACES; i++)
		assert_int_equal(address_space_create(&spaces[i]), 0);
	load(0);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		scarce = random_below(4) == 0;
		if (scarce)
			frames_set_reserve(frames_free() - random_below(4));
		if (round % WATCHED_ROUNDS == 0 && !scarce)
			watch();
		one_operation();
		watching = false;
		assert_false(rwlock_is_held(&spaces[loaded].lock));
		frames_set_reserve(0);
		scarce = false;
		for (unsigned i = 0; i < 4; i++)
			check_tlb(random_below(PAGES));
		check_list(loaded);
		if (round % 2000 == 0) {
			for (size_t page = 0; page < PAGES; page++)
				check_tlb(page);
			check_all();
		}
	}
	for (unsigned i = 0; i < SPACES; i++)
		address_space_destroy(&spaces[i]);
	for (unsigned i = 0; i < FILES; i++) {
		assert_int_equal(files[i]->backing.references, 1);
		node_drop(files[i]);
	}
	cpu_flushes = NULL;
	assert_int_equal(frames_free(), before);
	assert_in_range(pages_watched, 1000, ULONG_MAX);
}

/* Unmaps pages that are shared with a forked space: more than fit in a TLB batch (mem/tlb.h). */
static void many_shared_frames(void **state)
{
	const size_t before = frames_free();
	(void)state;

	cpu_flushes = flushed;
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(address_space_create(&spaces[i]), 0);
	load(0);
	assert_int_equal(region_map(&spaces[0], BASE, PAGES, PTE_WRITE | PTE_NX), 0);
	for (size_t page = 0; page < PAGES; page++)
		assert_int_equal(region_fault(&spaces[0], address_of(page), FAULT_WRITE), 0);
	assert_int_equal(address_space_fork(&spaces[1], &spaces[0]), 0);
	pages_watched = 0;
	watch();
	assert_int_equal(region_unmap(&spaces[0], BASE, PAGES), 0);
	watching = false;
	assert_int_equal(pages_watched, PAGES);
	for (unsigned i = 0; i < 2; i++)
		address_space_destroy(&spaces[i]);
	cpu_flushes = NULL;
	assert_int_equal(frames_free(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
		cmocka_unit_test(many_shared_frames),
	};

	return cmocka_run_group_tests_name("regions", tests, setup, NULL);
}
