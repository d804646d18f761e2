/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/translation.h"

#include <string.h>

#include "bench/bochs/model/paging_bits.h"

#define LINEAR_MASK    0x0000FFFFFFFFFFFFULL
#define PCID_MASK      0xFFFULL

/* Keys have bit 63 set.
 *  TLB key:             bits 62-61 size of the page as held, 60 global, 59-48 PCID (0 if global),
 *                       47-0 number of the page, in units of that size
 *  structure cache key: bits 59-48 PCID, 47-0 upper bits of the linear address
 *  TLB value:           address of the first frame; bit 2 global, 1-0 size of the page in the
 *                       page tables */
#define VALUE_SIZE     3ULL
#define VALUE_GLOBAL   4ULL
#define KEY_USED       (1ULL << 63)
#define KEY_GLOBAL     (1ULL << 60)
#define KEY_PCID_SHIFT 48
#define KEY_SIZE_SHIFT 61
#define KEY_PAGE       ((1ULL << KEY_PCID_SHIFT) - 1)

static const unsigned page_shift[PAGE_SIZES + 1] = { 12, 21, 30, 22 };

/* Levels are counted from the PML4 (0) to the page tables. In 32-bit mode, a walk begins at PD. */
enum { LEVEL_PD = WALK_LEVELS - 2, LEVEL_PT };

#define NO_TABLE UINT64_MAX

struct leaf {
	uint64_t physical;
	enum page_size page;
	bool global;
};

static uint64_t key_pcid(uint64_t key)
{
	return key >> KEY_PCID_SHIFT & PCID_MASK;
}

static uint64_t current_pcid(const struct translation *translation)
{
	return translation->cr4 & CR4_PCIDE ? translation->cr3 & PCID_MASK : 0;
}

static struct lru *add_array(struct translation *translation, unsigned entries, unsigned ways, bool *ok)
{
	struct lru *array = &translation->array[translation->arrays++];

	*ok = lru_make(array, entries, ways, true) && *ok;
	return array;
}

static void forget_known(struct translation *translation)
{
	for (unsigned side = 0; side < SIDES; side++)
		for (unsigned i = 0; i < TRANSLATION_KNOWN; i++)
			translation->known[side][i].page = TRANSLATION_NO_PAGE;
}

bool translation_make(struct translation *translation, const struct profile *profile, memory_frame frame_of)
{
	const unsigned *size = profile->size;
	struct lru **code = translation->first[SIDE_CODE], **data = translation->first[SIDE_DATA];
	struct lru *second, *second_code, *second_1g = NULL;
	bool ok = true;

	memset(translation, 0, sizeof *translation);
	translation->frame_of = frame_of;
	forget_known(translation);
	code[PAGE_4K] = add_array(translation, size[SIZE_ITLB_4K], size[SIZE_ITLB_4K_WAYS], &ok);
	code[PAGE_2M] = code[PAGE_4K];
	if (size[SIZE_ITLB_2M])
		code[PAGE_2M] = add_array(translation, size[SIZE_ITLB_2M], size[SIZE_ITLB_2M_WAYS], &ok);
	else
		code[PAGE_1G] = code[PAGE_4K];
	data[PAGE_4K] = add_array(translation, size[SIZE_DTLB_4K], size[SIZE_DTLB_4K_WAYS], &ok);
	data[PAGE_2M] = data[PAGE_1G] = data[PAGE_4K];
	if (size[SIZE_DTLB_2M])
		data[PAGE_2M] = add_array(translation, size[SIZE_DTLB_2M], size[SIZE_DTLB_2M_WAYS], &ok);
	if (size[SIZE_DTLB_1G])
		data[PAGE_1G] = add_array(translation, size[SIZE_DTLB_1G], size[SIZE_DTLB_1G_WAYS], &ok);
	second = add_array(translation, size[SIZE_STLB], size[SIZE_STLB_WAYS], &ok);
	second_code = second;
	if (size[SIZE_STLB_CODE])
		second_code = add_array(translation, size[SIZE_STLB_CODE], size[SIZE_STLB_CODE_WAYS], &ok);
	if (size[SIZE_STLB_1G])
		second_1g = add_array(translation, size[SIZE_STLB_1G], size[SIZE_STLB_1G_WAYS], &ok);
	for (enum page_size page = PAGE_4K; page <= PAGE_2M; page++) {
		translation->second[SIDE_DATA][page] = second;
		translation->second[SIDE_CODE][page] = second_code;
	}
	translation->second[SIDE_DATA][PAGE_1G] = translation->second[SIDE_CODE][PAGE_1G] = second_1g;
	for (unsigned level = 0; level < WALK_LEVELS - 1; level++) {
		unsigned entries = size[SIZE_WALK_PML4E + level];

		ok = lru_make(&translation->structures[level], entries, entries, true) && ok;
	}
	return ok;
}

