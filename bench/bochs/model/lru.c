/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/lru.h"

#include <stdlib.h>
#include <string.h>

bool lru_make(struct lru *lru, uint64_t entries, unsigned ways, bool values)
{
	lru->sets = entries / ways;
	lru->masked = !(lru->sets & (lru->sets - 1));
	lru->ways = ways;
	lru->key = calloc(entries, sizeof *lru->key);
	lru->value = values ? calloc(entries, sizeof *lru->value) : NULL;
	return lru->key && (lru->value || !values);
}

void lru_free(struct lru *lru)
{
	free(lru->key);
	free(lru->value);
}

/* Moves the entries of ways 0 to `way` - 1 up by one way, which overwrites the entry of `way`. Puts
 * a new entry into way 0. */
static void put_first(struct lru *lru, uint64_t first, unsigned way, uint64_t key, uint64_t value)
{
	uint64_t *keys = lru->key + first;

	for (unsigned i = way; i > 0; i--)
		keys[i] = keys[i - 1];
	keys[0] = key;
	if (!lru->value)
		return;
	memmove(lru->value + first + 1, lru->value + first, way * sizeof *lru->value);
	lru->value[first] = value;
}

/* Returns the way that has `key`, or `ways` if none has. Compares four keys at a time, since most
 * look-ups that come here search a whole set. */
static unsigned way_of(const uint64_t *keys, unsigned ways, uint64_t key)
{
	unsigned way = 0;

	for (; way + 4 <= ways; way += 4)
		if ((keys[way] == key) | (keys[way + 1] == key) | (keys[way + 2] == key) |
		    (keys[way + 3] == key))
			break;
	while (way < ways && keys[way] != key)
		way++;
	return way;
}

bool lru_touch(struct lru *lru, uint64_t index, uint64_t key)
{
	uint64_t first = lru_first(lru, index);
	unsigned way = way_of(lru->key + first, lru->ways, key);

	if (way == lru->ways)
		return false;
	if (way)
		put_first(lru, first, way, key, 0);
	return true;
}

bool lru_find(struct lru *lru, uint64_t index, uint64_t key, uint64_t other, uint64_t *value)
{
	uint64_t first = lru_first(lru, index);
	const uint64_t *keys = lru->key + first;

	for (unsigned way = 0; way < lru->ways && keys[way]; way++) {
		if (keys[way] != key && keys[way] != other)
			continue;
		if (lru->value)
			*value = lru->value[first + way];
		if (way)
			put_first(lru, first, way, keys[way], lru->value ? *value : 0);
		return true;
	}
	return false;
}

bool lru_holds(const struct lru *lru, uint64_t index, uint64_t key, uint64_t other)
{
	const uint64_t *keys = lru->key + lru_first(lru, index);

	for (unsigned way = 0; way < lru->ways; way++)
		if (keys[way] == key || keys[way] == other)
			return true;
	return false;
}

void lru_add(struct lru *lru, uint64_t index, uint64_t key, uint64_t value)
{
	put_first(lru, lru_first(lru, index), lru->ways - 1, key, value);
}

/* Removes the entries of a set for which `match` returns true. */
static void remove_from_set(struct lru *lru, uint64_t first,
                            bool (*match)(uint64_t key, uint64_t value, const void *context),
                            const void *context)
{
	unsigned kept = 0;

	for (unsigned way = 0; way < lru->ways && lru->key[first + way]; way++) {
		uint64_t key = lru->key[first + way];
		uint64_t value = lru->value ? lru->value[first + way] : 0;

		if (match(key, value, context))
			continue;
		lru->key[first + kept] = key;
		if (lru->value)
			lru->value[first + kept] = value;
		kept++;
	}
	while (kept < lru->ways && lru->key[first + kept])
		lru->key[first + kept++] = 0;
}

void lru_remove_from(struct lru *lru, uint64_t index,
                     bool (*match)(uint64_t key, uint64_t value, const void *context), const void *context)
{
	remove_from_set(lru, lru_first(lru, index), match, context);
}

void lru_remove(struct lru *lru, bool (*match)(uint64_t key, uint64_t value, const void *context),
                const void *context)
{
	for (uint64_t set = 0; set < lru->sets; set++)
		remove_from_set(lru, set * lru->ways, match, context);
}

void lru_clear(struct lru *lru)
{
	memset(lru->key, 0, lru->sets * lru->ways * sizeof *lru->key);
}
