/* SPDX-License-Identifier: MIT */
/* Tests when calls of measured functions end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "bench/bochs/measure/calls.h"

enum { RETURN = 0x1000, STACK = 0x8000, TASKS = 1 << 20 };

/* The task that runs now. Each task has its own stack, at the same linear address. */
static uint64_t task;

static uint64_t place(void *context, uint64_t linear)
{
	(void)context;
	return linear + task * TASKS;
}

static void begin(struct calls *calls, unsigned region, uint64_t slot)
{
	const struct call call = { .region = region,
		                   .kind = CALL_RETURNS,
		                   .slot = slot,
		                   .place = place(NULL, slot),
		                   .word = 8,
		                   .to = RETURN };

	assert_non_null(calls_add(calls, &call));
}

static int returned(const struct calls *calls, uint64_t rsp)
{
	return calls_returned(calls, RETURN, rsp, place, NULL);
}

static void recursion(void **state)
{
	struct calls calls = { 0 };
	(void)state;

	for (unsigned depth = 0; depth < 100; depth++)
		begin(&calls, 0, STACK - 16 * depth);
	assert_true(calls_may_return(&calls, RETURN));
	assert_false(calls_may_return(&calls, RETURN + 1));
	assert_int_equal(calls_returned(&calls, RETURN + CALLS_WATCHED, STACK + 8, place, NULL), -1);
	assert_int_equal(returned(&calls, STACK - 16 * 99), -1); /* its RET has not executed */
	for (int depth = 99; depth >= 0; depth--) {
		uint64_t slot = STACK - 16 * (unsigned)depth;

		assert_int_equal(returned(&calls, slot + 8), depth);
		calls_remove(&calls, (size_t)depth);
	}
	assert_int_equal(calls.count, 0);
	assert_false(calls_may_return(&calls, RETURN));
	free(calls.item);
}

static void return_removes_arguments(void **state)
{
	struct calls calls = { 0 };
	(void)state;

	begin(&calls, 0, STACK);
	begin(&calls, 0, STACK - 32);
	assert_int_equal(returned(&calls, STACK + 8 + 40), 0);
	assert_int_equal(returned(&calls, STACK - 32 + 8 + 16), 1);
	assert_int_equal(returned(&calls, STACK + 8 + 4096), -1);
	free(calls.item);
}

static void stacks_at_one_address(void **state)
{
	struct calls calls = { 0 };
	(void)state;

	task = 1;
	begin(&calls, 0, STACK);
	task = 2;
	assert_int_equal(calls_overwritten(&calls, 0, place(NULL, STACK), false), -1);
	begin(&calls, 0, STACK);
	task = 1;
	assert_int_equal(returned(&calls, STACK + 8), 0);
	task = 2;
	assert_int_equal(returned(&calls, STACK + 8), 1);
	task = 3;
	assert_int_equal(returned(&calls, STACK + 8), -1);
	task = 0;
	free(calls.item);
}

static void jumps_to_another_function(void **state)
{
	struct calls calls = { 0 };
	(void)state;

	begin(&calls, 0, STACK);
	assert_int_equal(calls_overwritten(&calls, 1, STACK, true), -1);
	begin(&calls, 1, STACK);
	assert_int_equal(returned(&calls, STACK + 8), 1);
	calls_remove(&calls, 1);
	assert_int_equal(returned(&calls, STACK + 8), 0);
	/* A function that was called at this slot overwrites the return address. */
	assert_int_equal(calls_overwritten(&calls, 1, STACK, false), 0);
	assert_int_equal(calls_overwritten(&calls, 0, STACK, true), 0);
	free(calls.item);
}

static void interrupts_and_user_mode(void **state)
{
	struct calls calls = { 0 };
	const struct call inner = { .kind = CALL_RESUMES, .rsp = STACK };
	const struct call first = { .kind = CALL_LEAVES, .to = 1, .rsp = 2, .cr3 = 3 };
	const struct call second = { .kind = CALL_LEAVES, .to = 1, .rsp = 2, .cr3 = 4 };
	(void)state;

	calls_add(&calls, &first);
	calls_add(&calls, &second);
	calls_add(&calls, &inner);
	assert_int_equal(calls_resumed(&calls, STACK), 2);
	assert_int_equal(calls_resumed(&calls, STACK + 8), -1);
	assert_int_equal(calls_left(&calls, 1, 2, 3), 0);
	assert_int_equal(calls_left(&calls, 1, 2, 4), 1);
	/* A copy of the program begins. */
	assert_int_equal(calls_left(&calls, 1, 2, 5), -1);
	/* The program was replaced by another: no entry has this address. */
	assert_int_equal(calls_left(&calls, 7, 8, 9), 1);
	/* A signal handler begins. */
	assert_int_equal(calls_left(&calls, 7, 8, 3), 0);
	assert_int_equal(calls_overwritten(&calls, 0, 0, false), 2);
	calls_remove(&calls, 1);
	calls_remove(&calls, 0);
	assert_int_equal(calls_left(&calls, 1, 2, 3), -1);
	free(calls.item);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recursion),
		cmocka_unit_test(return_removes_arguments),
		cmocka_unit_test(stacks_at_one_address),
		cmocka_unit_test(jumps_to_another_function),
		cmocka_unit_test(interrupts_and_user_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