void translation_free(struct translation *translation)
{
	for (unsigned i = 0; i < translation->arrays; i++)
		lru_free(&translation->array[i]);
	for (unsigned level = 0; level < WALK_LEVELS - 1; level++)
		lru_free(&translation->structures[level]);
}

/* Stores in *known the entry that holds a page. This entry must be the newest of its set. */
static void remember(struct known *known, uint64_t linear, const struct lru *array, uint64_t index,
                     uint64_t physical)
{
	uint64_t first = lru_first(array, index);

	known->page = linear >> page_shift[PAGE_4K];
	known->frame = physical >> page_shift[PAGE_4K];
	known->key = array->key + first;
	known->value = array->value + first;
	known->its_key = *known->key;
	known->its_value = *known->value;
}

static void flush_all(struct translation *translation)
{
	forget_known(translation);
	for (unsigned i = 0; i < translation->arrays; i++)
		lru_clear(&translation->array[i]);
	for (unsigned level = 0; level < WALK_LEVELS - 1; level++)
		lru_clear(&translation->structures[level]);
}

void translation_reset(struct translation *translation)
{
	flush_all(translation);
	translation->cr0 = translation->cr3 = translation->cr4 = 0;
	translation->mode32 = false;
}

static uint64_t key_of(uint64_t linear, enum page_size size, uint64_t pcid)
{
	return KEY_USED | (uint64_t)size << KEY_SIZE_SHIFT | pcid << KEY_PCID_SHIFT |
	       (linear & LINEAR_MASK) >> page_shift[size];
}

static uint64_t within(uint64_t linear, enum page_size size)
{
	return linear & ((1ULL << page_shift[size]) - 1);
}

/* Looks for a page in the arrays of one level. If it is there, returns true, with the translation
 * in *leaf and, if `known` is not NULL, its entry in *known. */
static bool find(struct lru *const arrays[PAGE_SIZES], uint64_t pcid, uint64_t linear, struct leaf *leaf,
                 struct known *known)
{
	for (enum page_size size = PAGE_4K; size <= PAGE_1G; size++) {
		uint64_t key = key_of(linear, size, pcid);
		uint64_t global = key_of(linear, size, 0) | KEY_GLOBAL;
		uint64_t value = 0;

		if (!arrays[size] || !lru_find(arrays[size], key & KEY_PAGE, key, global, &value))
			continue;
		leaf->physical = (value & ENTRY_FRAME) | within(linear, size);
		leaf->page = (enum page_size)(value & VALUE_SIZE);
		leaf->global = value & VALUE_GLOBAL;
		if (known)
			remember(known, linear, arrays[size], key & KEY_PAGE, leaf->physical);
		return true;
	}
	return false;
}

/* Adds a page to the arrays of one level and, if `known` is not NULL, stores its entry in *known.
 * If no array takes pages of this size, adds the 2 MiB piece that contains `linear` in place of the
 * page. */
