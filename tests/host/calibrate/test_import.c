/* SPDX-License-Identifier: MIT */
/*
 * Tests --import with made-up tables of a booted image. Prices (costs of events in cycles) must be
 * computed from the rows and the ticks per cycle, and must replace those in the profile. Tables
 * that say nothing about a processor must be refused.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/host/calibrate/import.h"

/* A processor with two ticks per cycle and an L1 latency of 5 cycles: a load takes 10 ticks. */
#define CHASE "micro.chase.2m            16384 bytes   ticks   3     80000     81920     99999\r\n"
#define TABLE                                                                                       \
	"80 rows. Ticks are the TSC's: time; in Bochs, instructions and rounds of REP.\r\n"         \
	"benchmark             parameter         unit    n       min    median       max\r\n" CHASE \
	"micro.syscall                64 calls   ticks   3     10000     10000     11000\r\n"       \
	"micro.syscall              1024 calls   ticks   3    201000    202000    300000\r\n"       \
	"micro.int.kernel             64 calls   ticks   3     50000     50000     50000\r\n"       \
	"micro.int.kernel           1024 calls   ticks   3   1010000   1010000   1010000\r\n"       \
	"micro.iret.kernel            64 calls   ticks   3     30000     30000     30000\r\n"       \
	"micro.iret.kernel          1024 calls   ticks   3    414000    414000    414000\r\n"       \
	"micro.cr3                     8 loads   ticks   3      5000      5000      5000\r\n"       \
	"micro.invlpg                 33 pages   skipped: not enough memory\r\n"

static struct import import;
static char why[IMPORT_WHY];

static int read_table(const char *text)
{
	FILE *in = fmemopen((char *)text, strlen(text), "r");
	int status;

	assert_non_null(in);
	status = import_read(&import, in, 5, why);
	fclose(in);
	return status;
}

static double price(const char *key)
{
	for (size_t i = 0; i < import.prices; i++)
		if (strcmp(import.price[i].key, key) == 0)
			return import.price[i].value;
	return NAN;
}

static void is(double value, double expected)
{
	if (!(fabs(value - expected) < 1e-6))
		fail_msg("%f is not %f", value, expected);
}

static void prices(void **state)
{
	(void)state;

	if (read_table(TABLE))
		fail_msg("%s", why);
	is(import.ticks_per_cycle, 2);
	assert_int_equal(import.prices, 3); /* none for micro.cr3 (one size) and micro.invlpg (skipped) */
	is(price("syscall"), 100);          /* (202000 - 10000) / 960 / 2 */
	is(price("iret_kernel"), 200);
	is(price("interrupt_kernel"), 300);
}

static void refused(const char *text, const char *says)
{
	assert_int_equal(read_table(text), -1);
	if (!strstr(why, says))
		fail_msg("'%s' does not say '%s'", why, says);
}

static void useless_tables(void **state)
{
	(void)state;

	refused("nothing at all\n", "no row 'micro.chase.2m 16384'");
	refused("Ticks are the TSC's: QEMU without KVM, so they say nothing of a processor.\n" CHASE,
	        "QEMU without KVM");
	refused("micro.chase.2m 16384 bytes ticks 3 8500 8600 9000\n",
	        "it is from Bochs, or from another processor");
	refused(CHASE, "none of the rows");
	refused(CHASE
	        "micro.invlpg 33 pages ticks 3 900 900 900\nmicro.invlpg 129 pages ticks 3 800 800 800\n",
	        "none of the rows");
}

/*
 * SYSCALL and SYSRET are measured as a pair. The measured price must be split between them in the
 * proportion of their old prices. Lines without a measured price must not change.
 */
static void merged(void **state)
{
	static char before[] = "[core]\nsyscall = 1  # [A] of another section\n[events]\n"
	                       "syscall = 40 low 36 high 44  # [D] guess\nsysret = 10  # [D] guess\n"
	                       "interrupt_kernel = 250  # [A] guess\ncr3_flush = 190  # [R] kept\n";
	static char after[2000];
	FILE *in = fmemopen(before, strlen(before), "r"), *out = fmemopen(after, sizeof after, "w");
	(void)state;

	assert_int_equal(read_table(TABLE), 0);
	assert_int_equal(import_merge(&import, in, out), 3);
	fclose(in);
	fclose(out);
	assert_non_null(strstr(after, "syscall = 1  # [A] of another section\n"));
	assert_non_null(strstr(
	        after,
	        "\nsyscall = 80.000 low 79.200 high 80.800  # [M] SYSCALL and SYSRET, in ring 0, split"));
	assert_non_null(strstr(after, "\nsysret = 20.000 low 19.800 high 20.200  # [M] SYSCALL and SYSRET"));
	assert_non_null(strstr(after, "\ninterrupt_kernel = 300.000 "));
	assert_non_null(strstr(after, "\ncr3_flush = 190  # [R] kept\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prices),
		cmocka_unit_test(useless_tables),
		cmocka_unit_test(merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
