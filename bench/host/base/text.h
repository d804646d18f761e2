/* SPDX-License-Identifier: MIT */
/*
 * What the harness makes of words that it did not choose: a guest's, and those of a folder of results that comes
 * from elsewhere. Names are checked against an allow-list; texts are shown without bytes that a terminal obeys.
 *
 * A guest's texts are printable ASCII once record.c has read them: any other byte stays as the %XX it was sent as.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define NAME_SIZE 64 /* bytes of a name, its NUL included */

/*
 * Returns true if `text` may name a benchmark, test, metric or fact: 1 to 63 letters, digits, '.', '_' and '-', a
 * letter or digit first, and no two dots in a row. Such a name is a safe part of a file's name.
 */
bool name_is_good(const char *text);

/* The same for a unit, which may be two such names with a '/' between: "program/busybox". */
bool name_is_unit(const char *text);

/*
 * Copies `text` to `out` as part of a file's name or of a gnuplot script: every byte but letters, digits and "._+-"
 * becomes '_', and so does a dot at the start. What does not fit into `size` bytes is cut off. Returns `out`.
 */
char *name_for_file(const char *text, char *out, size_t size);

/* Bytes of the UTF-8 character at `text`; 0 if it is malformed or a control character other than tab and newline. */
size_t text_character(const char *text);

/* Replaces every byte that is no part of a character as above by '?', so that `text` is safe to show. Returns it. */
char *text_clean(char *text);

/* printf() of a text that is cleaned as a whole, for words of a database. */
__attribute__((format(printf, 2, 3))) void text_print(FILE *out, const char *format, ...);
