/* SPDX-License-Identifier: MIT */
/*
 * Untrusted text: from a guest, or from a folder of results made elsewhere. Names are checked
 * against an allow-list; texts are shown without bytes that control a terminal.
 *
 * Texts of a guest are printable ASCII once record.c has read them: any other byte remains the %XX
 * that was sent.
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

/*
 * Returns true if `text` may name a unit: such a name, or two with a '/' between
 * ("program/busybox").
 */
bool name_is_unit(const char *text);

/*
 * Copies `text` to `out` for use in a file name or a gnuplot script: every byte except letters,
 * digits and "._+-" becomes '_', as does a leading dot. Truncates to `size` bytes. Returns `out`.
 */
char *name_for_file(const char *text, char *out, size_t size);

/*
 * Returns the length of the UTF-8 character at `text`; 0 if it is malformed or a control character
 * other than tab and newline.
 */
size_t text_character(const char *text);

/*
 * Replaces every byte outside such characters by '?', so that `text` is safe to show. Returns it.
 */
char *text_clean(char *text);

/* Like fprintf(), but cleans the whole result as text_clean() does. */
__attribute__((format(printf, 2, 3))) void text_print(FILE *out, const char *format, ...);
