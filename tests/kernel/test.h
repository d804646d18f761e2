/* SPDX-License-Identifier: MIT */
/*
 * Self-tests inside the kernel (run=test): rows of a table that the linker puts together. A test
 * returns NULL, or what went wrong; it must leave as many free frames, and as many objects on the kernel's heap, as it found, or it fails.
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

/* Called by a test: what is allocated now stays on purpose. */
void self_test_keeps(void);

/* What a test returns when it cannot be made here: the text behind this prefix says why. */
#define SKIP "skip: "
