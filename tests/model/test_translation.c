/* SPDX-License-Identifier: MIT */
/*
 * Tests the TLBs, the paging-structure caches and the page walker: cases computed by hand, and
 * random streams compared with a naive model. The naive model keeps plain lists and has its own
 * code for each rule of the manual.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/bochs/model/translation.h"
#include "tests/model/loads.h"
#include "tests/model/random.h"

enum { OPERATIONS = 200000, FRAMES = 64, LIST_MAX = 128 };

#define PRESENT 1ULL
#define LARGE   (1ULL << 7)
#define GLOBAL  (1ULL << 8)
#define PG      (1ULL << 31)
#define PAE     (1ULL << 5)
#define PGE     (1ULL << 7)
#define PCIDE   (1ULL << 17)
#define KEEP    (1ULL << 63)

static uint64_t memory[FRAMES][512]; /* guest memory, from physical address 0 */

static const uint8_t *frame_of(uint64_t physical)
{
	return physical / 4096 < FRAMES ? (const uint8_t *)memory[physical / 4096] : NULL;
}

static const struct profile intel = { .size = { [SIZE_ITLB_4K] = 8,
	                                        [SIZE_ITLB_4K_WAYS] = 2,
	                                        [SIZE_ITLB_2M] = 2,
	                                        [SIZE_ITLB_2M_WAYS] = 2,
	                                        [SIZE_DTLB_4K] = 8,
	                                        [SIZE_DTLB_4K_WAYS] = 4,
	                                        [SIZE_DTLB_2M] = 4,
	                                        [SIZE_DTLB_2M_WAYS] = 2,
	                                        [SIZE_DTLB_1G] = 2,
	                                        [SIZE_DTLB_1G_WAYS] = 1,
	                                        [SIZE_STLB] = 24,
	                                        [SIZE_STLB_WAYS] = 4,
	                                        [SIZE_STLB_1G] = 2,
	                                        [SIZE_STLB_1G_WAYS] = 2,
	                                        [SIZE_WALK_PML4E] = 2,
	                                        [SIZE_WALK_PDPTE] = 3,
	                                        [SIZE_WALK_PDE] = 4 } };
static const struct profile amd = { .size = { [SIZE_ITLB_4K] = 8,
	                                      [SIZE_ITLB_4K_WAYS] = 8,
	                                      [SIZE_DTLB_4K] = 8,
	                                      [SIZE_DTLB_4K_WAYS] = 8,
	                                      [SIZE_STLB] = 20,
	                                      [SIZE_STLB_WAYS] = 4,
	                                      [SIZE_STLB_CODE] = 16,
	                                      [SIZE_STLB_CODE_WAYS] = 4,
	                                      [SIZE_WALK_PML4E] = 4,
	                                      [SIZE_WALK_PDPTE] = 4,
	                                      [SIZE_WALK_PDE] = 4 } };

/*
 * Makes random page tables: two PML4s in frames 1 and 2, PDPTs in frames 3 to 6, PDs in 7 to 10,
 * and page tables in 11 to 18. Leaf entries have arbitrary frame numbers.
 */
static void make_tables(void)
{
	memset(memory, 0, sizeof memory);
	for (unsigned root = 1; root <= 2; root++)
		for (unsigned i = 0; i < 2; i++)
			memory[root][i * 511] = (3 + random_below(4)) << 12 | PRESENT;
	for (unsigned table = 3; table <= 6; table++)
		for (unsigned i = 0; i < 3; i++)
			memory[table][i] = random_below(4) == 0
			                           ? (1 + random_below(8)) << 30 | PRESENT | LARGE |
			                                     (random_below(2) ? GLOBAL : 0)
			                           : (7 + random_below(4)) << 12 | PRESENT;
	for (unsigned table = 7; table <= 10; table++)
		for (unsigned i = 0; i < 4; i++)
			memory[table][i] = random_below(3) == 0
			                           ? (1 + random_below(99)) << 21 | PRESENT | LARGE |
			                                     (random_below(2) ? GLOBAL : 0)
			                           : (11 + random_below(8)) << 12 | PRESENT;
	for (unsigned table = 11; table <= 18; table++)
		for (unsigned i = 0; i < 6; i++)
			memory[table][i] = (100 + random_below(9999)) << 12 | (random_below(3) ? GLOBAL : 0) |
			                   (random_below(12) ? PRESENT : 0);
}

