/* SPDX-License-Identifier: MIT */
/* A benchmark whose check fails, for tests/e2e/checks.sh. It runs only if bench= names it. */
#include "bench/guest/bench.h"

static void nothing(struct bench *b)
{
	(void)b;
}

static bool fails(struct bench *b)
{
	(void)b;
	return false;
}

BENCH(test_fails, "a check that fails, for a test", .name = "test.fails", .own_boot = true, .body = nothing,
      .check = fails);
