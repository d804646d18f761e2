/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/branches.h"

enum { INSTRUCTION_MAX = 15 };

static bool gshare(struct branches *branches, uint64_t from, bool taken)
{
	uint8_t *counter = &branches->counter[(from ^ branches->history) % BRANCH_COUNTERS];
	bool predicted = *counter >= 2;

	if (taken && *counter < 3)
		++*counter;
	else if (!taken && *counter > 0)
		--*counter;
	branches->history = (branches->history << 1 | taken) & ((1 << BRANCH_HISTORY_BITS) - 1);
	return predicted != taken;
}

bool branches_conditional(struct branches *branches, uint64_t from, bool taken)
{
	return branches->simple ? gshare(branches, from, taken)
	                        : predictor_conditional(&branches->predictor, from, taken);
}

static bool indirect(struct branches *branches, uint64_t from, uint64_t to)
{
	if (!branches->simple)
		return predictor_indirect(&branches->predictor, from, to);

	uint64_t *target = &branches->target[(from ^ from >> 10) % BRANCH_TARGETS];
	bool hit = *target == to;

	*target = to;
	return !hit;
}

bool branches_unconditional(struct branches *branches, enum branch_kind kind, uint64_t from, uint64_t to)
{
	uint64_t call;

	if (kind == BRANCH_CALL || kind == BRANCH_CALL_INDIRECT)
		branches->call[branches->calls++ % BRANCH_RETURNS] = from;
	if (kind == BRANCH_INDIRECT || kind == BRANCH_CALL_INDIRECT)
		return indirect(branches, from, to);
	if (kind != BRANCH_RETURN)
		return false;
	call = branches->call[--branches->calls % BRANCH_RETURNS];
	return to <= call || to - call > INSTRUCTION_MAX;
}
