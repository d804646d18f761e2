/* SPDX-License-Identifier: MIT */
/* Programs of bench/programs and tests/programs that check something themselves, by the kind that is their argument. */
#pragma once

#include <stddef.h>

/* Runs PROGRAM KIND and waits until it and all that it left behind have ended: its wait status, or a negative error number. */
int run_kind(const char *program, const char *kind);

/* Runs each of the kinds: NULL, or what went wrong, frames and objects of the kernel's heap that were lost included. The text stands until the next call. */
const char *run_kinds(const char *program, const char *const *kinds, size_t count);

#define RUN_KINDS(program, ...)                                  \
	run_kinds(program, (const char *const[]){ __VA_ARGS__ }, \
	          sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))
