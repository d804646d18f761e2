/* SPDX-License-Identifier: MIT */
/*
 * Functions that write text and files into HTML. All text from a run must be written with
 * html_text() or html_format(), which escape it.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

/*
 * Writes text, escaped for elements and quoted attributes. Bytes that are not UTF-8, and control
 * characters other than tab and newline, become U+FFFD. Writes nothing if `text` is NULL.
 */
void html_text(FILE *out, const char *text);

/* Formats like printf() and writes the result like html_text(). */
__attribute__((format(printf, 2, 3))) void html_format(FILE *out, const char *format, ...);

/*
 * Writes the contents of a file in base64, for a data: URI. Returns 0, or -1 with errno, possibly
 * after writing a part of the contents.
 */
int html_base64_file(FILE *out, const char *path);
