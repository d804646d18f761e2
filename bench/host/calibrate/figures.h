/* SPDX-License-Identifier: MIT */
/*
 * The figures that --calibrate measures. Each has one value per round. The result is the median of
 * the rounds; its spread is from the least value to the greatest.
 */
#pragma once

#include "bench/bochs/model/profile.h"

#include <stdbool.h>
#include <stddef.h>

enum { FIGURE_ROUNDS = 9, FIGURE_WHY = 100 };

/*
 * Each X() has an id, a section, a key, and the method of the measurement. The figures of
 * FIGURE_COUNTS and FIGURE_COSTS are parameters of the cycle model. The figures of FIGURE_EXTRAS
 * are no parameters so far; a profile lists them in its section [measured].
 */
#define FIGURE_COUNTS(X)                                                                            \
	X(L1D_KIB, "l1d", "kib", "where a chase of dependent loads slows down")                     \
	X(L1D_WAYS, "l1d", "ways", "lines 4 KiB apart")                                             \
	X(L2_KIB, "l2", "kib", "where a chase of dependent loads slows down")                       \
	X(L3_KIB, "l3", "kib", "where a chase slows down: what this host gets of it")               \
	X(ITLB_4K, "itlb", "entries_4k", "chain of jumps, one a page, against one a line")          \
	X(DTLB_4K, "dtlb", "entries_4k", "chase, one line a page, against the same lines packed")   \
	X(DTLB_4K_WAYS, "dtlb", "ways_4k", "pages a power of two apart")                            \
	X(STLB, "stlb", "entries", "chase, one line a page, against the same lines packed")         \
	X(WALK_PDE, "walk", "pde_entries", "4096 pages below a rising number of page tables")       \
	X(WALKERS, "walk", "walkers", "dependent refill after a flush, in independent refills")     \
	X(WINDOW, "core", "window", "NOPs between two loads from memory that still overlap")        \
	X(SCHEDULER, "core", "scheduler", "instructions that wait for the first of two such loads") \
	X(PREDICTOR, "core", "predictor", "random sequences of outcomes that repeat")

#define FIGURE_COSTS(X)                                                                                \
	X(L1D_LATENCY, "l1d", "latency", "chase through 16 KiB")                                       \
	X(L2_LATENCY, "l2", "latency", "chase through half of it")                                     \
	X(L3_LATENCY, "l3", "latency", "chase through twice the L2, a line of each pair")              \
	X(MEMORY_LATENCY, "memory", "latency", "chase through the largest area, a line of each pair")  \
	X(STLB_HIT, "stlb", "hit", "dependent loads, one a page, against the same lines packed")       \
	X(WALK_BASE, "walk", "base", "refill after a full flush, dependent, less one load from L1")    \
	X(CPI_HOT, "core", "cpi_hot", "independent additions, loads, stores and fused branches")       \
	X(MISPREDICT, "core", "mispredict", "random branches, less the load and test they wait for")   \
	X(DIVIDE, "core", "divide", "DIV of 64 bits by a small number, dependent")                     \
	X(FORWARD, "core", "store_forward", "a store, and a load that waits for it")                   \
	X(SHARE_LOAD, "core", "share_load", "independent loads: median of L2, L3 and memory")          \
	X(SHARE_STORE, "core", "share_store", "independent stores: median of L2, L3 and memory")       \
	X(SHARE_STREAM, "core", "share_stream", "loads of successive lines: median of L2, L3, memory") \
	X(SHARE_FETCH, "core", "share_fetch", "chain of jumps, one a line, in the L2")                 \
	X(REP_START, "strings", "start", "median of MOVSB, MOVSQ, STOSB and STOSQ of 64 bytes")        \
	X(REP_64_BYTES, "strings", "cycles_per_64_bytes", "REP MOVSB of 8 KiB, less one of 2 KiB")     \
	X(REP_OTHER, "strings", "other_iteration", "REPNE SCASB")                                      \
	X(INVLPG, "events", "invlpg", "by a detour: mprotect() of up to 33 pages, less of more pages") \
	X(RDTSC, "events", "rdtsc", "one after the other")                                             \
	X(RDTSCP, "events", "rdtscp", "one after the other")                                           \
	X(CPUID, "events", "cpuid", "leaf 0, one after the other")                                     \
	X(LFENCE, "events", "lfence", "one after the other")                                           \
	X(MFENCE, "events", "mfence", "one after the other")                                           \
	X(POPF, "events", "popf", "PUSHF and POPF, less PUSHF and POP")                                \
	X(LOCKED, "events", "locked", "LOCK ADD to a line in L1")

