/* SPDX-License-Identifier: MIT */
#include "bench/bochs/shadow.h"

#include "bench/bochs/rip.h"

enum { ENTRIES = 2048, PENDING = 2, LEVELS = 4 };

enum { PAGE_SHIFT = 12, INDEX_BITS = 9, LINEAR_BITS = 48 };

/* An entry is valid only in the epoch in which it was written. */
struct entry {
	uint64_t page; /* linear address / 4096 */
	uint32_t epoch;
	bool wide; /* may be part of a large page */
};

struct walk {
	uint64_t table;   /* physical address of the first table / 4096 */
	uint64_t indices; /* table indices of all levels so far, the first in the highest bits */
	unsigned levels;
	unsigned counted; /* number of its reads that are in the region's counts */
	bool wrote;
};

struct shadow {
	struct entry entries[ENTRIES];
	uint32_t epoch;
	uint32_t wide_epoch; /* epoch of the wide entries */
	unsigned pending;
	struct walk walks[PENDING]; /* page walks that no access has claimed yet, oldest first */
};

static struct shadow shadows[MAX_CPUS];

static struct entry *entry_of(struct shadow *shadow, uint64_t page)
{
	return &shadow->entries[page % ENTRIES];
}

static bool is_held(const struct shadow *shadow, const struct entry *entry, uint64_t page)
{
	return entry->page == page && entry->epoch == (entry->wide ? shadow->wide_epoch : shadow->epoch);
}

static void hold(const struct shadow *shadow, struct entry *entry, uint64_t page, bool wide)
{
	entry->page = page;
	entry->wide = wide;
	entry->epoch = wide ? shadow->wide_epoch : shadow->epoch;
}

void shadow_flush(unsigned cpu)
{
	struct shadow *shadow = &shadows[cpu];

	shadow->epoch++;
	shadow->wide_epoch++;
	shadow->pending = 0;
}

void shadow_start(unsigned cpu)
{
	shadow_flush(cpu);
}

static void drop_page(struct shadow *shadow, uint64_t page)
{
	struct entry *entry = entry_of(shadow, page);

	if (entry->page == page)
		entry->epoch = 0;
}

void shadow_flush_page(unsigned cpu, uint64_t linear)
{
	drop_page(&shadows[cpu], linear >> PAGE_SHIFT);
	shadows[cpu].wide_epoch++;
}

void shadow_settle(unsigned cpu)
{
	shadows[cpu].pending = 0;
}

/* Returns the page (linear address / 4096) that a walk through all levels leads to. Bits 63-48 of
 * the address repeat bit 47. */
static uint64_t page_of(const struct walk *walk)
{
	uint64_t linear = walk->indices << PAGE_SHIFT;

	return (uint64_t)((int64_t)(linear << (64 - LINEAR_BITS)) >> (64 - LINEAR_BITS)) >> PAGE_SHIFT;
}

void shadow_exception(unsigned cpu)
{
	struct shadow *shadow = &shadows[cpu];

	if (shadow->pending) {
		const struct walk *walk = &shadow->walks[shadow->pending - 1];

		if (walk->levels == LEVELS)
			drop_page(shadow, page_of(walk));
		shadow->wide_epoch++;
	}
	shadow->pending = 0;
}

/* Returns true if a read in this table continues the last walk. Every walk begins in the same
 * table. */
static bool goes_on(const struct shadow *shadow, uint64_t table)
{
	return shadow->pending && shadow->walks[0].table != table &&
	       shadow->walks[shadow->pending - 1].levels < LEVELS;
}

static void start_walk(struct shadow *shadow, uint64_t table)
{
	if (shadow->pending == PENDING)
		shadow->walks[0] = shadow->walks[--shadow->pending];
	shadow->walks[shadow->pending++] = (struct walk){ .table = table };
}

void shadow_walk_read(unsigned cpu, uint64_t physical, bool counted)
{
	struct shadow *shadow = &shadows[cpu];
	uint64_t table = physical >> PAGE_SHIFT;
	struct walk *walk;

	if (!goes_on(shadow, table))
		start_walk(shadow, table);
	walk = &shadow->walks[shadow->pending - 1];
	walk->indices = walk->indices << INDEX_BITS | (physical >> 3 & ((1 << INDEX_BITS) - 1));
	walk->levels++;
	walk->counted += counted;
}

void shadow_walk_write(unsigned cpu)
{
	struct shadow *shadow = &shadows[cpu];

	if (shadow->pending)
		shadow->walks[shadow->pending - 1].wrote = true;
}

static bool leads_to(const struct walk *walk, uint64_t linear)
{
	unsigned bits = INDEX_BITS * walk->levels;

	return walk->levels >= 2 && (linear >> (LINEAR_BITS - bits) & ((1ULL << bits) - 1)) == walk->indices;
}

/* Finds the first pending walk that leads to the address, and removes it and those before it.
 * Returns false if there is none. */
static bool claim(struct shadow *shadow, uint64_t linear, struct walk *walk)
{
	for (unsigned i = 0; i < shadow->pending; i++)
		if (leads_to(&shadow->walks[i], linear)) {
			*walk = shadow->walks[i++];
			shadow->pending -= i;
			if (shadow->pending)
				shadow->walks[0] = shadow->walks[i];
			return true;
		}
	return false;
}

/* Does the work of shadow_data_access() if there are pending walks. */
static unsigned claim_walk(struct shadow *shadow, struct entry *entry, uint64_t linear, unsigned length)
{
	uint64_t page = linear >> PAGE_SHIFT;
	bool held = is_held(shadow, entry, page);
	unsigned walks = shadow->pending;
	struct walk walk;

	if (!claim(shadow, linear, &walk)) {
		if (!held)
			hold(shadow, entry, page, true); /* Bochs's own TLB held the page */
		return 0;
	}
	hold(shadow, entry, page, walk.levels < LEVELS);
	/* If this access ends at the end of its page, it may be the first part of an access that
	 * continues in the next page. A single walk that leads to a large page may then be for the
	 * next page. */
	if (walk.levels < LEVELS && walks == 1 && (linear + length) % (1 << PAGE_SHIFT) == 0)
		return 0;
	return held && !walk.wrote ? walk.counted : 0;
}

bool shadow_holds(unsigned cpu, uint64_t linear)
{
	struct shadow *shadow = &shadows[cpu];
	uint64_t page = linear >> PAGE_SHIFT;

	return !shadow->pending && is_held(shadow, entry_of(shadow, page), page);
}

unsigned shadow_data_access(unsigned cpu, uint64_t linear, unsigned length)
{
	struct shadow *shadow = &shadows[cpu];
	uint64_t page = linear >> PAGE_SHIFT;
	struct entry *entry = entry_of(shadow, page);

	if (shadow->pending)
		return claim_walk(shadow, entry, linear, length);
	if (!is_held(shadow, entry, page))
		hold(shadow, entry, page, true); /* Bochs's own TLB held the page */
	return 0;
}
