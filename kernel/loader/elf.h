/* SPDX-License-Identifier: MIT */
/*
 * ELF executables (System V ABI, gABI chapters 4 and 5; x86-64 psABI). The file comes from user
 * hands: nothing in it is trusted. What Linux runs is run, but for what docs/elf.md lists. Compiled for the host too, for unit tests
 * and fuzzing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/loader.h"

#define ELF_SEGMENTS_INLINE (LOAD_SEGMENTS_INLINE - 1) /* segments that elf_check() accepts */
#define ELF_SEGMENTS_MAX    (LOAD_SEGMENTS_MAX - 1)    /* and elf_check_large() */

/* A segment with more bytes of zeros than this at its end gets their pages when they are used. */
#define ELF_ZEROS_LOADED    (16 * MIB)

/* A checked executable: what to load, and where it starts. */
struct elf_plan {
	uintptr_t entry;
	uintptr_t headers; /* where the program headers are in memory; 0: in no segment */
	size_t header_count;
	size_t count;  /* of segments to load */
	uint32_t room; /* for so many; one more fits, for the stack */
	/*
	 * Entries of `segments` that loader_load() does not see, from [room] downwards; with `count` they are `room` at most:
	 * pages > 0: pages that have no frame yet. With REGION_BACKED those of the file from page `data_offset` on, past its end;
	 *            otherwise zeros. The flags are those of a region
	 * data:      bytes that go into a loaded page besides what the loader puts there
	 * neither:   the segment that begins here, loaded to be read, may not be accessed
	 */
	uint32_t rest;
	struct load_segment *segments; /* `inside`, or what elf_check_large() was given */
	struct load_segment inside[LOAD_SEGMENTS_INLINE];
};

/*
 * Checks the `size` bytes at `file` and fills `plan`. Returns 0, or
 *   -ENOEXEC  not a static x86-64 file (ET_EXEC, or ET_DYN that asks for no interpreter: static PIE, which is put at USER_PIE_BASE,
 *             or higher when its alignment asks for it, and relocates itself); a table of headers that is cut short or larger than
 *             64 KiB; a segment with more bytes in the file than in memory, with an offset that differs from its address modulo
 *             PAGE_SIZE, or that leaves the user half or reaches into the stack's pages; segments that overlap; a page that would be
 *             writable and executable; an entry point that is not in the executable bytes of the file
 *   -E2BIG    more than ELF_SEGMENTS_INLINE segments to load (PT_LOADs, and pages that two share with different rights)
 * Nothing is allocated.
 */
int elf_check_plan(const void *file, size_t size,
                   struct elf_plan *plan); /* `segments`, `room` and `rest` are set */

static inline int elf_check(const void *file, size_t size, struct elf_plan *plan)
{
	plan->segments = plan->inside;
	plan->room = ELF_SEGMENTS_INLINE;
	plan->rest = 0;
	return elf_check_plan(file, size, plan);
}

/* The same with room for ELF_SEGMENTS_MAX segments, and one for the stack, at `segments`: they lie there. */
static inline int elf_check_large(const void *file, size_t size, struct elf_plan *plan,
                                  struct load_segment *segments)
{
	plan->segments = segments;
	plan->room = ELF_SEGMENTS_MAX;
	plan->rest = 0;
	return elf_check_plan(file, size, plan);
}

/* Entry `i` of the rest. */
static inline const struct load_segment *elf_rest(const struct elf_plan *plan, size_t i)
{
	return &plan->segments[plan->room - i];
}

/* True if nothing of the image lies at `address` or above. */
bool elf_ends_below(const struct elf_plan *plan, uintptr_t address);
