/* SPDX-License-Identifier: MIT */
/*
 * Attribution: how much of the difference between two presets is due to the stack, and how much to
 * the loader.
 *
 * Two presets A and B of one isolation may differ in both; a pair with two isolations is left out.
 * The difference of their medians, y(B) - y(A), is split if both mixed builds were measured too: S
 * with the stack of B and the loader of A, and L with the loader of B and the stack of A.
 *
 * The effect of the stack is the mean of y(S) - y(A) and y(B) - y(L), and the effect of the loader
 * the mean of y(L) - y(A) and y(B) - y(S). Both effects add up to the difference. `interaction` is
 * y(B) - y(S) - y(L) + y(A): how much either effect depends on the other axis, 0 if not at all.
 */
#pragma once

#include <sqlite3.h>

/*
 * Fills the table attribution from the table summary. Returns 0, or -1 after a message on stderr.
 */
int attribution_compute(sqlite3 *db);