static uint64_t random_address(void)
{
	uint64_t linear =
	        random_below(3) << 30 | random_below(4) << 21 | random_below(6) << 12 | random_below(4096);

	return random_below(2) ? linear : linear | 0xFFFFFF8000000000ULL;
}

/* ---- the naive model ---- */

struct item {
	uint64_t start, bytes;       /* the range that the entry translates */
	uint64_t whole, whole_bytes; /* the page that this range is part of */
	uint64_t target, pcid, used;
	bool global;
};

struct list {
	unsigned sets, ways, count;
	struct item item[LIST_MAX];
};

struct naive {
	struct list first[SIDES][PAGE_SIZES], second[SIDES][PAGE_SIZES];
	struct list *first_of[SIDES][PAGE_SIZES], *second_of[SIDES][PAGE_SIZES];
	struct list above[3]; /* paging-structure caches: PML4, PDPT and PD entries */
	uint64_t cr3, cr4, now;
};

static const uint64_t bytes_of[PAGE_SIZES] = { 1ULL << 12, 1ULL << 21, 1ULL << 30 };
static const uint64_t covered[3] = { 1ULL << 39, 1ULL << 30, 1ULL << 21 };

static void shape(struct list *list, unsigned entries, unsigned ways)
{
	list->ways = ways;
	list->sets = ways ? entries / ways : 0;
}

static void naive_make(struct naive *naive, const struct profile *profile)
{
	const unsigned *size = profile->size;

	memset(naive, 0, sizeof *naive);
	shape(&naive->first[SIDE_CODE][0], size[SIZE_ITLB_4K], size[SIZE_ITLB_4K_WAYS]);
	shape(&naive->first[SIDE_CODE][1], size[SIZE_ITLB_2M], size[SIZE_ITLB_2M_WAYS]);
	shape(&naive->first[SIDE_DATA][0], size[SIZE_DTLB_4K], size[SIZE_DTLB_4K_WAYS]);
	shape(&naive->first[SIDE_DATA][1], size[SIZE_DTLB_2M], size[SIZE_DTLB_2M_WAYS]);
	shape(&naive->first[SIDE_DATA][2], size[SIZE_DTLB_1G], size[SIZE_DTLB_1G_WAYS]);
	shape(&naive->second[SIDE_DATA][0], size[SIZE_STLB], size[SIZE_STLB_WAYS]);
	shape(&naive->second[SIDE_CODE][0], size[SIZE_STLB_CODE], size[SIZE_STLB_CODE_WAYS]);
	shape(&naive->second[SIDE_DATA][2], size[SIZE_STLB_1G], size[SIZE_STLB_1G_WAYS]);
	for (unsigned level = 0; level < 3; level++)
		shape(&naive->above[level], size[SIZE_WALK_PML4E + level], size[SIZE_WALK_PML4E + level]);
	for (unsigned side = 0; side < SIDES; side++) {
		struct list *second = &naive->second[side][0];
		struct list *second_1g = &naive->second[SIDE_DATA][2];

		if (!second->sets)
			second = &naive->second[SIDE_DATA][0];
		for (unsigned page = 0; page < PAGE_SIZES; page++) {
			struct list *first = &naive->first[side][page];

			naive->first_of[side][page] = first->sets ? first : &naive->first[side][0];
			naive->second_of[side][page] = second;
		}
		naive->second_of[side][2] = second_1g->sets ? second_1g : NULL;
	}
	if (naive->first[SIDE_CODE][1].sets) /* code then has no list for 1 GiB pages */
		naive->first_of[SIDE_CODE][2] = NULL;
}

static uint64_t naive_pcid(const struct naive *naive)
{
	return naive->cr4 & PCIDE ? naive->cr3 % 4096 : 0;
}

static uint64_t canonical48(uint64_t linear)
{
	return linear << 16 >> 16;
}

/*
 * Returns the item that translates the address, or NULL. Several items may match, since a global
 * item matches in every PCID. Prefers the items of the smallest page size, and among these the one
 * used last.
 */
