/* SPDX-License-Identifier: MIT */
/* The modes of a boot: run=bench, run=test, run=fuzz, run=list, or run=demo (the default). */
#pragma once

#include <stdbool.h>

/* The body of the first task: runs the mode that run= names, then ends the machine or halts. */
void kernel_main(void);

/*
 * In bench/guest: runs the benchmarks chosen on the command line or, with `list_only`, lists them.
 * Returns false if one failed.
 */
bool benchmarks_run(bool list_only);

/* In tests/kernel: runs the self-tests. Returns false if one failed. */
bool self_tests_run(void);

/* In tests/kernel: runs the system-call fuzzer. Returns false if it found a fault. */
bool fuzz_calls_run(void);
