/* SPDX-License-Identifier: MIT */
/*
 * ELF executables (System V ABI, gABI chapters 4 and 5; x86-64 psABI). The file comes from user
 * hands: nothing in it is trusted. Compiled for the host too, for unit tests and fuzzing.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "loader/loader.h"

#define ELF_SEGMENTS_MAX  (LOAD_SEGMENTS_MAX - 1)  /* segments that elf_check() accepts */
#define ELF_SEGMENTS_MOST (LOAD_SEGMENTS_MOST - 1) /* and elf_check_large() */

/* A checked executable: what to load, and where it starts. */
struct elf_plan {
	uintptr_t entry;
	uintptr_t headers; /* where the program headers are in memory; 0: in no segment */
	size_t header_count;
	size_t count, room;            /* of segments to load; one more fits, for the stack */
	struct load_segment *segments; /* `inside`, or what elf_check_large() was given */
	struct load_segment inside[LOAD_SEGMENTS_MAX];
};

/*
 * Checks the `size` bytes at `file` and fills `plan`. Returns 0, or
 *   -ENOEXEC  not a static little-endian x86-64 file (ET_EXEC, or ET_DYN that asks for no interpreter: static PIE,
 *             which is put at USER_PIE_BASE and relocates itself), damaged, cut short, a sum that
 *             overflows, segments that overlap, leave the user half, reach into the stack's pages, or are
 *             writable and executable; segments that share a page whose bytes do not lie in the file as in memory, or
 *             that would be writable and executable then; an entry point that is not executable
 *   -E2BIG    more than ELF_SEGMENTS_MAX segments to load (PT_LOADs, and pages that two share with different rights)
 * Nothing is allocated.
 */
int elf_check_plan(const void *file, size_t size, struct elf_plan *plan); /* `segments` and `room` are set */

static inline int elf_check(const void *file, size_t size, struct elf_plan *plan)
{
	plan->segments = plan->inside;
	plan->room = ELF_SEGMENTS_MAX;
	return elf_check_plan(file, size, plan);
}

/* The same with room for ELF_SEGMENTS_MOST segments, and one for the stack, at `segments`: they lie there. */
static inline int elf_check_large(const void *file, size_t size, struct elf_plan *plan,
                                  struct load_segment *segments)
{
	plan->segments = segments;
	plan->room = ELF_SEGMENTS_MOST;
	return elf_check_plan(file, size, plan);
}