static struct item *naive_find(struct naive *naive, struct list *const lists[PAGE_SIZES], uint64_t linear)
{
	struct item *found = NULL;

	for (unsigned page = 0; page < PAGE_SIZES && !found; page++)
		for (unsigned i = 0; lists[page] && i < lists[page]->count; i++) {
			struct item *item = &lists[page]->item[i];

			if (item->bytes == bytes_of[page] && linear - item->start < item->bytes &&
			    (item->global || item->pcid == naive_pcid(naive)) &&
			    (!found || item->used > found->used))
				found = item;
		}
	if (found)
		found->used = ++naive->now;
	return found;
}

static void naive_add(struct naive *naive, struct list *list, struct item item)
{
	unsigned in_set = 0, oldest = 0;
	uint64_t set = item.start / item.bytes % list->sets;

	for (unsigned i = 0; i < list->count; i++) {
		if (list->item[i].start / list->item[i].bytes % list->sets != set)
			continue;
		if (in_set++ == 0 || list->item[i].used < list->item[oldest].used)
			oldest = i;
	}
	if (in_set == list->ways)
		list->item[oldest] = list->item[--list->count];
	item.used = ++naive->now;
	list->item[list->count++] = item;
}

/*
 * Adds a translation of the page to the list for the page's size. If the side has no list for 1 GiB
 * pages, adds only the 2 MiB piece that contains `linear`.
 */
static void naive_hold(struct naive *naive, struct list *const lists[PAGE_SIZES], struct item page,
                       uint64_t linear)
{
	unsigned size = page.whole_bytes == bytes_of[2] ? 2 : page.whole_bytes == bytes_of[1] ? 1 : 0;

	if (!lists[size])
		size = 1;
	page.bytes = bytes_of[size];
	page.start = linear / page.bytes * page.bytes;
	page.target += page.start - page.whole;
	naive_add(naive, lists[size], page);
}

static enum translation_outcome naive_look_up(struct naive *naive, uint64_t full, enum side side,
                                              struct walk *walk, uint64_t *physical)
{
	uint64_t linear = canonical48(full), table = naive->cr3 & ~4095ULL;
	struct item *item = naive_find(naive, naive->first_of[side], linear);
	struct item page;
	unsigned level = 0;

	if (item) {
		*physical = item->target + linear - item->start;
		return TRANSLATION_L1;
	}
	item = naive_find(naive, naive->second_of[side], linear);
	if (item) {
		page = *item;
		page.target -= page.start - page.whole;
		naive_hold(naive, naive->first_of[side], page, linear);
		*physical = page.target + linear - page.whole;
		return TRANSLATION_L2;
	}
	for (unsigned deep = 3; deep > 0 && level == 0; deep--)
		for (unsigned i = 0; i < naive->above[deep - 1].count && level == 0; i++) {
			struct item *entry = &naive->above[deep - 1].item[i];

			if (entry->pcid != naive_pcid(naive) || linear - entry->start >= entry->bytes)
				continue;
			entry->used = ++naive->now;
			table = entry->target;
			level = deep;
		}
	walk->loads = 0;
	walk->present = false;
	*physical = full;
	for (;; level++) {
		uint64_t at = table + (linear >> (39 - 9 * level)) % 512 * 8;
		uint64_t entry = memory[at / 4096][at % 4096 / 8];

		walk->address[walk->loads++] = at;
		if (!(entry & PRESENT))
			return TRANSLATION_WALK;
		if (level == 3 || entry & LARGE) {
			page.whole_bytes = bytes_of[3 - level];
			page.whole = linear / page.whole_bytes * page.whole_bytes;
			page.target = entry & 0xFFFFFFFFFF000ULL;
			page.pcid = naive_pcid(naive);
			page.global = entry & GLOBAL && naive->cr4 & PGE;
			break;
		}
		table = entry & 0xFFFFFFFFFF000ULL;
		naive_add(naive, &naive->above[level],
		          (struct item){ .start = linear / covered[level] * covered[level],
		                         .bytes = covered[level],
		                         .target = table,
		                         .pcid = naive_pcid(naive) });
	}
	walk->present = true;
	naive_hold(naive, naive->second_of[side], page, linear);
	naive_hold(naive, naive->first_of[side], page, linear);
	*physical = page.target + linear - page.whole;
	return TRANSLATION_WALK;
}