static void add(struct translation *translation, struct lru *const arrays[PAGE_SIZES], uint64_t pcid,
                uint64_t linear, const struct leaf *leaf, struct known *known)
{
	enum page_size held = leaf->page < PAGE_SIZES && arrays[leaf->page] ? leaf->page : PAGE_2M;
	uint64_t key = key_of(linear, held, leaf->global ? 0 : pcid) | (leaf->global ? KEY_GLOBAL : 0);
	uint64_t value = (leaf->physical - within(leaf->physical, held)) | leaf->page |
	                 (leaf->global ? VALUE_GLOBAL : 0);

	translation->pieces |= held != leaf->page;
	lru_add(arrays[held], key & KEY_PAGE, key, value);
	if (known)
		remember(known, linear, arrays[held], key & KEY_PAGE, leaf->physical);
}

static bool has_two_levels(const struct translation *translation)
{
	return translation->mode32 && !(translation->cr4 & CR4_PAE);
}

/* Returns the lowest bit of a linear address that belongs to the index into the tables of `level`. */
static unsigned level_shift(const struct translation *translation, unsigned level)
{
	return level == LEVEL_PD && has_two_levels(translation) ? 22 : 39 - 9 * level;
}

static uint64_t structure_key(const struct translation *translation, uint64_t linear, unsigned level)
{
	return KEY_USED | current_pcid(translation) << KEY_PCID_SHIFT |
	       (linear & LINEAR_MASK) >> level_shift(translation, level);
}

/* Returns the level at which a walk starts if nothing is cached (0: PML4). Sets *table to the address
 * of the table at that level, or to NO_TABLE. */
static unsigned top_level(const struct translation *translation, uint64_t linear, uint64_t *table)
{
	*table = translation->cr3 & ENTRY_FRAME;
	if (!translation->mode32)
		return 0;
	if (has_two_levels(translation)) {
		*table = translation->cr3 & ROOT_2_LEVELS;
	} else {
		uint64_t pointer = translation->pointer[linear >> page_shift[PAGE_1G] & 3];

		*table = pointer & ENTRY_PRESENT ? pointer & ENTRY_FRAME : NO_TABLE;
	}
	return LEVEL_PD;
}

/* Finds the deepest paging-structure entry for this address that is cached. Returns the level at
 * which the walk then starts. Sets *table to the address of the table at that level. */
static unsigned first_level(struct translation *translation, uint64_t linear, uint64_t *table)
{
	unsigned top = top_level(translation, linear, table);

	for (unsigned level = WALK_LEVELS - 1; level > top; level--) {
		uint64_t key = structure_key(translation, linear, level - 1);

		if (lru_find(&translation->structures[level - 1], 0, key, key, table))
			return level;
	}
	return top;
}

static bool read_entry(const struct translation *translation, uint64_t address, unsigned bytes,
                       uint64_t *entry)
{
	const uint8_t *frame = translation->frame_of(address);

	*entry = 0;
	if (frame)
		memcpy(entry, frame + within(address, PAGE_4K), bytes);
	return frame;
}

/* Fills in the leaf of a walk that ends at `level` with `entry`. */
static void take_leaf(const struct translation *translation, uint64_t linear, unsigned level, uint64_t entry,
                      struct leaf *leaf)
{
	uint64_t frame = entry & ENTRY_FRAME;

	leaf->page = (enum page_size)(WALK_LEVELS - 1 - level);
	if (level == LEVEL_PD && has_two_levels(translation)) {
		leaf->page = PAGE_4M;
		frame |= entry_above_4g(entry);
	}
	leaf->physical = (frame - within(frame, leaf->page)) | within(linear, leaf->page);
	leaf->global = entry & ENTRY_GLOBAL && translation->cr4 & CR4_PGE;
}

/* Walks the tables from `level` on. If `fill` is not NULL, each entry that the walk reads and that
 * points to a table is added to the paging-structure caches of `fill`. */
