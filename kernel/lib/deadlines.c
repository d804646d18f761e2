/* SPDX-License-Identifier: MIT */
#include "lib/deadlines.h"

#include <stdbool.h>
#include <stddef.h>

static uint64_t rank(const struct deadline *d)
{
	return d ? d->rank : 0;
}

/*
 * Restores the order of a node's children after one of them changed. Returns true if the node's
 * rank changed.
 */
static bool settle(struct deadline *d)
{
	const uint64_t before = d->rank;

	if (rank(d->left) < rank(d->right)) {
		struct deadline *left = d->left;

		d->left = d->right;
		d->right = left;
	}
	d->rank = rank(d->right) + 1;
	return d->rank != before;
}

/*
 * Merges two heaps by merging their right spines, each of O(log n) nodes. Returns the root, whose
 * parent is NULL.
 */
static struct deadline *merge(struct deadline *a, struct deadline *b)
{
	struct deadline *root = NULL, *above = NULL, **place = &root;

	while (a && b) {
		struct deadline *early = b->time < a->time ? b : a;

		if (early == b)
			b = a;
		*place = early;
		early->parent = above;
		above = early;
		place = &early->right;
		a = early->right;
	}
	*place = a ? a : b;
	if (*place)
		(*place)->parent = above;
	for (; above; above = above->parent)
		settle(above);
	return root;
}

static void take_out(struct deadlines *heap, struct deadline *d)
{
	struct deadline *rest = merge(d->left, d->right), *parent = d->parent;

	if (rest)
		rest->parent = parent;
	if (!parent)
		heap->first = rest;
	else if (parent->left == d)
		parent->left = rest;
	else
		parent->right = rest;
	while (parent && settle(parent)) /* O(log n) times at most: ranks grow on the way up */
		parent = parent->parent;
}

void deadline_set(struct deadlines *heap, struct deadline *d, uint64_t time)
{
	if (d->time)
		take_out(heap, d);
	*d = (struct deadline){ .time = time, .rank = 1 };
	if (time)
		heap->first = merge(heap->first, d);
}
