/* SPDX-License-Identifier: MIT */
/*
 * Dataflow: what waits for what in an out-of-order core, as far as loads go.
 *
 * A load can start when the registers of its address are there, and what it loads is there its latency later; what moves and
 * arithmetic make of it is there at the same time. The core itself goes on: `now` is the time at which it takes
 * the next instruction, and moves with whatever is charged. But it takes an instruction only when the one `window`
 * instructions before it is complete. So independent loads, and short chains, cost nothing here, and a long chain costs the
 * sum of its latencies.
 *
 * Times are in millionths of a cycle, one for each parameter set.
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
	struct cost latest;  /* when all loads up to here are complete */
	struct cost loaded;  /* when those of this instruction are; 0: it has none */
	struct cost covered; /* what the rest of a window takes at least */
	unsigned late;       /* set of the registers that may be there only after `now` */
	unsigned window;
	uint64_t instruction; /* number of this one */
	uint64_t deadline;    /* the instruction that the oldest one in `held` holds up */
	unsigned first, count;
	struct {
		uint64_t instruction;
		struct cost complete;
	} held[DATAFLOW_WINDOW_MAX]; /* a ring of those that may hold up another one, the oldest first */
};

/* `window` is at most DATAFLOW_WINDOW_MAX, and no instruction costs less than `cheapest`. */
void dataflow_make(struct dataflow *dataflow, unsigned window, const struct cost *cheapest);

/* How long after `now` the registers of a set are there: false, and nothing in *wait, when they are there already. */
bool dataflow_wait(struct dataflow *dataflow, unsigned registers, struct cost *wait);

/* A load of this instruction is complete at `complete`. */
void dataflow_load(struct dataflow *dataflow, const struct cost *complete);

/* The instruction ends; `now` has what it cost. True when the next one waits for the window: *stall is how long. The
 * caller charges it, and what dataflow_drain() says. */
bool dataflow_end(struct dataflow *dataflow, const struct operands *operands, struct cost *stall);

/* Everything up to here completes before anything goes on: true when there is something to wait for. */
bool dataflow_drain(struct dataflow *dataflow, struct cost *stall);
