/* SPDX-License-Identifier: MIT */
/*
 * Predicts branches, by a predictor with a long history (predictor.h) and a stack of 16 return
 * addresses. If `simple` is set, the predictor has little history:
 * - For conditional branches: 2-bit counters, selected by the branch's address and the last 12
 *   outcomes (gshare).
 * - For indirect jumps and calls: the last target.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/model/predictor.h"

enum { BRANCH_COUNTERS = 1 << 14, BRANCH_HISTORY_BITS = 12, BRANCH_TARGETS = 1 << 10, BRANCH_RETURNS = 16 };

enum branch_kind { BRANCH_DIRECT, BRANCH_INDIRECT, BRANCH_CALL, BRANCH_CALL_INDIRECT, BRANCH_RETURN };

struct branches {
	uint8_t counter[BRANCH_COUNTERS]; /* 0 and 1 predict "not taken", 2 and 3 "taken" */
	uint64_t target[BRANCH_TARGETS];
	uint64_t call[BRANCH_RETURNS]; /* ring of the addresses of calls that have not returned */
	unsigned calls;
	bool simple;
	unsigned history;
	struct predictor predictor;
};

/* Record a branch at `from` and update the predictor. Both functions return true if the predictor
 * was wrong about the branch. */
bool branches_conditional(struct branches *branches, uint64_t from, bool taken);
bool branches_unconditional(struct branches *branches, enum branch_kind kind, uint64_t from, uint64_t to);
