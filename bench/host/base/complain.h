/* SPDX-License-Identifier: MIT */
/*
 * Messages of the rooms that evaluate a run, when no progress line is shown (during a run:
 * progress.h).
 */
#pragma once

/* Prints "PART: " and a line formatted as by printf to stderr. Returns -1. */
__attribute__((format(printf, 2, 3))) int complain(const char *part, const char *format, ...);