enum flush_kind { FLUSH_EVERYTHING, FLUSH_NOT_GLOBAL, FLUSH_PCID, FLUSH_INVLPG, FLUSH_PAGE_OF_PCID };

static bool naive_goes(const struct item *item, enum flush_kind kind, uint64_t pcid, uint64_t linear)
{
	bool page = linear - item->whole < item->whole_bytes;

	switch (kind) {
	case FLUSH_EVERYTHING:
		return true;
	case FLUSH_NOT_GLOBAL:
		return !item->global;
	case FLUSH_PCID:
		return !item->global && item->pcid == pcid;
	case FLUSH_INVLPG:
		return page && (item->global || item->pcid == pcid);
	case FLUSH_PAGE_OF_PCID:
		return page && !item->global && item->pcid == pcid;
	}
	return false;
}

static void naive_flush(struct naive *naive, enum flush_kind kind, uint64_t pcid, uint64_t linear)
{
	bool all_pcids = kind == FLUSH_EVERYTHING || kind == FLUSH_NOT_GLOBAL;

	linear = canonical48(linear);
	for (unsigned side = 0; side < SIDES; side++)
		for (unsigned page = 0; page < 2 * PAGE_SIZES; page++) {
			struct list *list = page < PAGE_SIZES ? &naive->first[side][page]
			                                      : &naive->second[side][page - PAGE_SIZES];

			for (unsigned i = list->count; i-- > 0;)
				if (naive_goes(&list->item[i], kind, pcid, linear))
					list->item[i] = list->item[--list->count];
		}
	for (unsigned level = 0; level < 3; level++)
		for (unsigned i = naive->above[level].count; i-- > 0;)
			if (all_pcids || naive->above[level].item[i].pcid == pcid)
				naive->above[level].item[i] =
				        naive->above[level].item[--naive->above[level].count];
}

/* ---- the tests ---- */

static void control(struct translation *translation, struct naive *naive)
{
	static const enum flush_kind kinds[] = { FLUSH_PAGE_OF_PCID, FLUSH_PCID, FLUSH_EVERYTHING,
		                                 FLUSH_NOT_GLOBAL };
	uint64_t linear = random_address(), pcid = random_below(3), type = random_below(4), value;

	switch (random_below(8)) {
	case 0:
		value = naive->cr4 ^ (random_below(2) ? PGE : PCIDE);
		if (value & PCIDE && !(naive->cr4 & PCIDE) && naive->cr3 % 4096)
			return; /* setting CR4.PCIDE raises #GP if bits 11-0 of CR3 are not 0 */
		if ((naive->cr4 ^ value) & PGE || !(value & PCIDE))
			naive_flush(naive, FLUSH_EVERYTHING, 0, 0);
		naive->cr4 = value;
		translation_write_cr4(translation, value);
		if (!(value & PCIDE)) { /* also clears bits 11-0 of CR3 */
			naive->cr3 &= ~4095ULL;
			translation_write_cr3(translation, naive->cr3, false);
			naive_flush(naive, FLUSH_PCID, 0, 0);
		}
		break;
	case 1:
	case 2:
		translation_invlpg(translation, linear);
		naive_flush(naive, FLUSH_INVLPG, naive_pcid(naive), linear);
		break;
	case 3:
		translation_invpcid(translation, type, (unsigned)pcid, linear);
		naive_flush(naive, kinds[type], pcid, linear);
		break;
	default:
		value = (1 + random_below(2)) << 12 | (naive->cr4 & PCIDE ? pcid : 0);
		naive->cr3 = value;
		type = random_below(2);
		translation_write_cr3(translation, type ? value | KEEP : value, type);
		if (!type || !(naive->cr4 & PCIDE))
			naive_flush(naive, FLUSH_PCID, naive_pcid(naive), 0);
		break;
	}
}

