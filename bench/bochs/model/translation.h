/* SPDX-License-Identifier: MIT */
/*
 * Translation: the TLBs and paging-structure caches of one CPU, and the walker that fills them.
 *
 * There are a first-level TLB for code, one for data, and a second level. Each has an array for
 * every page size (4 KiB, 2 MiB, 1 GiB), or one array for several sizes. Where no array takes 1 GiB
 * pages, 2 MiB pieces of them are held. Entries have a PCID and a global bit. The paging-structure
 * caches (PML4, PDPT and PD entries that point to a table) are fully associative, and their entries
 * have a PCID. The walker reads the guest's tables and does not change them.
 *
 * In long mode, paging has four levels. In 32-bit mode (Intel SDM, volume 3, 4.3 and 4.4), it has
 * three levels with PAE, and otherwise two levels with entries of 4 bytes. With PAE, registers hold
 * the four entries of the third level. So in 32-bit mode a walk reads only entries of the two lowest
 * levels, and only the cache of PD entries is used. Pages of 4 MiB are held as two pieces of 2 MiB.
 *
 * Flushes follow the manual (Intel SDM, volume 3, 4.10.4.1):
 *   MOV CR3  without PCIDs, or with bit 63 clear: all entries of the new PCID except global ones;
 *            with bit 63 set: none
 *   MOV CR4  if PGE, PAE or LA57 changes, PCIDE is cleared or SMEP is set: everything
 *   MOV CR0  if PG is cleared: everything
 *   INVLPG   the page in the current PCID, even if it is global; all paging-structure entries of
 *            the PCID
 *   INVPCID  type 0: the page in one PCID, unless it is global; 1: one PCID, except global entries;
 *            2: everything; 3: all but global entries
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/lru.h"
#include "bench/bochs/model/memory.h"
#include "bench/bochs/model/profile.h"

/* PAGE_4M is a size in the guest's tables only: no array takes it. */
enum page_size { PAGE_4K, PAGE_2M, PAGE_1G, PAGE_SIZES, PAGE_4M = PAGE_SIZES };
enum side { SIDE_CODE, SIDE_DATA, SIDES };
enum { WALK_LEVELS = 4, TRANSLATION_KNOWN = 16 };
#define TRANSLATION_NO_PAGE UINT64_MAX

enum translation_outcome { TRANSLATION_L1, TRANSLATION_L2, TRANSLATION_WALK };

struct walk {
	unsigned loads; /* number of entries read, each dependent on the one before */
	uint64_t address[WALK_LEVELS];
	bool present; /* the page is mapped */
};

/* A page that was looked up recently, and the entry in which it was found. While that entry is the
 * newest of its set, finding it again would change nothing. */
struct known {
	uint64_t page, frame;        /* 4 KiB, linear and physical; TRANSLATION_NO_PAGE: none */
	const uint64_t *key, *value; /* the newest entry of the set */
	uint64_t its_key, its_value; /* its contents when the page was looked up */
};

struct translation {
	memory_frame frame_of;
	struct lru array[12]; /* all TLBs; `first` and `second` point here */
	unsigned arrays;
	struct lru *first[SIDES][PAGE_SIZES]; /* NULL: no array takes this size */
	struct lru *second[SIDES][PAGE_SIZES];
	struct lru structures[WALK_LEVELS - 1]; /* PML4, PDPT and PD entries */
	uint64_t cr0, cr3, cr4;                 /* cr3 without bit 63 */
	bool pieces;         /* pages of 1 GiB or 4 MiB have been held as pieces of 2 MiB */
	bool mode32;         /* paging is that of 32-bit mode */
	uint64_t pointer[4]; /* with PAE in 32-bit mode: the entries of the third level */
	struct known known[SIDES][TRANSLATION_KNOWN]; /* indexed by the page's lowest bits */
};

/* Returns false if out of memory; translation_free() frees what was made. */
bool translation_make(struct translation *translation, const struct profile *profile, memory_frame frame_of);
void translation_free(struct translation *translation);

/* Resets the CPU: paging is off and nothing is held. */
void translation_reset(struct translation *translation);

/* Returns true if the page of `linear` was looked up recently, so that another look-up would change
 * nothing. Stores its translation in *physical. */
static inline bool translation_known(const struct translation *translation, uint64_t linear, enum side side,
                                     uint64_t *physical)
{
	const uint64_t page = linear >> 12;
	const struct known *known = &translation->known[side][page % TRANSLATION_KNOWN];

	if (known->page != page || *known->key != known->its_key || *known->value != known->its_value)
		return false;
	*physical = known->frame << 12 | (linear & 0xFFF);
	return true;
}

/* Translates `linear` for an access. *walk is set if the outcome is TRANSLATION_WALK. Without
 * paging, or if the page is not mapped, *physical is the linear address. */
enum translation_outcome translation_look_up(struct translation *translation, uint64_t linear, enum side side,
                                             struct walk *walk, uint64_t *physical);

/* Returns true if a data access to this address would find its translation in the first-level TLB,
 * or would need no translation. Changes nothing. */
bool translation_holds(const struct translation *translation, uint64_t linear);

/* Translates by the tables alone, without any effect on the TLBs. Returns false if the page is not
 * mapped. */
bool translation_peek(const struct translation *translation, uint64_t linear, uint64_t *physical);

/* Returns true if CR4.PCIDE is set. */
bool translation_has_pcids(const struct translation *translation);

/* Sets whether paging is that of 32-bit mode; after a reset it is that of long mode. Must be called
 * before the write of CR0 that turns paging on. */
void translation_set_mode32(struct translation *translation, bool mode32);

void translation_write_cr0(struct translation *translation, uint64_t value);
void translation_write_cr3(struct translation *translation, uint64_t value, bool keep);
/* Returns true if the write flushed the TLBs. */
bool translation_write_cr4(struct translation *translation, uint64_t value);
void translation_invlpg(struct translation *translation, uint64_t linear);
void translation_invpcid(struct translation *translation, uint64_t type, unsigned pcid, uint64_t linear);
