/* SPDX-License-Identifier: MIT */
/*
 * Attribution: how much of the difference between two presets is due to the stack, and how much to
 * the loader.
 *
 * A and B are two presets with the same isolation. Pairs with different isolations are left out.
 * The difference of the medians of B and A, y(B) - y(A), is split if two mixed builds were measured
 * too: build S with the stack of B and the loader of A, and build L with the loader of B and the
 * stack of A.
 *
 * The effect of the stack is the mean of y(S) - y(A) and y(B) - y(L). The effect of the loader is
 * the mean of y(L) - y(A) and y(B) - y(S). The effects add up to the difference. `interaction` is
 * y(B) - y(S) - y(L) + y(A). It is 0 if the stack has the same effect with either loader. In this
 * case the loader also has the same effect with either stack.
 */
#pragma once

#include <sqlite3.h>

/*
 * Fills the table attribution from the table summary. Returns 0, or -1 after a message on stderr.
 */
int attribution_compute(sqlite3 *db);