static void compare(const struct profile *profile)
{
	static struct translation translation;
	static struct naive naive;

	make_tables();
	assert_true(translation_make(&translation, profile, frame_of));
	naive_make(&naive, profile);
	translation_write_cr4(&translation, naive.cr4 = PAE);
	translation_write_cr3(&translation, naive.cr3 = 1 << 12, false);
	translation_write_cr0(&translation, PG);
	for (unsigned i = 0; i < OPERATIONS; i++) {
		uint64_t linear = random_address(), physical, expected;
		enum side side = random_below(2) ? SIDE_CODE : SIDE_DATA;
		struct walk walk, naive_walk;
		enum translation_outcome outcome;
		bool holds;

		if (random_below(30) == 0)
			control(&translation, &naive);
		holds = translation_holds(&translation, linear);
		outcome = translation_look_up(&translation, linear, side, &walk, &physical);
		assert_int_equal(outcome, naive_look_up(&naive, linear, side, &naive_walk, &expected));
		assert_int_equal(physical, expected);
		if (side == SIDE_DATA)
			assert_int_equal(holds, outcome == TRANSLATION_L1);
		if (outcome != TRANSLATION_WALK)
			continue;
		assert_int_equal(walk.present, naive_walk.present);
		assert_int_equal(walk.loads, naive_walk.loads);
		assert_memory_equal(walk.address, naive_walk.address, walk.loads * sizeof walk.address[0]);
	}
	translation_free(&translation);
}

static void random_streams(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 5; round++) {
		compare(&intel);
		compare(&amd);
	}
}

/*
 * Makes one table of each level: a PML4 (in frame 1), a PDPT, a PD and a page table. Page 0 is
 * global and page 1 is not. A 2 MiB page is at 2 MiB.
 */
static void make_small(struct translation *translation)
{
	memset(memory, 0, sizeof memory);
	memory[1][0] = 0x3000 | PRESENT;
	memory[3][0] = 0x7000 | PRESENT;
	memory[7][0] = 0xB000 | PRESENT;
	memory[7][1] = 0x40000000 | PRESENT | LARGE;
	memory[11][0] = 0x50000 | PRESENT | GLOBAL;
	memory[11][1] = 0x51000 | PRESENT;
	assert_true(translation_make(translation, &intel, frame_of));
	translation_write_cr4(translation, PAE | PGE | PCIDE);
	translation_write_cr3(translation, 0x1000, false);
	translation_write_cr0(translation, PG);
}

static void by_hand(void **state)
{
	struct translation translation;
	uint64_t physical;
	(void)state;

	make_small(&translation);
	assert_int_equal(loads(&translation, 0x123, 0x50123), 4);
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 1); /* the PD entry is cached */
	assert_int_equal(loads(&translation, 0x234567, 0x40034567),
	                 1); /* the PDPT entry is cached; loads the PD entry */
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 0);
	translation_write_cr3(&translation, 0x1000, true);
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 0); /* nothing was flushed */
	translation_write_cr3(&translation, 0x1000, false);
	assert_int_equal(loads(&translation, 0x123, 0x50123), 0); /* a global page stays */
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 4);
	translation_write_cr3(&translation, 0x1005, true); /* switches to PCID 5 */
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 4);
	translation_write_cr3(&translation, 0x1000, true);
	/* PCID 0's entry is still there. */
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 0);
	translation_invlpg(&translation, 0x123);
	/* INVLPG flushes the global page too, and all paging-structure caches. */
	assert_int_equal(loads(&translation, 0x123, 0x50123), 4);
	translation_invpcid(&translation, 0, 5, 0x1000);
	assert_int_equal(loads(&translation, 0x1456, 0x51456), 0); /* only PCID 5 was flushed */
	translation_invlpg(&translation, 0x3FF000);
	assert_int_equal(loads(&translation, 0x200000, 0x40000000),
	                 3); /* INVLPG of any address in a 2 MiB page flushes the page */
	assert_true(translation_peek(&translation, 0x1001, &physical));
	assert_int_equal(physical, 0x51001);
	assert_false(translation_peek(&translation, 0x2000, &physical));
	translation_free(&translation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(random_streams),
	};

	return cmocka_run_group_tests_name("model translation", tests, NULL, NULL);
}
