/* SPDX-License-Identifier: MIT */
/*
 * Chains of calls. A chain is a function, the function that called it, and so on up to the
 * outermost function. Chains form a tree. Each chain has values: the events charged to its
 * innermost function while the CPU was in this chain of calls.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/symbols.h"

/* Positions in the array of a chain's values. The array has METRIC_COUNT counts, the cycles of the
 * three parameter sets (in millionths) and the model's events. `!function` lines have the same
 * order. */
enum {
	CHAIN_FIRST_CYCLES = METRIC_COUNT,
	CHAIN_FIRST_EVENT = CHAIN_FIRST_CYCLES + SETS,
	CHAIN_VALUES = CHAIN_FIRST_EVENT + MODEL_EVENTS
};

/* A chain of calls: `function`, called by the chain `parent`. */
struct chain {
	const struct symbol *function;
	struct chain *parent, *child, *sibling;
	struct chain *twin;      /* the same chain in the tree `to` of chains_add(); NULL if unknown */
	struct chain *next_used; /* list of the chains with values */
	unsigned id;             /* its id in `!frame` lines; 0 until its line is written */
	bool used;
	uint64_t values[CHAIN_VALUES];
};

struct chains {
	struct chain top; /* parent of the outermost functions; has no function */
	struct chain *used;
	unsigned count;
};

/* Returns the chain `parent` extended by `function`. Adds this chain to the tree if it is new.
 * Returns NULL if it is new and the tree already has `max` chains. */
struct chain *chains_extend(struct chains *chains, struct chain *parent, const struct symbol *function,
                            unsigned max);

/* Puts a chain on the list of the chains with values. */
void chains_use(struct chains *chains, struct chain *chain);

/* Rounds the cycles of each chain from millionths to whole cycles, in such a way that they still add
 * up to the number in the region's `!count` line. */
void chains_round(struct chains *chains);

/* Adds all values of `from` to those of `to`. All trees to which this function adds may together
 * have ADDED_MAX chains (chains.c); further chains count as [rest]. `from` must always be used with
 * the same `to`. */
void chains_add(struct chains *to, struct chains *from);

/* Writes the `!frame` and `!function` lines of a region (docs/records.md). */
void chains_write(struct chains *chains, uint32_t region);

/* Sets all values to 0. */
void chains_clear(struct chains *chains);

/* Frees all chains of the tree. */
void chains_free(struct chains *chains);

/* The events of chains that do not fit into a tree are charged to this function. */
extern const struct symbol chains_rest;
