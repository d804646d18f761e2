/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/predictor.h"

#include <stddef.h>
#include <string.h>

const unsigned predictor_length[PREDICTOR_TABLES] = { 6, 16, 40, 110, 300 };
const unsigned predictor_target_length[PREDICTOR_TARGET_TABLES] = { 8, 24, 64 };

enum { COUNTER_LEAST = -4, COUNTER_MOST = 3, BASE_LEAST = 0, BASE_MOST = 3, BASE_TAKEN = 2, USEFUL_MOST = 3 };

/* An entry in which a branch may be found, and its tag there. */
struct place {
	unsigned index;
	uint16_t tag;
};

/* Returns a hash of `from` and the newest `length` outcomes: its upper 32 bits select an entry and
 * its tag. The loops over the tables are unrolled, so that `length` is constant here. */
static inline __attribute__((always_inline)) uint64_t hash_of(const struct predictor *predictor,
                                                              uint64_t from, unsigned length)
{
	static const uint64_t factor[PREDICTOR_HISTORY_WORDS] = { 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F,
		                                                  0xD6E8FEB86659FD93, 0xA0761D6478BD642F,
		                                                  0xE7037ED1A0B428DB };
	uint64_t hash = (from ^ (uint64_t)length << 48) * 0xFF51AFD7ED558CCD;

#pragma GCC unroll 5
	for (unsigned word = 0; length; word++) {
		uint64_t mask = length < 64 ? (1ULL << length) - 1 : ~0ULL;
		uint64_t part = (predictor->history[word] & mask) * factor[word];

		hash ^= part ^ part >> 32;
		length -= length < 64 ? length : 64;
	}
	return (hash ^ hash >> 29) * 0x9FB21C651E98DF25;
}

static struct place place_of(uint64_t hash, unsigned entries)
{
	return (struct place){ (unsigned)(hash >> 44 & 0xFFFFF) % entries,
		               (uint16_t)(hash >> 32 & 0xFFF) | 0x1000 };
}

void predictor_make(struct predictor *predictor, unsigned outcomes)
{
	memset(predictor, 0, sizeof *predictor);
	predictor->entries = outcomes / PREDICTOR_SHARE;
}

static void push(struct predictor *predictor, bool bit)
{
	for (unsigned word = PREDICTOR_HISTORY_WORDS - 1; word > 0; word--)
		predictor->history[word] = predictor->history[word] << 1 | predictor->history[word - 1] >> 63;
	predictor->history[0] = predictor->history[0] << 1 | bit;
}

static void count(int8_t *counter, bool up, int least, int most)
{
	if (up && *counter < most)
		++*counter;
	else if (!up && *counter > least)
		--*counter;
}

/* Returns true once in four times, at random. */
static bool passes_over(struct predictor *predictor)
{
	predictor->random = predictor->random * 0x5851F42D4C957F2D + 0x14057B7EF767814F;
	return !(predictor->random >> 62);
}

/* Makes an entry in the first table after `provider`. Once in four times, makes it in the second such
 * table, if there is one. */
static void allocate(struct predictor *predictor, const struct place place[PREDICTOR_TABLES], int provider,
                     bool taken)
{
	int t = provider + 1;

	if (passes_over(predictor) && t < PREDICTOR_TABLES - 1)
		t++;
	if (t < PREDICTOR_TABLES)
		predictor->table[t][place[t].index] =
		        (struct predictor_entry){ .tag = place[t].tag, .counter = taken ? 0 : -1 };
}

