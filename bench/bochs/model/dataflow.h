/* SPDX-License-Identifier: MIT */
/*
 * Dataflow: which instructions wait for which results in an out-of-order core.
 *
 * A load can start when the registers of its address are ready. Its result is ready one latency
 * later. The result of arithmetic is ready one latency after its sources are, and the result of a
 * move is ready when its source is. Meanwhile the core continues: `now` is the time at which it
 * takes the next instruction, and advances with every cost that is charged. But the core has room
 * for `window` instructions: it takes instruction n only when instruction n - `window` is complete.
 * Independent loads and short chains therefore cost nothing here, and a long chain costs the sum of
 * its latencies. Arithmetic whose sources are not ready waits for them in the scheduler, and the core
 * takes no further instruction while the scheduler is full.
 *
 * Times are in millionths of a cycle, one per parameter set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/operands.h"
#include "bench/bochs/model/profile.h"
#include "bench/bochs/model/scheduler.h"

enum { DATAFLOW_WINDOW_MAX = 1024 };

struct dataflow {
	struct cost now;
	struct cost ready[OPERAND_REGISTERS];
	struct cost latest;             /* time at which all results so far are complete */
	struct cost loaded;             /* time at which this instruction's loads are complete; 0: no loads */
	struct cost complete;           /* time at which this instruction's accesses are complete; 0: none */
	struct cost covered;            /* least cost of `window` - 1 instructions */
	struct cost latency[LATENCIES]; /* latencies of arithmetic, by class */
	unsigned brief;                 /* set of the latencies that are at most `covered` */
	uint64_t translation;           /* nominal part of `complete` that is due to translation */
	uint64_t latest_translation;    /* nominal part of `latest` that is due to translation */
	unsigned late;                  /* set of the registers that may become ready only after `now` */
	unsigned window;
	uint64_t instruction; /* number of the current instruction */
	uint64_t deadline;    /* number of the first instruction that held[first] delays */
	unsigned first, count;
	bool full;              /* the scheduler has no free entry */
	struct cost until_free; /* if so: the time until one is free */
	struct scheduler scheduler;
	struct {
		uint64_t instruction;
		struct cost complete;
		uint64_t translation;
	} held[DATAFLOW_WINDOW_MAX]; /* a ring of instructions that may delay others, oldest first */
};

/* A time that the core waits, and its nominal part that is due to translation. */
struct stall {
	struct cost cost;
	uint64_t translation;
};

/* Initialises *dataflow. `window` is at most DATAFLOW_WINDOW_MAX; `cheapest` is the least cost of
 * an instruction; `latency` has the latencies of arithmetic, by class. */
void dataflow_make(struct dataflow *dataflow, unsigned window, const struct cost *cheapest,
                   const struct cost latency[LATENCIES]);

/* Returns false if all registers of the set are ready. Otherwise returns true and sets *wait to the
 * time from `now` until they are. */
bool dataflow_wait(struct dataflow *dataflow, unsigned registers, struct cost *wait);

/* Returns false if the value that the current instruction stores or jumps to is ready. Otherwise
 * returns true, and sets *wait to the time from `now` until it is ready. The loads of the
 * instruction must have been noted. */
bool dataflow_wait_for_value(struct dataflow *dataflow, const struct operands *operands, struct cost *wait);

/* Notes that a load of the current instruction completes at the time `complete`. `translation` is
 * the nominal part of `complete` that is due to translation. */
void dataflow_load(struct dataflow *dataflow, const struct cost *complete, uint64_t translation);

/* Notes that a store of the current instruction completes at the time `complete`. `translation` is
 * as for dataflow_load(). No register waits for a store. */
void dataflow_store(struct dataflow *dataflow, const struct cost *complete, uint64_t translation);

/* Do the parts of dataflow_end() that few instructions need. */
void dataflow_pass_on(struct dataflow *dataflow, const struct operands *operands);
bool dataflow_release(struct dataflow *dataflow, struct stall *stall);

/* Adds the wait for a free entry of the scheduler to *stall, if `also` is true; otherwise sets *stall
 * to this wait. */
void dataflow_wait_for_scheduler(struct dataflow *dataflow, bool also, struct stall *stall);

/* Notes the result of arithmetic whose sources are ready and whose latency is at most `covered`. The
 * window cannot be full before such a result is complete, so it delays no later instruction. */
static inline void dataflow_compute(struct dataflow *dataflow, const struct operands *operands)
{
	struct cost *first = &dataflow->ready[__builtin_ctz(operands->writes)];
	unsigned others = operands->writes & (operands->writes - 1);

	for (unsigned set = 0; set < SETS; set++) {
		uint64_t time = dataflow->now.of[set] + dataflow->latency[operands->latency].of[set];

		first->of[set] = time;
		if (dataflow->latest.of[set] < time)
			dataflow->latest.of[set] = time;
	}
	for (; others; others &= others - 1)
		dataflow->ready[__builtin_ctz(others)] = *first;
	dataflow->late |= operands->writes;
}

/* Ends the current instruction, whose cost is already in `now`. Returns true if the next
 * instruction must wait because the window or the scheduler is full, and sets *stall to how long
 * it must wait. The caller charges this stall, and the stall of dataflow_drain(). */
static inline bool dataflow_end(struct dataflow *dataflow, const struct operands *operands,
                                struct stall *stall)
{
	bool waits;

	if (dataflow->complete.of[SET_NOMINAL] || operands->sources & dataflow->late ||
	    !(dataflow->brief >> operands->latency & 1))
		dataflow_pass_on(dataflow, operands);
	else if (operands->latency)
		dataflow_compute(dataflow, operands);
	else
		dataflow->late &= ~operands->writes;
	waits = ++dataflow->instruction >= dataflow->deadline && dataflow_release(dataflow, stall);
	if (!dataflow->full)
		return waits;
	dataflow_wait_for_scheduler(dataflow, waits, stall);
	return true;
}

/* Computes the wait until all results so far are complete. Returns true if it is not 0, and stores
 * it in *stall. */
bool dataflow_drain(struct dataflow *dataflow, struct stall *stall);
