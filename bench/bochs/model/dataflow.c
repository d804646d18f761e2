/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/dataflow.h"

#include <string.h>

#define NEVER UINT64_MAX

void dataflow_make(struct dataflow *dataflow, unsigned window, const struct cost *cheapest)
{
	memset(dataflow, 0, sizeof *dataflow);
	dataflow->window = window;
	dataflow->deadline = NEVER;
	for (unsigned set = 0; set < SETS; set++)
		dataflow->covered.of[set] = (window - 1) * cheapest->of[set];
}

static void raise_to(struct cost *time, const struct cost *other)
{
	for (unsigned set = 0; set < SETS; set++)
		if (time->of[set] < other->of[set])
			time->of[set] = other->of[set];
}

/* Sets *stall to the time from `now` to `time`. Returns true if it is not 0. */
static bool until(const struct dataflow *dataflow, const struct cost *time, struct cost *stall)
{
	uint64_t any = 0;

	for (unsigned set = 0; set < SETS; set++) {
		uint64_t now = dataflow->now.of[set];

		stall->of[set] = time->of[set] > now ? time->of[set] - now : 0;
		any |= stall->of[set];
	}
	return any;
}

/* Raises *time to the latest time at which a register of the set is ready. Removes from `late` the
 * registers of the set that are ready by now. */
static void gather(struct dataflow *dataflow, unsigned registers, struct cost *time)
{
	for (registers &= dataflow->late; registers; registers &= registers - 1) {
		unsigned number = (unsigned)__builtin_ctz(registers);
		struct cost stall;

		if (until(dataflow, &dataflow->ready[number], &stall))
			raise_to(time, &dataflow->ready[number]);
		else
			dataflow->late &= ~(1U << number);
	}
}

bool dataflow_wait(struct dataflow *dataflow, unsigned registers, struct cost *wait)
{
	struct cost time = { 0 };

	if (!(registers & dataflow->late))
		return false;
	gather(dataflow, registers, &time);
	return until(dataflow, &time, wait);
}

void dataflow_load(struct dataflow *dataflow, const struct cost *complete)
{
	raise_to(&dataflow->loaded, complete);
	raise_to(&dataflow->latest, complete);
}

/* Remembers this instruction if its loads may delay later instructions. The loads delay none if
 * they are complete before the window can be full. The window fills with `window` - 1 further
 * instructions, which take at least the time `covered`. */
static void hold(struct dataflow *dataflow)
{
	unsigned at = (dataflow->first + dataflow->count) % DATAFLOW_WINDOW_MAX;
	bool short_enough = true;

	for (unsigned set = 0; set < SETS; set++)
		short_enough &= dataflow->loaded.of[set] <= dataflow->now.of[set] + dataflow->covered.of[set];
	if (short_enough)
		return;
	dataflow->held[at].instruction = dataflow->instruction;
	dataflow->held[at].complete = dataflow->loaded;
	if (dataflow->count++ == 0)
		dataflow->deadline = dataflow->instruction + dataflow->window;
}

static bool release(struct dataflow *dataflow, struct cost *stall)
{
	struct cost complete = dataflow->held[dataflow->first].complete;

	dataflow->first = (dataflow->first + 1) % DATAFLOW_WINDOW_MAX;
	dataflow->deadline =
	        --dataflow->count ? dataflow->held[dataflow->first].instruction + dataflow->window : NEVER;
	return until(dataflow, &complete, stall);
}

static void pass_on(struct dataflow *dataflow, const struct operands *operands, bool has_load)
{
	struct cost time = { 0 };

	if (operands->memory && has_load)
		time = dataflow->loaded;
	gather(dataflow, operands->sources, &time);
	if (!time.of[SET_NOMINAL] && !time.of[SET_LOW] && !time.of[SET_HIGH]) {
		dataflow->late &= ~(unsigned)operands->writes;
		return;
	}
	for (unsigned left = operands->writes; left; left &= left - 1)
		dataflow->ready[__builtin_ctz(left)] = time;
	dataflow->late |= operands->writes;
}

bool dataflow_end(struct dataflow *dataflow, const struct operands *operands, struct cost *stall)
{
	bool has_load = dataflow->loaded.of[SET_NOMINAL];

	if (operands->writes && (has_load || dataflow->late))
		pass_on(dataflow, operands, has_load);
	if (has_load) {
		hold(dataflow);
		memset(&dataflow->loaded, 0, sizeof dataflow->loaded);
	}
	return ++dataflow->instruction >= dataflow->deadline && release(dataflow, stall);
}

bool dataflow_drain(struct dataflow *dataflow, struct cost *stall)
{
	dataflow->late = 0;
	dataflow->count = 0;
	dataflow->deadline = NEVER;
	/* An instruction that faulted may have left the time of its loads here. */
	memset(&dataflow->loaded, 0, sizeof dataflow->loaded);
	return until(dataflow, &dataflow->latest, stall);
}
