/* SPDX-License-Identifier: MIT */
/*
 * Profiles: the parameters of one processor, read from a file.
 *
 *     [section]
 *     key = VALUE  # [TAG] source
 *     key = VALUE low VALUE high VALUE  # [TAG] source
 *
 * TAG is M (measured on the processor), S (seen in the named source), D (derived from S), R
 * (recalled) or A (assumed). Without low and high, the value holds for all three parameter sets.
 * The file contains every parameter of parameters.h exactly once. Besides, it may contain comments,
 * empty lines and the section [measured], whose values have the tag M and are not used by the
 * model.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/bochs/model/parameters.h"

enum { SET_LOW, SET_NOMINAL, SET_HIGH, SETS };

/* Costs are stored in whole millionths of a cycle, and shares in whole millionths, because sums of
 * integers are equal on every host. */
enum { CYCLE = 1000000 };

#define SIZE_CONSTANT(id, section, key, least, most) SIZE_##id,
#define COST_CONSTANT(id, section, key, most)        COST_##id,
enum size_parameter { MODEL_SIZES(SIZE_CONSTANT) SIZE_COUNT };
enum cost_parameter { MODEL_COSTS(COST_CONSTANT) COST_COUNT };
#undef SIZE_CONSTANT
#undef COST_CONSTANT

enum { PROFILE_WHY_MAX = 400 };

struct cost {
	uint64_t of[SETS];
};

enum profile_tag { TAG_MEASURED, TAG_SEEN, TAG_DERIVED, TAG_RECALLED, TAG_ASSUMED, TAGS };

struct profile {
	unsigned size[SIZE_COUNT];
	struct cost cost[COST_COUNT];
	unsigned tagged[TAGS]; /* how many of the parameters have each tag */
};

/* Reads the file `path`. Returns 0, or -1 with the file, the line and the cause in `why`. */
int profile_read(struct profile *profile, const char *path, char why[PROFILE_WHY_MAX]);
