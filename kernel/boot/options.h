/* SPDX-License-Identifier: MIT */
/* The options on the kernel's command line. docs/records.md explains them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_LINE 512 /* bytes, with the NUL */

extern char command_line[COMMAND_LINE];

/*
 * Sets `value` to the value of `key=` on the command line, truncated to `size` bytes with the NUL.
 * Returns false, with "" in `value`, if the command line has no such key.
 */
bool boot_option(const char *key, char *value, size_t size);

/*
 * Calls report(word, problem) for each unknown word and each word with an invalid value. Returns
 * false if a value is invalid. A word with a `/` or `.` before the first known option is not
 * reported: some loaders put the name of the kernel's image there.
 */
bool boot_check_options(void (*report)(const char *word, const char *problem));