static void follow(const struct translation *translation, struct translation *fill, uint64_t linear,
                   unsigned level, uint64_t table, struct walk *walk, struct leaf *leaf)
{
	const bool two = has_two_levels(translation);
	const bool large = !two || translation->cr4 & CR4_PSE; /* the bit ENTRY_LARGE has its meaning */

	walk->loads = 0;
	walk->present = false;
	for (; level < WALK_LEVELS && table != NO_TABLE; level++) {
		uint64_t index = linear >> level_shift(translation, level);
		uint64_t address = table + (two ? (index & 1023) * 4 : (index & 511) * 8);
		uint64_t entry;

		walk->address[walk->loads++] = address;
		if (!read_entry(translation, address, two ? 4 : 8, &entry) || !(entry & ENTRY_PRESENT))
			return;
		if (level == LEVEL_PT || (level > 0 && large && entry & ENTRY_LARGE)) {
			take_leaf(translation, linear, level, entry, leaf);
			walk->present = true;
			return;
		}
		table = entry & ENTRY_FRAME;
		if (fill)
			lru_add(&fill->structures[level], 0, structure_key(fill, linear, level), table);
	}
}

enum translation_outcome translation_look_up(struct translation *translation, uint64_t linear, enum side side,
                                             struct walk *walk, uint64_t *physical)
{
	struct known *known = &translation->known[side][(linear >> page_shift[PAGE_4K]) % TRANSLATION_KNOWN];
	uint64_t pcid = current_pcid(translation);
	enum translation_outcome outcome = TRANSLATION_L1;
	struct leaf leaf;
	uint64_t table = 0;
	unsigned level;

	if (translation_known(translation, linear, side, physical))
		return TRANSLATION_L1;
	*physical = linear;
	if (!(translation->cr0 & CR0_PG))
		return TRANSLATION_L1;
	if (!find(translation->first[side], pcid, linear, &leaf, known)) {
		outcome = TRANSLATION_L2;
		if (!find(translation->second[side], pcid, linear, &leaf, NULL)) {
			outcome = TRANSLATION_WALK;
			level = first_level(translation, linear, &table);
			follow(translation, translation, linear, level, table, walk, &leaf);
			if (!walk->present)
				return TRANSLATION_WALK;
			add(translation, translation->second[side], pcid, linear, &leaf, NULL);
		}
		add(translation, translation->first[side], pcid, linear, &leaf, known);
	}
	*physical = leaf.physical;
	return outcome;
}

bool translation_holds(const struct translation *translation, uint64_t linear)
{
	uint64_t pcid = current_pcid(translation), physical;

	if (!(translation->cr0 & CR0_PG) || translation_known(translation, linear, SIDE_DATA, &physical))
		return true;
	for (enum page_size size = PAGE_4K; size <= PAGE_1G; size++) {
		const struct lru *array = translation->first[SIDE_DATA][size];
		uint64_t key = key_of(linear, size, pcid);

		if (array && lru_holds(array, key & KEY_PAGE, key, key_of(linear, size, 0) | KEY_GLOBAL))
			return true;
	}
	return false;
}

bool translation_peek(const struct translation *translation, uint64_t linear, uint64_t *physical)
{
	struct walk walk;
	struct leaf leaf;
	uint64_t table;
	unsigned level;

	*physical = linear;
	if (!(translation->cr0 & CR0_PG))
		return true;
	level = top_level(translation, linear, &table);
	follow(translation, NULL, linear, level, table, &walk, &leaf);
	if (walk.present)
		*physical = leaf.physical;
	return walk.present;
}

struct flush {
	bool one_pcid; /* otherwise all PCIDs */
	uint64_t pcid;
	bool one_page; /* otherwise all pages */
	uint64_t linear;
	bool global; /* also flush global entries, of any PCID */
};

static bool matches_page(uint64_t key, uint64_t value, const void *context)
{
	const struct flush *flush = context;
	unsigned held = page_shift[key >> KEY_SIZE_SHIFT & 3];
	unsigned whole = page_shift[value & VALUE_SIZE];

	if (key & KEY_GLOBAL ? !flush->global : flush->one_pcid && key_pcid(key) != flush->pcid)
		return false;
	return !flush->one_page ||
	       (key & KEY_PAGE) << held >> whole == (flush->linear & LINEAR_MASK) >> whole;
}

