/* SPDX-License-Identifier: MIT */
/* Messages of the parts that evaluate a run, while no progress line is shown (progress.h has those of the run itself). */
#pragma once

/* Prints "PART: " and a line formatted as by printf on stderr. Returns -1. */
__attribute__((format(printf, 2, 3))) int complain(const char *part, const char *format, ...);
