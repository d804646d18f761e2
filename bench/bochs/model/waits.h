/* SPDX-License-Identifier: MIT */
/*
 * Waiting for other CPUs: recognises loops that poll memory, and keeps the interrupts that were sent
 * to a CPU and have not arrived.
 *
 * How often a CPU polls depends on how the engine shares its time between CPUs, not on the
 * processor. So the polls of a loop after the first must cost nothing. A loop polls if
 * - each of its loads reads the same address as in the iteration before,
 * - an iteration has at most POLL_INSTRUCTIONS instructions, and
 * - it has no store, call, return, delivery, or instruction with a price of its own.
 * When such a load is executed again, the caller sets time and counts back to what they were at its
 * previous execution.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/profile.h"

enum { POLLS = 4, POLL_INSTRUCTIONS = 32, WAIT_VECTORS = 256 };

struct waits {
	uint64_t rip;         /* of the current instruction */
	uint64_t instruction; /* its number */
	uint64_t fresh;       /* number of the last instruction with a load that is not in `poll` */
	unsigned next;
	bool idle; /* the CPU has executed nothing since its reset */
	struct {
		uint64_t rip, physical;
		uint64_t instruction; /* number of its last execution; 0: the place is free */
	} poll[POLLS];
	struct {
		bool pending;
		struct cost time; /* time at which the interrupt arrives */
	} inbox[WAIT_VECTORS];
};

/* Notes the start of an instruction. */
static inline void waits_instruction(struct waits *waits, uint64_t rip)
{
	waits->rip = rip;
	waits->instruction++;
	waits->idle = false;
}

/* Ends all loops: the CPU did something that a loop that polls does not do. */
void waits_forget(struct waits *waits);

/* Notes a load of the current instruction. Returns its place in `poll`. Sets *again to true if the
 * load has been executed before and all since then was an iteration that polls. */
unsigned waits_load(struct waits *waits, uint64_t physical, bool *again);

/* Notes that an interrupt with this vector will arrive at `time`. If one is pending already, the
 * earlier time counts. waits_receive() returns false if none is pending; otherwise it removes it, and
 * sets *time. */
void waits_send(struct waits *waits, unsigned vector, const struct cost *time);
bool waits_receive(struct waits *waits, unsigned vector, struct cost *time);