static bool matches_structure(uint64_t key, uint64_t value, const void *context)
{
	const struct flush *flush = context;

	(void)value;
	return !flush->one_pcid || key_pcid(key) == flush->pcid;
}

static void flush_some(struct translation *translation, const struct flush *flush)
{
	forget_known(translation);
	for (unsigned i = 0; i < translation->arrays; i++)
		lru_remove(&translation->array[i], matches_page, flush);
	for (unsigned level = 0; level < WALK_LEVELS - 1; level++)
		lru_remove(&translation->structures[level], matches_structure, flush);
}

bool translation_has_pcids(const struct translation *translation)
{
	return translation->cr4 & CR4_PCIDE;
}

void translation_set_mode32(struct translation *translation, bool mode32)
{
	translation->mode32 = mode32;
}

/* Reads the entries of the third level into their registers, as the processor does when one of the
 * control registers is written. */
static void read_pointers(struct translation *translation)
{
	uint64_t table = translation->cr3 & ROOT_3_LEVELS;

	if (!translation->mode32 || has_two_levels(translation) || !(translation->cr0 & CR0_PG))
		return;
	for (unsigned i = 0; i < 4; i++)
		read_entry(translation, table + 8 * i, 8, &translation->pointer[i]);
}

void translation_write_cr0(struct translation *translation, uint64_t value)
{
	if (translation->cr0 & ~value & CR0_PG)
		flush_all(translation);
	translation->cr0 = value;
	read_pointers(translation);
}

void translation_write_cr3(struct translation *translation, uint64_t value, bool keep)
{
	translation->cr3 = value & ~(1ULL << 63);
	read_pointers(translation);
	forget_known(translation);
	if (keep && translation->cr4 & CR4_PCIDE)
		return;
	flush_some(translation, &(struct flush){ .one_pcid = true, .pcid = current_pcid(translation) });
}

bool translation_write_cr4(struct translation *translation, uint64_t value)
{
	uint64_t changed = translation->cr4 ^ value;
	bool flushes = changed & (CR4_PGE | CR4_PAE | CR4_LA57) || changed & translation->cr4 & CR4_PCIDE ||
	               changed & value & CR4_SMEP;

	translation->cr4 = value;
	read_pointers(translation);
	if (flushes)
		flush_all(translation);
	return flushes;
}

/* Like flush_some(), for one page. Looks only into the sets that can hold the page. If pages
 * have been held in pieces, calls flush_some(). */
static void flush_page(struct translation *translation, const struct flush *flush)
{
	if (translation->pieces) {
		flush_some(translation, flush);
		return;
	}
	forget_known(translation);
	for (unsigned i = 0; i < translation->arrays; i++)
		for (enum page_size size = PAGE_4K; size <= PAGE_1G; size++)
			lru_remove_from(&translation->array[i],
			                (flush->linear & LINEAR_MASK) >> page_shift[size], matches_page,
			                flush);
	for (unsigned level = 0; level < WALK_LEVELS - 1; level++)
		lru_remove(&translation->structures[level], matches_structure, flush);
}

void translation_invlpg(struct translation *translation, uint64_t linear)
{
	flush_page(translation, &(struct flush){ .one_pcid = true,
	                                         .pcid = current_pcid(translation),
	                                         .one_page = true,
	                                         .linear = linear,
	                                         .global = true });
}

void translation_invpcid(struct translation *translation, uint64_t type, unsigned pcid, uint64_t linear)
{
	if (type == 2)
		flush_all(translation);
	else
		flush_some(translation, &(struct flush){ .one_pcid = type < 2,
		                                         .pcid = pcid,
		                                         .one_page = type == 0,
		                                         .linear = linear });
}
