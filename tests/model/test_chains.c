/* SPDX-License-Identifier: MIT */
/* Tests the trees of chains of calls: their sums, and what is done when there are too many chains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>

#include "bench/bochs/chains.h"
#include "bench/bochs/output.h"

/* chains_add() makes 90,000 chains at most: here 1000 callers of a chain of 89 calls. */
enum { CALLERS = 1000, DEPTH = 90 };

static const struct symbol function[DEPTH], caller[CALLERS + 1];
static struct chains from, to;

/* What chains.c needs of the library's output. Nothing is written here. */
void output_line(const char *line, size_t length)
{
	(void)line;
	(void)length;
	fail();
}

void output_fail(int status, const char *format, ...)
{
	(void)status;
	(void)format;
	abort();
}

/* Adds a chain of `depth` functions, beginning with `first`, with one instruction in the last. */
static struct chain *call(const struct symbol *first, unsigned depth)
{
	struct chain *chain = chains_extend(&from, &from.top, first, UINT32_MAX);

	for (unsigned i = 1; i < depth; i++)
		chain = chains_extend(&from, chain, &function[i], UINT32_MAX);
	chains_use(&from, chain);
	chain->values[METRIC_INSTRUCTIONS]++;
	return chain;
}

static void sums(void **state)
{
	struct chain *inner = call(&caller[0], 2), *outer = call(&caller[0], 1);
	(void)state;

	assert_ptr_equal(inner->parent, outer);
	for (unsigned i = 0; i < 3; i++)
		chains_add(&to, &from);
	assert_int_equal(to.count, 2);
	assert_int_equal(inner->twin->values[METRIC_INSTRUCTIONS], 3);
	assert_int_equal(outer->twin->values[METRIC_INSTRUCTIONS], 3);
	chains_clear(&from);
	chains_add(&to, &from);
	assert_int_equal(inner->twin->values[METRIC_INSTRUCTIONS], 3);
	chains_free(&from);
	assert_null(chains_extend(&from, &from.top, &caller[0], 0));
}

/* The limit counts the two chains of sums() too. */
static void too_many(void **state)
{
	uint64_t rest;
	(void)state;

	for (unsigned i = 0; i < CALLERS; i++)
		call(&caller[i], DEPTH);
	chains_add(&to, &from);
	assert_int_equal(to.count, CALLERS * DEPTH);
	chains_clear(&from);
	call(&caller[CALLERS], 1);
	chains_add(&to, &from);
	assert_int_equal(to.count, CALLERS * DEPTH + 1);
	rest = chains_extend(&to, &to.top, &chains_rest, 0)->values[METRIC_INSTRUCTIONS];
	assert_int_equal(rest, 1);
	chains_free(&from);
	chains_free(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests_name("chains of calls", tests, NULL, NULL);
}
