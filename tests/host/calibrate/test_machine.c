/* SPDX-License-Identifier: MIT */
/*
 * Tests which hosts --calibrate refuses to measure on, and which notes it prints about other hosts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/calibrate/calibrate.h"
#include "bench/host/calibrate/machine.h"

static char why[MACHINE_WHY];

static struct machine good(void)
{
	return (struct machine){ .tsc_readable = true,
		                 .tsc_invariant = true,
		                 .cpus = 4,
		                 .read_cost = 30,
		                 .multiply_add = 3,
		                 .load_add = 5 };
}

static void refused(const struct machine *machine, const char *says)
{
	assert_int_equal(machine_check(machine, why), -1);
	if (!strstr(why, says))
		fail_msg("'%s' does not say '%s'", why, says);
}

static unsigned notes(const struct machine *machine, const char *says)
{
	unsigned count = 0, found = 0;

	for (; machine_note(machine, count); count++)
		found += says && strstr(machine_note(machine, count), says);
	if (says && !found)
		fail_msg("no note says '%s'", says);
	return count;
}

static void a_good_machine(void **state)
{
	const struct machine machine = good();
	(void)state;

	assert_int_equal(machine_check(&machine, why), 0);
	assert_int_equal(notes(&machine, NULL), 0);
}

static void nothing_can_be_measured(void **state)
{
	struct machine machine = good();
	(void)state;

	machine.tsc_readable = false;
	refused(&machine, "may not read the time stamp counter");
	machine = good();
	machine.read_cost = 20000;
	refused(&machine, "takes 20000 ticks here: a hypervisor emulates it");
	machine = good();
	machine.multiply_add = 1.1; /* as in QEMU without KVM, or in Bochs */
	refused(&machine, "1.1 times as long as an addition here and a load 5.0 times");
	machine = good();
	machine.load_add = 12;
	refused(&machine, "emulated");
	machine = good();
	strcpy(machine.hypervisor, "TCGTCGTCGTCG");
	refused(&machine, "emulated by QEMU");
	machine = good();
	machine.multiply_add = 0.0 / 0.0;
	refused(&machine, "emulated");
}

static void some_can(void **state)
{
	struct machine machine = good();
	(void)state;

	machine.cpus = 1;
	assert_int_equal(notes(&machine, "one CPU only"), 1);
	machine.tsc_invariant = false;
	assert_int_equal(notes(&machine, "not invariant"), 2);
	machine.virtual = true;
	assert_int_equal(notes(&machine, "a hypervisor is present"), 3);
	machine.read_cost = 900;
	assert_int_equal(notes(&machine, "RDTSC and RDTSCP are not measured"), 4);
	machine.load = 3;
	assert_int_equal(notes(&machine, "busy"), 5);
	assert_int_equal(machine_check(&machine, why), 0);
}

/* The clock of an emulator: all code takes the same time, whatever its instructions are. */
static uint64_t emulated_ticks(void *context)
{
	static uint64_t now;

	(void)context;
	return now += 30000;
}

static void emulated_chain(void *context)
{
	(void)context;
}

static void an_emulator(void **state)
{
	const struct sampler_clock clock = { emulated_ticks, emulated_chain, NULL };
	struct machine machine = good();
	(void)state;

	machine_try(&machine, &clock);
	refused(&machine, "30000 ticks");
}

static void this_machine(void **state)
{
	struct machine machine;
	(void)state;

	machine_read(&machine);
	assert_true(machine.cpus >= 1);
	assert_true(machine.vendor[0] != '\0');
	assert_true(machine.tsc_readable);
}

static void names(void **state)
{
	static const char *const bad[] = { "",      "a/b",  "..",
		                           "-x",    "_x",   "a b",
		                           "a.ini", "none", "12345678901234567890123456789012345678901" };
	(void)state;

	assert_true(calibrate_name_is_good("here"));
	assert_true(calibrate_name_is_good("Zen-5_desk"));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(calibrate_name_is_good(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_machine), cmocka_unit_test(nothing_can_be_measured),
		cmocka_unit_test(some_can),       cmocka_unit_test(an_emulator),
		cmocka_unit_test(this_machine),   cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
