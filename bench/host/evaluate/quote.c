/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/quote.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6" /* U+2026 */

static bool is_space(char c)
{
	return isspace((unsigned char)c);
}

/* Returns true if both bytes belong to one word. */
static bool are_joined(char a, char b)
{
	return isalnum((unsigned char)a) && isalnum((unsigned char)b);
}

/*
 * Compares a piece of `length` bytes, without white space at either end, with the start of `text`.
 * Returns the end of the match, or NULL.
 */
static const char *match(const char *piece, size_t length, const char *text)
{
	const char *end = piece + length;

	while (piece < end && *text) {
		if (is_space(*piece) && is_space(*text)) {
			while (is_space(*piece))
				piece++;
			while (is_space(*text))
				text++;
		} else if (*piece++ != *text++) {
			return NULL;
		}
	}
	return piece == end && !are_joined(piece[-1], *text) ? text : NULL;
}

/*
 * Finds the first match of a piece of `length` bytes in `text`, at or after `from`. A match must
 * not begin or end inside a word. Returns the end of the match, or NULL.
 */
static const char *find(const char *piece, size_t length, const char *text, const char *from)
{
	for (; length > 0 && *from; from++) {
		const char *end = match(piece, length, from);

		if (end && (from == text || !are_joined(from[-1], *from)))
			return end;
	}
	return NULL;
}

bool quote_is_from(const char *quote, const char *text)
{
	const char *from = text;

	for (;;) {
		const char *cut = strstr(quote, ELLIPSIS);
		const char *end = cut ? cut : quote + strlen(quote);

		while (is_space(*quote))
			quote++;
		while (end > quote && is_space(end[-1]))
			end--;
		from = find(quote, (size_t)(end - quote), text, from);
		if (!from || !cut)
			return from;
		quote = cut + strlen(ELLIPSIS);
	}
}
