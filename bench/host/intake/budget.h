/* SPDX-License-Identifier: MIT */
/*
 * Limits on what one launch may store, so that no guest fills the disk or keeps the harness busy. A
 * whole run with a profile stores less than a tenth of each.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BUDGET_TEXTS      100000       /* checks, tests, skipped rows and facts */
#define BUDGET_TEXT_BYTES (16UL << 20) /* of their text, and of functions' names and stacks */
#define BUDGET_VALUES     4000000      /* metrics of samples, and of functions */

struct budget {
	uint64_t texts, text_bytes, values;
};

/*
 * Take from the budget. Return NULL, or a description of the limit that was passed; the caller then
 * stores no more.
 */
const char *budget_text(struct budget *budget, size_t bytes);
const char *budget_values(struct budget *budget, uint64_t values, size_t bytes);
