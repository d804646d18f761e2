/* SPDX-License-Identifier: MIT */
/*
 * Tests how events are assigned to the guest or to the hypervisor, depending on the exits and
 * context switches that Bochs reports.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "bench/bochs/nested.h"

static int begin(void **state)
{
	(void)state;
	setenv("PALIMPSEST_NESTED", "1", 1);
	nested_open();
	nested_region_opens(0);
	return 0;
}

static void a_region_opens_in_the_guest(void **state)
{
	(void)state;
	assert_true(nested_wanted());
	assert_false(nested_in_hypervisor(0));
	assert_int_equal(nested_exits(0), 0);
}

static void an_exit_ends_with_the_second_switch(void **state)
{
	(void)state;
	nested_exit(0);
	assert_true(nested_in_hypervisor(0));
	nested_context_switch(0); /* the exit is complete */
	assert_true(nested_in_hypervisor(0));
	nested_context_switch(0); /* the entry is complete */
	assert_false(nested_in_hypervisor(0));
	assert_int_equal(nested_exits(0), 1);
	nested_exit(0);
	nested_context_switch(0);
	assert_true(nested_in_hypervisor(0));
	assert_int_equal(nested_exits(0), 2);
}

/*
 * If an entry fails in its last step, Bochs reports the switch to the guest's state, then an exit.
 */
static void an_entry_that_fails_is_an_exit(void **state)
{
	(void)state;
	nested_exit(0);
	nested_context_switch(0);
	nested_context_switch(0);
	nested_exit(0);
	nested_context_switch(0);
	assert_true(nested_in_hypervisor(0));
}

static void processors_are_apart_and_regions_start_afresh(void **state)
{
	(void)state;
	nested_exit(0);
	assert_false(nested_in_hypervisor(1));
	nested_region_opens(0);
	assert_false(nested_in_hypervisor(0));
	assert_int_equal(nested_exits(0), 0);
}

static void without_the_variable_nothing_is_taken_out(void **state)
{
	(void)state;
	unsetenv("PALIMPSEST_NESTED");
	nested_open();
	assert_false(nested_wanted());
	nested_exit(0);
	assert_false(nested_in_hypervisor(0));
	setenv("PALIMPSEST_NESTED", "yes", 1);
	nested_open();
	assert_false(nested_wanted());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_region_opens_in_the_guest, begin),
		cmocka_unit_test_setup(an_exit_ends_with_the_second_switch, begin),
		cmocka_unit_test_setup(an_entry_that_fails_is_an_exit, begin),
		cmocka_unit_test_setup(processors_are_apart_and_regions_start_afresh, begin),
		cmocka_unit_test_setup(without_the_variable_nothing_is_taken_out, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
