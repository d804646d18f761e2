/* SPDX-License-Identifier: MIT */
/*
 * Set-associative arrays with true LRU replacement. All caches and TLBs of the model consist of
 * these.
 *
 * A set keeps its entries in order of their last use, newest first. A key of 0 marks an empty way;
 * empty ways come last. The caller defines what a key means and which set it belongs to.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lru {
	uint64_t sets;
	bool masked; /* `sets` is a power of 2 */
	unsigned ways;
	uint64_t *key;
	uint64_t *value; /* NULL if the entries have no values */
};

/* Makes an array of empty ways. `ways` divides `entries`, and both are above 0. Returns false if
 * out of memory; lru_free() frees what was made. */
bool lru_make(struct lru *lru, uint64_t entries, unsigned ways, bool values);
void lru_free(struct lru *lru);

/* Returns the position of the first way of set `index` (modulo the number of sets). */
static inline uint64_t lru_first(const struct lru *lru, uint64_t index)
{
	return (lru->masked ? index & (lru->sets - 1) : index % lru->sets) * lru->ways;
}

/* Returns true if this key is the newest of its set, so that lru_find() would change nothing. */
static inline bool lru_is_newest(const struct lru *lru, uint64_t index, uint64_t key)
{
	return lru->key[lru_first(lru, index)] == key;
}

/* Looks for `key` or `other` in set `index` (modulo the number of sets). If found, returns true,
 * makes the entry the newest of its set, and stores its value, if there are values, in *value. */
bool lru_find(struct lru *lru, uint64_t index, uint64_t key, uint64_t other, uint64_t *value);

/* Returns true if set `index` (modulo the number of sets) has `key` or `other`. Changes nothing. */
bool lru_holds(const struct lru *lru, uint64_t index, uint64_t key, uint64_t other);

/* Like lru_find(), for one key of an array without values. */
bool lru_touch(struct lru *lru, uint64_t index, uint64_t key);

/* Adds a key that the set does not hold, as its newest; a full set loses its oldest entry. */
void lru_add(struct lru *lru, uint64_t index, uint64_t key, uint64_t value);

/* Removes every entry for which `match` returns true; the others keep their order. */
void lru_remove(struct lru *lru, bool (*match)(uint64_t key, uint64_t value, const void *context),
                const void *context);

/* Like lru_remove(), but only in set `index` (modulo the number of sets). */
void lru_remove_from(struct lru *lru, uint64_t index,
                     bool (*match)(uint64_t key, uint64_t value, const void *context), const void *context);

void lru_clear(struct lru *lru);
