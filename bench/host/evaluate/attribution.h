/* SPDX-License-Identifier: MIT */
/*
 * Attribution: how much of the difference between two presets is due to the stack, and how much to
 * the loader.
 *
 * Two presets may differ in both. If the two mixed builds were measured as well, the difference
 * y(B) - y(A) splits into the effect of the stack (the mean of changing it first and changing it
 * last) and that of the loader; the two add up to the difference. `interaction` says how much the
 * effect of one depends on the other; it is 0 if they are independent.
 */
#pragma once

#include <sqlite3.h>

/*
 * Fills the table attribution from the table summary. Returns 0, or -1 after a message on stderr.
 */
int attribution_compute(sqlite3 *db);