#define FIGURE_EXTRAS(X)                                                                         \
	X(MIX, "mix", "independent additions, loads, stores and (fused) branches")               \
	X(NOP, "nop", "NOP: the width of the core where instructions are decoded")               \
	X(MISPREDICT_INDIRECT, "mispredict_indirect", "random jumps among 8 targets, all of it") \
	X(MISPREDICT_LOAD, "mispredict_with_load", "random branches, all of it")                 \
	X(STLB_INDEPENDENT, "stlb_hit_independent", "as stlb hit, but nothing waits")            \
	X(WALK_DEPENDENT, "walk_dependent", "refill after a full flush, a page")                 \
	X(WALK_INDEPENDENT, "walk_independent", "as walk_dependent, but nothing waits")          \
	X(SHARE_LOAD_L2, "share_load_l2", "independent loads from the L2")                       \
	X(SHARE_LOAD_L3, "share_load_l3", "independent loads from the L3")                       \
	X(SHARE_LOAD_MEMORY, "share_load_memory", "independent loads from memory")               \
	X(SHARE_STORE_L2, "share_store_l2", "independent stores to the L2")                      \
	X(SHARE_STORE_L3, "share_store_l3", "independent stores to the L3")                      \
	X(SHARE_STORE_MEMORY, "share_store_memory", "independent stores to memory")              \
	X(MOVSB_START, "movsb_start", "REP MOVSB of 64 bytes")                                   \
	X(MOVSQ_START, "movsq_start", "REP MOVSQ of 64 bytes")                                   \
	X(STOSB_START, "stosb_start", "REP STOSB of 64 bytes")                                   \
	X(STOSQ_START, "stosq_start", "REP STOSQ of 64 bytes")

#define FIGURE_ID(id, ...) FIGURE_##id,
enum figure_id {
	FIGURE_COUNTS(FIGURE_ID) FIGURE_FIRST_COST,
	FIGURE_BEFORE_COSTS = FIGURE_FIRST_COST - 1,
	FIGURE_COSTS(FIGURE_ID) FIGURE_FIRST_EXTRA,
	FIGURE_BEFORE_EXTRAS = FIGURE_FIRST_EXTRA - 1,
	FIGURE_EXTRAS(FIGURE_ID) FIGURES
};
#undef FIGURE_ID

struct figure {
	double round[FIGURE_ROUNDS];
	unsigned rounds;
	double latest;        /* value of the current round; 0 if it has none yet */
	char why[FIGURE_WHY]; /* why it could not be measured; "" if nothing was wrong */
};

struct figures {
	struct figure of[FIGURES];
};

/* The section, key and method of a figure. */
struct figure_name {
	const char *section, *key, *how;
};
extern const struct figure_name figure_names[FIGURES];

/* Adds the value of this round. NAN, infinity and negative values count as not measured. */
void figure_add(struct figures *figures, enum figure_id id, double value);

/* Begins a round. figure_latest() returns NAN for a figure until its value is added. */
void figure_round(struct figures *figures);

/* Returns the value that was added in this round, or NAN if no value above 0 was added. */
double figure_latest(const struct figures *figures, enum figure_id id);

/* Notes why a figure is not measured. A later call for the same figure changes nothing. */
void figure_absent(struct figures *figures, enum figure_id id, const char *why);

/*
 * Computes the median of the rounds' values, and their spread. Returns false if fewer than half of
 * `rounds` have a value.
 *
 * No cost is measured exactly. So `low` and `high` of a cost each differ from its median by at
 * least 0.01 (in the cost's unit), and by at least 1 % of the median (25 % if there are fewer than
 * three values). This never makes `low` negative.
 */
bool figure_result(const struct figures *figures, enum figure_id id, unsigned rounds, double *median,
                   double *low, double *high);
