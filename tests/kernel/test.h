/* SPDX-License-Identifier: MIT */
/*
 * Self-tests inside the kernel, which the mode run=test runs. TEST(name) defines one; the linker
 * collects them in a table. A test returns NULL, or a text that says what went wrong. It also fails
 * if it leaks frames or objects of the kernel's heap.
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
 * Called by a test that keeps memory on purpose: memory allocated so far does not count as leaked.
 */
void self_test_keeps(void);

/* A test that this machine cannot run returns SKIP "reason". */
#define SKIP "skip: "
