/* SPDX-License-Identifier: MIT */
/* The words of the kernel's command line (docs/records.md has what they mean). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_LINE 512 /* bytes, with the NUL */

extern char command_line[COMMAND_LINE];

/*
 * The value of `key=` on the command line, copied to `value` (at most `size` bytes with the NUL).
 * Returns false, and "" in `value`, when the key is not there.
 */
bool boot_option(const char *key, char *value, size_t size);

/*
 * Calls report(word, problem) for each word that no one reads, and for each whose value is none that is known: false when there was one
 * of the latter. Words before the first that is read and that have a `/` or a `.` are the image's name, which loaders put there.
 */
bool boot_check_options(void (*report)(const char *word, const char *problem));
