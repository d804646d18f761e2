/* SPDX-License-Identifier: MIT */
/* Checks that a text contains a quote word for word. */
#pragma once

#include <stdbool.h>

/*
 * Returns true if `text` contains the quote. A run of white space in the quote matches any run of
 * white space in the text. At "…" the quote leaves words out: the pieces before and after the "…"
 * must be in the text in this order, without overlap, and must not be empty. A piece must not begin
 * or end inside a word.
 */
bool quote_is_from(const char *quote, const char *text);
