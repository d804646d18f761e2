/* SPDX-License-Identifier: MIT */
/* The parts of the model that can be left out, to see what each is worth (docs/model.md). */
#pragma once

#include <stdbool.h>

/* id, name, what the model does without it */
#define MODEL_PARTS(X)                                                                         \
	X(PREDICTOR, "predictor", "predicts with 12 outcomes, and the last target")            \
	X(RESOLUTION, "resolution", "mispredicted branches wait for nothing")                  \
	X(ARITHMETIC, "arithmetic", "arithmetic has no latency")                               \
	X(SCHEDULER, "scheduler", "any number of instructions wait for their sources")         \
	X(WALKERS, "walkers", "the core waits for each translation that misses the first TLB") \
	X(FILLS, "fills", "the core waits for its share of each load that misses L1")          \
	X(STORES, "stores", "the core waits for its share of each store that misses L1")       \
	X(FORWARDING, "forwarding", "a load does not wait for the store that it reads")        \
	X(STREAMS, "streams", "a prefetched line may come before its neighbour")               \
	X(SHARING, "sharing", "a line that another CPU changed costs as in a cache")           \
	X(WAITS, "waits", "a CPU pays for each poll, and waits for no other CPU")

#define PART_CONSTANT(id, name, without) PART_##id,
enum model_part { MODEL_PARTS(PART_CONSTANT) PART_COUNT };
#undef PART_CONSTANT

/* Reads a list of names with commas between them. Returns true with bit n of *parts set for part n,
 * or false if a name is none of them. */
bool parts_read(const char *text, unsigned *parts);
