/* SPDX-License-Identifier: MIT */
/*
 * ELF executables (System V ABI, gABI chapters 4 and 5; x86-64 psABI). Nothing in the file is
 * trusted. The kernel accepts what Linux accepts, with the exceptions in docs/elf.md. This code is
 * also compiled for the host, for unit tests and fuzzing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/loader.h"

#define ELF_SEGMENTS_INLINE (LOAD_SEGMENTS_INLINE - 1) /* the most that elf_check() accepts */
#define ELF_SEGMENTS_MAX    (LOAD_SEGMENTS_MAX - 1)    /* the most that elf_check_large() accepts */

/*
 * If the whole pages of zeros at the end of a segment have more bytes than this, they are not
 * loaded: each is made on first use.
 */
#define ELF_ZEROS_LOADED    (16 * MIB)

/* A checked executable: what to load, and where it starts. */
struct elf_plan {
	uintptr_t entry;
	uintptr_t headers; /* address of the program headers in memory; 0 if no segment has them */
	size_t header_count;
	size_t count;  /* segments to load */
	uint32_t room; /* segments that fit in `segments`, besides the stack */
	/*
	 * Number of entries at the end of `segments`, from [room] downwards. plan_load()
	 * (process/plan.h) handles them instead of the loader. count + rest <= room. There are
	 * three kinds of entries:
	 *   pages > 0:  Pages that get frames on first use. `flags` are those of a region. If
	 *               they include REGION_BACKED, the pages are past the end of the file, and
	 *               `data_offset` is the number of the first page. Otherwise the pages are
	 *               zeros.
	 *   data:       Bytes to copy into a loaded page, after the loader has filled the page.
	 *   neither:    A segment without rights begins at `start`. The loader has loaded it as
	 *               readable; plan_patch() makes it inaccessible.
	 */
	uint32_t rest;
	struct load_segment *segments; /* `inside`, or the array given to elf_check_large() */
	struct load_segment inside[LOAD_SEGMENTS_INLINE];
};

/*
 * Checks the `size` bytes at `file` and fills `plan`. A static PIE is planned at USER_PIE_BASE, or
 * higher if its alignment requires that; such a program relocates itself. Nothing is allocated.
 * Returns 0, or
 *
 *   -ENOEXEC  for one of these reasons. The file is not a static x86-64 executable (ET_EXEC, or
 *             ET_DYN without PT_INTERP). Its table of headers is truncated or larger than 64 KiB.
 *             A segment has more bytes in the file than in memory, has an offset that differs from
 *             its address modulo PAGE_SIZE, or has bytes at addresses that programs may not use
 *             or in the stack's pages. A file of type ET_DYN has segments in the upper half.
 *             Segments overlap. A page would be writable and executable. The entry point is not in
 *             executable bytes of the file.
 *   -E2BIG    if there are more than `room` segments to load. A page shared by segments with
 *             different rights counts as a segment of its own.
 *
 * elf_check_plan() expects that its caller has set `segments`, `room` and `rest`. elf_check() and
 * elf_check_large() set them.
 */
int elf_check_plan(const void *file, size_t size, struct elf_plan *plan);

static inline int elf_check(const void *file, size_t size, struct elf_plan *plan)
{
	plan->segments = plan->inside;
	plan->room = ELF_SEGMENTS_INLINE;
	plan->rest = 0;
	return elf_check_plan(file, size, plan);
}

/*
 * Like elf_check(), but uses the caller's array `segments`, which has room for ELF_SEGMENTS_MAX
 * segments and one for the stack.
 */
static inline int elf_check_large(const void *file, size_t size, struct elf_plan *plan,
                                  struct load_segment *segments)
{
	plan->segments = segments;
	plan->room = ELF_SEGMENTS_MAX;
	plan->rest = 0;
	return elf_check_plan(file, size, plan);
}

/* Returns entry `i` (0 … plan->rest - 1) of the plan->rest entries at the end of plan->segments. */
static inline const struct load_segment *elf_rest(const struct elf_plan *plan, size_t i)
{
	return &plan->segments[plan->room - i];
}

/* Returns true if no page of the image in the lower half ends above `address`. */
bool elf_ends_below(const struct elf_plan *plan, uintptr_t address);
