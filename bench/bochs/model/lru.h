/* SPDX-License-Identifier: MIT */
/*
 * Set-associative arrays with true LRU replacement: what every cache and TLB of the model is made of.
 *
 * A set keeps its entries in the order of their last use, the newest first. A key of 0 is an empty way; empty ways are
 * behind all others. What a key means, and which set it belongs to, is the caller's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lru {
	uint64_t sets;
	bool masked; /* their number is a power of 2 */
	unsigned ways;
	uint64_t *key;
	uint64_t *value; /* NULL when none was wanted */
};

/* `ways` divides `entries`, both over 0. False when there is no memory. */
bool lru_make(struct lru *lru, uint64_t entries, unsigned ways, bool values);
void lru_free(struct lru *lru);

/* Where the set number `index` modulo the number of sets begins. */
static inline uint64_t lru_first(const struct lru *lru, uint64_t index)
{
	return (lru->masked ? index & (lru->sets - 1) : index % lru->sets) * lru->ways;
}

/* True when this key is the newest of its set, so that finding it would change nothing. */
static inline bool lru_is_newest(const struct lru *lru, uint64_t index, uint64_t key)
{
	return lru->key[lru_first(lru, index)] == key;
}

/* Looks for either key in the set number `index` modulo the number of sets. When one is there, it becomes the newest of
 * its set and its value, if there are values, goes to *value. */
bool lru_find(struct lru *lru, uint64_t index, uint64_t key, uint64_t other, uint64_t *value);

/* Adds a key that is not there as the newest of its set; the oldest one leaves a full set. */
void lru_add(struct lru *lru, uint64_t index, uint64_t key, uint64_t value);

/* Removes every entry that `match` is true of; the order of the others stays. */
void lru_remove(struct lru *lru, bool (*match)(uint64_t key, uint64_t value, const void *context),
                const void *context);

void lru_clear(struct lru *lru);
