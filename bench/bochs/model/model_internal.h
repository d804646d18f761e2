/* SPDX-License-Identifier: MIT */
/* The model's data; private to model.c and data.c. */
#pragma once

#include "bench/bochs/model/core.h"
#include "bench/bochs/model/parts.h"
#include "bench/bochs/model/unpriced.h"

enum { REP_BYTES_MAX = 8, PAGE_BYTES = 4096, LINE_BYTES = 1 << CACHE_LINE_SHIFT };

/* Kinds of accesses, which differ in the share of their latency that is visible. */
enum exposure { EXPOSED_LOAD, EXPOSED_STORE, EXPOSED_STREAM, EXPOSED_FETCH, EXPOSED_WALK, EXPOSURES };

struct model {
	struct profile profile;
	memory_frame frame_of;
	unsigned without; /* set of the parts that are left out */
	struct lru l3;
	struct cost shown[EXPOSURES][LEVELS];       /* visible cost of a line, beyond that of L1 */
	struct cost whole[LEVELS];                  /* load-to-use latency of a line */
	struct cost ahead[LEVELS];                  /* load-to-use latency of a prefetched line */
	struct cost rep_element[REP_BYTES_MAX + 1]; /* cost of an iteration by its bytes */
	struct core *core[MODEL_CPUS];
	unsigned cores;
	unsigned measuring;       /* number of CPUs that measure, if there are several CPUs */
	struct sharing *sharing;  /* NULL if there is only one CPU */
	model_walked *walked;     /* may be NULL */
	model_unpriced *executed; /* may be NULL */
	bool reported[UNPRICED_COUNT];
};

static inline bool has(const struct model *model, enum model_part part)
{
	return !(model->without >> part & 1);
}

static inline const struct cost *cost_of(const struct model *model, enum cost_parameter parameter)
{
	return &model->profile.cost[parameter];
}

/* Adds `cost` to the cycles of `counts` and of `cause`, and advances the core's time by it.
 * `counts` is the core's sink, or its `fetch`. */
static inline void charge(struct core *core, struct model_counts *counts, enum model_cause cause,
                          const struct cost *cost)
{
	for (unsigned set = 0; set < SETS; set++) {
		uint64_t amount = cost->of[set];

		counts->cycles.of[set] += amount;
		core->dataflow.now.of[set] += amount;
	}
	counts->causes[cause] += cost->of[SET_NOMINAL];
}

/* Charges a wait for results: its part that is due to translation, and the rest. */
static inline void charge_stall(struct core *core, struct model_counts *counts, const struct stall *stall)
{
	charge(core, counts, CAUSE_DATA, &stall->cost);
	counts->causes[CAUSE_DATA] -= stall->translation;
	counts->causes[CAUSE_TRANSLATION] += stall->translation;
}

/* Longer than any operation of a core can take. */
#define LONG_TIME (1000000ULL * CYCLE)

static inline void forget_fetch(struct core *core)
{
	core->line = ~0ULL;
}

/* Moves the costs of the instruction's fetch to the sink of the current event. */
void model_settle_fetched(struct core *core);

static inline void settle_fetch(struct core *core)
{
	if (core->fetched)
		model_settle_fetched(core);
}

static inline void count_misses(struct model_counts *counts, enum cache_level level)
{
	unsigned misses = level == LEVEL_OTHER ? LEVEL_L3 : level;

	for (unsigned missed = 0; missed < misses; missed++)
		counts->events[MODEL_L1 + missed]++;
}

/* Translates `linear`, whose translation is not known, and counts its misses. Returns the physical
 * address, and in *time how long it takes: 0 if the first-level TLB has it. */
uint64_t model_translate(struct model *model, struct core *core, struct model_counts *counts, uint64_t linear,
                         enum side side, struct cost *time, bool *walked);
