/* SPDX-License-Identifier: MIT */
/*
 * Runs the programs of bench/programs and tests/programs that check something themselves. The first
 * argument of such a program, its "kind", selects the check.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Runs `program` with the argument `kind` and waits until it and its orphans have exited. Returns
 * its wait status, or a negative error number if it could not be started.
 */
int run_kind(const char *program, const char *kind);

/*
 * Runs the program once for each kind. Returns NULL, or what went wrong: a failed check, or a leak
 * of frames or of kernel heap objects. The text is valid until the next call.
 */
const char *run_kinds(const char *program, const char *const *kinds, size_t count);

#define RUN_KINDS(program, ...)                                  \
	run_kinds(program, (const char *const[]){ __VA_ARGS__ }, \
	          sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

/* For a struct bench_calls (sys/syscall.h): system calls that the test does not offer. -ENOSYS. */
long no_call(void);
long no_value(uint64_t index, uint64_t value);
