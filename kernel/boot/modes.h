/* SPDX-License-Identifier: MIT */
/* What a boot is for: run=bench, run=test, run=fuzz, run=list, or run=demo (the default). */
#pragma once

#include <stdbool.h>

/* The first task: reads the command line and does what it says. Never returns. */
void kernel_main(void);

/* bench/guest: runs (or only lists) the benchmarks that the command line asks for. False: one failed. */
bool benchmarks_run(bool list_only);

/* tests/kernel: runs the self-tests. False: one failed. */
bool self_tests_run(void);

/* tests/kernel: runs the system-call fuzzer. False: it found something. */
bool fuzz_calls_run(void);
