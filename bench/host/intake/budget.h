/* SPDX-License-Identifier: MIT */
/*
 * What one launch may leave in the database, so that no guest fills the disk or keeps the harness busy. A whole run with
 * a profile stores less than a tenth of each.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BUDGET_TEXTS      100000       /* checks, tests, skipped rows and facts */
#define BUDGET_TEXT_BYTES (16UL << 20) /* of their words, and of functions' names and stacks */
#define BUDGET_VALUES     4000000      /* metrics of samples, and of functions */

struct budget {
	uint64_t texts, text_bytes, values;
};

/*
 * Each takes from the budget. Returns NULL, or a description of what there is too much of; nothing
 * more may be stored then.
 */
const char *budget_text(struct budget *budget, size_t bytes);
const char *budget_values(struct budget *budget, uint64_t values, size_t bytes);
