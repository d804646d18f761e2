/* SPDX-License-Identifier: MIT */
/*
 * Error messages of the parts of the harness that evaluate a run. While images boot, the functions
 * of progress.h must be used, because they clear the progress line first.
 */
#pragma once

/* Prints "PART: " and a line formatted as by printf to stderr. Returns -1. */
__attribute__((format(printf, 2, 3))) int complain(const char *part, const char *format, ...);
