/* SPDX-License-Identifier: MIT */
/* The payload: the program that the exec benchmarks load (bench/programs/payload.asm). */
#pragma once

#include "bench/guest/bench.h"

/* Returns true if the `size` bytes at `a` equal those at `b`. `size` is a multiple of 8. */
static inline bool same_words(const void *a, const void *b, size_t size)
{
	bool same;

	size /= 8;
	__asm__ volatile("cmp %%rax, %%rax; repe cmpsq"
	                 : "+S"(a), "+D"(b), "+c"(size), "=@ccz"(same)
	                 :
	                 : "memory");
	return same;
}

/*
 * Returns the PAGE_SIZE bytes that a loaded segment has at `offset`, a multiple of PAGE_SIZE. They
 * are in the file, or in a buffer that the next call overwrites.
 */
const void *payload_page(const struct load_segment *s, size_t offset);

/*
 * For verify() of a row whose program starts the payload (STEP_VERIFY). Computes the sum of the
 * payload's file. Returns true if it equals the sum that the payload has computed of its pages.
 */
bool payload_arrived(struct bench *b);

/*
 * For verify() of a row that calls process_spawn() in the kernel: spawns the payload b->module,
 * waits until it has summed its pages and exited, and returns payload_arrived().
 */
bool payload_spawned(struct bench *b);