/* Predicts a branch, and learns from it, with all tables. Returns true if it was mispredicted. */
static __attribute__((noinline)) bool with_history(struct predictor *predictor, struct predictor_base *base,
                                                   uint64_t from, bool taken)
{
	struct place place[PREDICTOR_TABLES];
	struct predictor_entry *entry = NULL;
	bool predicted = base->counter >= BASE_TAKEN, other = predicted, base_right = predicted == taken;
	int provider = -1;

#pragma GCC unroll 5
	for (int t = 0; t < PREDICTOR_TABLES; t++) {
		struct predictor_entry *here;

		place[t] = place_of(hash_of(predictor, from, predictor_length[t]), predictor->entries);
		here = &predictor->table[t][place[t].index];
		if (here->tag != place[t].tag)
			continue;
		if (entry)
			other = entry->counter >= 0;
		entry = here;
		provider = t;
	}
	if (entry) {
		bool own = entry->counter >= 0;
		bool is_new = !entry->useful && (entry->counter == 0 || entry->counter == -1);

		if (!entry->useful)
			count(&base->counter, taken, BASE_LEAST, BASE_MOST);

		predicted = is_new ? other : own;
		if (own == taken && own != other && entry->useful < USEFUL_MOST)
			entry->useful++;
		else if (own != taken && own != other && entry->useful)
			entry->useful--;
		count(&entry->counter, taken, COUNTER_LEAST, COUNTER_MOST);
	} else {
		count(&base->counter, taken, BASE_LEAST, BASE_MOST);
	}
	if (!base_right || predicted != taken)
		base->quiet = 0;
	else if (base->quiet < PREDICTOR_QUIET)
		base->quiet++;
	if (predicted != taken)
		allocate(predictor, place, provider, taken);
	return predicted != taken;
}

bool predictor_conditional(struct predictor *predictor, uint64_t from, bool taken)
{
	struct predictor_base *base = &predictor->base[(from ^ from >> 14) % PREDICTOR_BASE];
	bool known = base->quiet == PREDICTOR_QUIET && (base->counter >= BASE_TAKEN) == taken;
	bool missed = !known && with_history(predictor, base, from, taken);

	push(predictor, taken);
	return missed;
}

/* Makes an entry in the first table after `provider` whose place holds no entry that has been right.
 * Once in four times, makes it in the second such table. If there is no such table, makes it in the
 * last table. */
static void allocate_target(struct predictor *predictor, const struct place place[PREDICTOR_TARGET_TABLES],
                            int provider, uint64_t to)
{
	bool over = passes_over(predictor);

	for (int t = provider + 1; t < PREDICTOR_TARGET_TABLES; t++) {
		struct predictor_target *entry = &predictor->targets[t][place[t].index];
		bool held = entry->confidence;

		if ((held || over) && t < PREDICTOR_TARGET_TABLES - 1) {
			over &= held;
			continue;
		}
		*entry = (struct predictor_target){ .tag = place[t].tag, .target = to };
		return;
	}
}

bool predictor_indirect(struct predictor *predictor, uint64_t from, uint64_t to)
{
	uint64_t *last = &predictor->last[(from ^ from >> 11) % PREDICTOR_TARGETS];
	uint64_t mixed = to * 0x9E3779B97F4A7C15 >> 61;
	struct place place[PREDICTOR_TARGET_TABLES];
	struct predictor_target *entry = NULL;
	int provider = -1;
	bool right;

#pragma GCC unroll 5
	for (int t = 0; t < PREDICTOR_TARGET_TABLES; t++) {
		place[t] = place_of(hash_of(predictor, from, predictor_target_length[t]), PREDICTOR_TARGETS);
		if (predictor->targets[t][place[t].index].tag != place[t].tag)
			continue;
		entry = &predictor->targets[t][place[t].index];
		provider = t;
	}
	right = (entry ? entry->target : *last) == to;
	if (entry && right && entry->confidence < USEFUL_MOST)
		entry->confidence++;
	else if (entry && !right && entry->confidence)
		entry->confidence--;
	else if (entry && !right)
		entry->target = to;
	*last = to;
	if (!right)
		allocate_target(predictor, place, provider, to);
	for (unsigned bit = 0; bit < PREDICTOR_TARGET_BITS; bit++)
		push(predictor, mixed >> bit & 1);
	return !right;
}
