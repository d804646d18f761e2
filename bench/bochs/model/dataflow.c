/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/dataflow.h"

#include <string.h>

#define NEVER UINT64_MAX

void dataflow_make(struct dataflow *dataflow, unsigned window, const struct cost *cheapest,
                   const struct cost latency[LATENCIES])
{
	memset(dataflow, 0, sizeof *dataflow);
	dataflow->window = window;
	dataflow->deadline = NEVER;
	memcpy(dataflow->latency, latency, sizeof dataflow->latency);
	for (unsigned set = 0; set < SETS; set++)
		dataflow->covered.of[set] = (window - 1) * cheapest->of[set];
	for (unsigned kind = 0; kind < LATENCIES; kind++) {
		bool brief = true;

		for (unsigned set = 0; set < SETS; set++)
			brief &= latency[kind].of[set] <= dataflow->covered.of[set];
		dataflow->brief |= (unsigned)brief << kind;
	}
}

static void raise_to(struct cost *time, const struct cost *other)
{
	for (unsigned set = 0; set < SETS; set++)
		time->of[set] = time->of[set] < other->of[set] ? other->of[set] : time->of[set];
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

/* Like until(), but also sets the part of the stall that is due to translation. `translation` is the
 * part of *time that is. */
static bool until_with(const struct dataflow *dataflow, const struct cost *time, uint64_t translation,
                       struct stall *stall)
{
	bool any = until(dataflow, time, &stall->cost);
	uint64_t nominal = stall->cost.of[SET_NOMINAL];

	stall->translation = translation < nominal ? translation : nominal;
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

bool dataflow_wait_for_value(struct dataflow *dataflow, const struct operands *operands, struct cost *wait)
{
	struct cost time = { 0 };

	if (operands->memory)
		time = dataflow->loaded;
	gather(dataflow, operands->sources, &time);
	return until(dataflow, &time, wait);
}

void dataflow_load(struct dataflow *dataflow, const struct cost *complete, uint64_t translation)
{
	raise_to(&dataflow->loaded, complete);
	dataflow_store(dataflow, complete, translation);
}

void dataflow_store(struct dataflow *dataflow, const struct cost *complete, uint64_t translation)
{
	if (complete->of[SET_NOMINAL] > dataflow->complete.of[SET_NOMINAL])
		dataflow->translation = translation;
	if (complete->of[SET_NOMINAL] > dataflow->latest.of[SET_NOMINAL])
		dataflow->latest_translation = translation;
	raise_to(&dataflow->complete, complete);
	raise_to(&dataflow->latest, complete);
}

/* Remembers this instruction if its results may delay later instructions. The results are complete
 * at the time `complete`. If the window cannot be full before that time, they delay nothing. The
 * window is full after `window` - 1 further instructions, which take at least the time `covered`. */
static void hold(struct dataflow *dataflow, const struct cost *complete)
{
	unsigned at;
	bool short_enough = true;

	for (unsigned set = 0; set < SETS; set++)
		short_enough &= complete->of[set] <= dataflow->now.of[set] + dataflow->covered.of[set];
	if (short_enough)
		return;
	at = (dataflow->first + dataflow->count) % DATAFLOW_WINDOW_MAX;
	dataflow->held[at].instruction = dataflow->instruction;
	dataflow->held[at].complete = *complete;
	dataflow->held[at].translation = dataflow->translation;
	if (dataflow->count++ == 0)
		dataflow->deadline = dataflow->instruction + dataflow->window;
}

__attribute__((noinline)) bool dataflow_release(struct dataflow *dataflow, struct stall *stall)
{
	struct cost complete = dataflow->held[dataflow->first].complete;
	uint64_t translation = dataflow->held[dataflow->first].translation;

	dataflow->first = (dataflow->first + 1) % DATAFLOW_WINDOW_MAX;
	dataflow->deadline =
	        --dataflow->count ? dataflow->held[dataflow->first].instruction + dataflow->window : NEVER;
	return until_with(dataflow, &complete, translation, stall);
}

__attribute__((noinline)) void dataflow_wait_for_scheduler(struct dataflow *dataflow, bool also,
                                                           struct stall *stall)
{
	if (!also)
		memset(stall, 0, sizeof *stall);
	raise_to(&stall->cost, &dataflow->until_free);
	dataflow->full = false;
}

/* Puts the current instruction, whose sources are ready at the time `begins`, into the scheduler.
 * Moves and loads need no entry. */
static inline void schedule(struct dataflow *dataflow, const struct operands *operands,
                            const struct cost *begins)
{
	if (operands->latency && dataflow->scheduler.size)
		dataflow->full =
		        scheduler_add(&dataflow->scheduler, &dataflow->now, begins, &dataflow->until_free);
}

/* Makes the registers that the instruction writes ready one latency after its sources are. Raises
 * *complete to that time, if it is later than now. */
static void write_registers(struct dataflow *dataflow, const struct operands *operands, struct cost *complete)
{
	const struct cost *latency = &dataflow->latency[operands->latency];
	struct cost time = dataflow->now;
	bool is_late = false;

	if (operands->memory)
		raise_to(&time, &dataflow->loaded);
	for (unsigned left = operands->sources & dataflow->late; left; left &= left - 1)
		raise_to(&time, &dataflow->ready[__builtin_ctz(left)]);
	schedule(dataflow, operands, &time);
	for (unsigned set = 0; set < SETS; set++) {
		time.of[set] += latency->of[set];
		is_late |= time.of[set] > dataflow->now.of[set];
	}
	if (!is_late) {
		dataflow->late &= ~operands->writes;
		return;
	}
	for (unsigned left = operands->writes; left; left &= left - 1)
		dataflow->ready[__builtin_ctz(left)] = time;
	dataflow->late |= operands->writes;
	raise_to(complete, &time);
	raise_to(&dataflow->latest, &time);
}

/* Does the work of dataflow_pass_on() for an instruction without accesses; most have none. `left` is
 * the set of its late sources, one or two. */
static inline void compute_late(struct dataflow *dataflow, const struct operands *operands, unsigned left)
{
	const struct cost *latency = &dataflow->latency[operands->latency];
	const struct cost *one = &dataflow->ready[__builtin_ctz(left)];
	const struct cost *two = left & (left - 1) ? &dataflow->ready[__builtin_ctz(left & (left - 1))] : one;
	struct cost begin, time;
	bool is_late = false, is_far = false;

	for (unsigned set = 0; set < SETS; set++) {
		uint64_t now = dataflow->now.of[set];
		uint64_t begins = now < one->of[set] ? one->of[set] : now;
		uint64_t ready;

		begin.of[set] = begins < two->of[set] ? two->of[set] : begins;
		time.of[set] = ready = begin.of[set] + latency->of[set];
		is_late |= ready > now;
		is_far |= ready > now + dataflow->covered.of[set];
		if (dataflow->latest.of[set] < ready)
			dataflow->latest.of[set] = ready;
	}
	if (!is_late) {
		dataflow->late &= ~operands->writes;
		return;
	}
	schedule(dataflow, operands, &begin);
	for (left = operands->writes; left; left &= left - 1)
		dataflow->ready[__builtin_ctz(left)] = time;
	dataflow->late |= operands->writes;
	if (is_far)
		hold(dataflow, &time);
}

__attribute__((noinline)) void dataflow_pass_on(struct dataflow *dataflow, const struct operands *operands)
{
	unsigned sources = operands->sources & dataflow->late, more = sources & (sources - 1);
	struct cost complete;

	if (!dataflow->complete.of[SET_NOMINAL] && sources && !(more & (more - 1))) {
		if (operands->writes)
			compute_late(dataflow, operands, sources);
		return;
	}
	complete = dataflow->complete;
	if (operands->writes)
		write_registers(dataflow, operands, &complete);
	hold(dataflow, &complete);
	if (!dataflow->complete.of[SET_NOMINAL])
		return;
	memset(&dataflow->loaded, 0, sizeof dataflow->loaded);
	memset(&dataflow->complete, 0, sizeof dataflow->complete);
	dataflow->translation = 0;
}

bool dataflow_drain(struct dataflow *dataflow, struct stall *stall)
{
	dataflow->late = 0;
	dataflow->count = 0;
	dataflow->full = false;
	dataflow->deadline = NEVER;
	/* An instruction that faulted may have left the time of its accesses here. */
	memset(&dataflow->loaded, 0, sizeof dataflow->loaded);
	memset(&dataflow->complete, 0, sizeof dataflow->complete);
	dataflow->translation = 0;
	return until_with(dataflow, &dataflow->latest, dataflow->latest_translation, stall);
}
