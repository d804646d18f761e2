/* SPDX-License-Identifier: MIT */
/*
 * Limits on what one launch may store, so that no guest can fill the disk or keep the harness busy.
 * A whole run with a profile stores less than a tenth of each limit.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define BUDGET_TEXTS      100000       /* checks, tests, skipped rows and facts together */
#define BUDGET_TEXT_BYTES (16UL << 20) /* bytes of these texts and of function and stack names */
#define BUDGET_VALUES     4000000      /* values: one per metric of a sample, function or stack */

/* What a launch has used so far. */
struct budget {
	uint64_t texts, text_bytes, values;
};

/*
 * budget_text() counts one text of `bytes` bytes, budget_values() counts `values` values whose name
 * has `bytes` bytes. Both return NULL, or a description of the limit that is now exceeded; in that
 * case the caller must stop storing.
 */
const char *budget_text(struct budget *budget, size_t bytes);
const char *budget_values(struct budget *budget, uint64_t values, size_t bytes);
