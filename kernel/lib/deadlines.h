/* SPDX-License-Identifier: MIT */
/*
 * A priority queue of deadlines: a leftist heap (Knuth, TAOCP 3, 5.2.3) linked through the waiting
 * objects, so nothing is allocated. Setting, moving or clearing one of n deadlines takes O(log n)
 * steps; finding the earliest takes one.
 */
#pragma once

#include <stdint.h>

struct deadline {
	uint64_t time; /* in any unit; 0 if not set */
	struct deadline *parent, *left, *right;
	/*
	 * Number of nodes on the shortest path to a missing child. The rank of `left` is at least
	 * that of `right`.
	 */
	uint64_t rank;
};

/*
 * A struct deadlines with all bits 0 is an empty heap. A struct deadline with all bits 0 is a
 * deadline that is not set.
 */
struct deadlines {
	struct deadline *first; /* the earliest, or NULL */
};

/* Sets or moves a deadline. Time 0 clears it. */
void deadline_set(struct deadlines *heap, struct deadline *deadline, uint64_t time);
