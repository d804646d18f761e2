/* SPDX-License-Identifier: MIT */
/*
 * Dataflow: which instructions wait for which loads in an out-of-order core.
 *
 * A load can start when the registers of its address are ready. Its result is ready one latency
 * later. If a move or an arithmetic instruction computes a value from the result, the value is
 * ready at the same time as the result. Meanwhile the core continues: `now` is the time at which it
 * takes the next instruction, and advances with every cost that is charged. But the core has room
 * for `window` instructions: it takes instruction n only when instruction n - `window` is complete.
 * Independent loads and short chains of loads therefore cost nothing here, and a long chain costs
 * the sum of its latencies.
 *
 * Times are in millionths of a cycle, one per parameter set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/operands.h"
#include "bench/bochs/model/profile.h"

enum { DATAFLOW_REGISTERS = 16, DATAFLOW_WINDOW_MAX = 1024 };

struct dataflow {
	struct cost now;
	struct cost ready[DATAFLOW_REGISTERS];
	struct cost latest;  /* when all loads so far are complete */
	struct cost loaded;  /* when this instruction's loads are complete; 0 if it has none */
	struct cost covered; /* least cost of `window` - 1 instructions */
	unsigned late;       /* set of the registers that may become ready only after `now` */
	unsigned window;
	uint64_t instruction; /* number of the current instruction */
	uint64_t deadline;    /* number of the first instruction that held[first] delays */
	unsigned first, count;
	struct {
		uint64_t instruction;
		struct cost complete;
	} held[DATAFLOW_WINDOW_MAX]; /* a ring of instructions that may delay others, oldest first */
};

/* Initialises *dataflow. `window` is at most DATAFLOW_WINDOW_MAX; `cheapest` is the least cost of
 * an instruction. */
void dataflow_make(struct dataflow *dataflow, unsigned window, const struct cost *cheapest);

/* Returns false if all registers of the set are ready. Otherwise returns true and sets *wait to the
 * time from `now` until they are. */
bool dataflow_wait(struct dataflow *dataflow, unsigned registers, struct cost *wait);

/* Notes that a load of the current instruction completes at the time `complete`. */
void dataflow_load(struct dataflow *dataflow, const struct cost *complete);

/* Ends the current instruction, whose cost is already in `now`. Returns true if the next
 * instruction must wait because the window is full, and sets *stall to how long. The caller charges
 * this stall, and that of dataflow_drain(). */
bool dataflow_end(struct dataflow *dataflow, const struct operands *operands, struct cost *stall);

/* Waits until all loads so far are complete. Returns true if that takes any time, and sets *stall
 * to how long. */
bool dataflow_drain(struct dataflow *dataflow, struct cost *stall);
