/* SPDX-License-Identifier: MIT */
/* The modes of a boot: run=bench, run=test, run=fuzz, run=list, or run=demo (the default). */
#pragma once

#include <stdbool.h>

/* The first task: does what the command line says. Never returns. */
void kernel_main(void);

/*
 * bench/guest: runs or lists the benchmarks chosen on the command line. Returns false if one
 * failed.
 */
bool benchmarks_run(bool list_only);

/* tests/kernel: runs the self-tests. Returns false if one failed. */
bool self_tests_run(void);

/* tests/kernel: runs the system-call fuzzer. Returns false if it found a fault. */
bool fuzz_calls_run(void);
