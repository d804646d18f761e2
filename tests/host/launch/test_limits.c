/* SPDX-License-Identifier: MIT */
/* Tests how long a launch may print nothing before it is ended. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/host/launch/launch.h"

/*
 * With --timeout, a user may give a boot an hour. A long row in it may then print nothing for two
 * minutes; that must not end the boot.
 */
static void a_longer_timeout_allows_a_longer_silence(void **state)
{
	const struct engine usual = { .name = "usual" }, patient = { .name = "patient", .quiet = 600 };
	(void)state;

	assert_int_equal(launch_quiet_limit(&usual, 60), LAUNCH_QUIET);
	assert_int_equal(launch_quiet_limit(&usual, LAUNCH_QUIET * LAUNCH_QUIET_SHARE), LAUNCH_QUIET);
	assert_int_equal(launch_quiet_limit(&usual, 3600), 900);
	assert_int_equal(launch_quiet_limit(&patient, 300), 600);
	assert_int_equal(launch_quiet_limit(&patient, 3600), 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_longer_timeout_allows_a_longer_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
