/* SPDX-License-Identifier: MIT */
/*
 * Untrusted text: from a guest, or from a folder of results made elsewhere. Names are checked
 * against a list of allowed characters; other texts are printed without bytes that control a
 * terminal. (A guest's texts are printable ASCII, because record.c does not decode other bytes.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define NAME_SIZE 64 /* bytes of a name, with the NUL */

/*
 * Returns true if `text` is a valid name of a benchmark, test, metric or fact: 1 to 63 letters,
 * digits, '.', '_' and '-', starting with a letter or digit and without "..". Such a name is safe
 * as part of a file name.
 */
bool name_is_good(const char *text);

/*
 * Returns true if `text` is a valid unit: a valid name, or two valid names separated by '/', such
 * as "program/busybox".
 */
bool name_is_unit(const char *text);

/*
 * Copies `text` to `out` for use in a file name or a gnuplot script. A leading dot and every byte
 * except letters, digits and "._+-" become '_'. Truncates to `size` bytes. Returns `out`.
 */
char *name_for_file(const char *text, char *out, size_t size);

/*
 * Returns the length in bytes of the UTF-8 character at `text`, or 0 if it is malformed or a
 * control character other than tab and newline.
 */
size_t text_character(const char *text);

/*
 * Makes `text` safe to print: replaces every byte for which text_character() returns 0 with '?'.
 * Returns `text`.
 */
char *text_clean(char *text);

/* Like fprintf(), but applies text_clean() to the formatted text first. */
__attribute__((format(printf, 2, 3))) void text_print(FILE *out, const char *format, ...);
