/* SPDX-License-Identifier: MIT */
/*
 * Self-tests inside the kernel (run=test). The linker collects them in a table. A test returns
 * NULL, or what went wrong. It fails too if it does not leave as many free frames, and as many
 * objects on the kernel's heap, as it found.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct self_test {
	const char *name;
	const char *(*run)(void);
};

#define TEST(id)                                                                                     \
	static const char *test_##id(void);                                                          \
	static const struct self_test row_##id                                                       \
	        __attribute__((used, section(".self_tests." #id), aligned(8))) = { #id, test_##id }; \
	static const char *test_##id(void)

/*
 * Called by a test that keeps memory on purpose: what is allocated so far does not count as lost.
 */
void self_test_keeps(void);

/* The prefix of the text that a test returns if this machine cannot run it; the rest says why. */
#define SKIP "skip: "
