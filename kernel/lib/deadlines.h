/* SPDX-License-Identifier: MIT */
/*
 * Points in time that are waited for, the earliest at hand: a leftist heap (Knuth, TAOCP 3, 5.2.3) through the objects that wait,
 * so that nothing is allocated. To set, move or clear one of n deadlines takes O(log n) steps, to look at the first one takes one.
 */
#pragma once

#include <stdint.h>

struct deadline {
	uint64_t time; /* 0: not set */
	struct deadline *parent, *left, *right;
	uint64_t
	        rank; /* nodes on the shortest way down to a missing child; the right child's is never the higher one */
};

/* The earliest, or NULL. All zeros is an empty heap, and a deadline that is not set. */
struct deadlines {
	struct deadline *first;
};

/* Sets a deadline, which may be set already, to another time; 0 clears it. */
void deadline_set(struct deadlines *heap, struct deadline *deadline, uint64_t time);
