/* SPDX-License-Identifier: MIT */
/*
 * Tests the profile that --calibrate writes. A line with a measured value must have its spread. A
 * line without one must have the value and tag of the base profile, and say why nothing was
 * measured. profile_read() must accept the profile.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/calibrate/profile_text.h"

#define TEN_WORDS "one two three four five six seven eight nine ten " /* 49 characters */
#define LONG_NOTE TEN_WORDS TEN_WORDS "end"

static struct machine machine;
static struct figures figures;
static struct profile profile;
static char written[65536], why[PROFILE_WHY_MAX];
static int measured;

/* Writes the profile to `written`, and reads it. Returns the result of profile_read(). */
static int write_profile(unsigned rounds)
{
	struct profile_text text = {
		.machine = &machine, .figures = &figures, .rounds = rounds, .note = { "a note", LONG_NOTE }
	};
	char path[] = "/tmp/profile-XXXXXX";
	FILE *out = fdopen(mkstemp(path), "w+");
	int status;

	assert_non_null(out);
	text.base = profile_text_base(&machine);
	snprintf(text.base_path, sizeof text.base_path, "bench/bochs/profiles/%s.ini", text.base);
	measured = profile_text_write(&text, out);
	rewind(out);
	written[fread(written, 1, sizeof written - 1, out)] = '\0';
	fclose(out);
	status = profile_read(&profile, path, why);
	unlink(path);
	return status;
}

static void has(const char *line)
{
	if (!strstr(written, line))
		fail_msg("no '%s' in:\n%s", line, written);
}

static int reset(void **state)
{
	(void)state;
	machine = (struct machine){ .vendor = "GenuineIntel",
		                    .brand = "A processor",
		                    .family = 6,
		                    .l1i = { 32, 8 },
		                    .l1d = { 48, 12 },
		                    .l2 = { 2048, 16 },
		                    .l3 = { 30720, 20 } };
	memset(&figures, 0, sizeof figures);
	return 0;
}

static void add(enum figure_id id, double a, double b, double c)
{
	figure_add(&figures, id, a);
	figure_add(&figures, id, b);
	figure_add(&figures, id, c);
}

/* If nothing was measured, all values are those of the base profile, except those from CPUID. */
static void nothing_measured(void **state)
{
	(void)state;

	figure_absent(&figures, FIGURE_L3_LATENCY, "others use it");
	if (write_profile(3))
		fail_msg("%s", why);
	assert_int_equal(measured, 0);
	assert_int_equal(profile.tagged[TAG_MEASURED], 0);
	assert_int_equal(profile.size[SIZE_L2_KIB], 2048);
	has("# A processor (family 6, model 0, stepping 0), measured\n");
	has("# - a note\n");
	has("# - " TEN_WORDS "one two three four five six seven eight nine\n#   ten end\n"); /* 97 columns */
	has("[S] CPUID; not measured: ");
	has("[S] skylake-server, not measured (others use it): InstLatx64");
	has("[S] skylake-server, not measured (it needs ring 0): ");
	has("# walk_dependent: not measured: ");
}

static void values_and_spread(void **state)
{
	(void)state;

	add(FIGURE_STLB_HIT, 7.2, 6.9, 7.0);
	add(FIGURE_LFENCE, 12, 12, 12);
	add(FIGURE_DTLB_4K, 96, 96, 88);
	add(FIGURE_WALK_DEPENDENT, 29, 30, 31);
	if (write_profile(3))
		fail_msg("%s", why);
	assert_int_equal(measured, 3);
	assert_int_equal(profile.tagged[TAG_MEASURED], 3);
	has("hit = 7 low 6.9 high 7.2 ");
	has("lfence = 12 low 11.88 high 12.12 "); /* the spread is at least 1 % */
	has("entries_4k = 96 ");
	has("rounds: 3, 88 to 96");
	has("walk_dependent = 30 low 29 high 31 ");
	assert_int_equal(profile.cost[COST_STLB_HIT].of[SET_LOW], 6900000);
}

/* A value is the median of the rounds that measured it, if at least half of all rounds did. */
static void too_few_rounds(void **state)
{
	(void)state;

	figure_add(&figures, FIGURE_LFENCE, 12);
	figure_add(&figures, FIGURE_LFENCE, NAN);
	figure_add(&figures, FIGURE_LFENCE, -1);
	assert_int_equal(write_profile(3), 0);
	assert_int_equal(measured, 0);
	assert_int_equal(write_profile(2), 0);
	assert_int_equal(measured, 1);
	has("lfence = 12 low 9 high 15 "); /* one round: 25 % is assumed */
}

/*
 * The written profile must be valid although measured values contradict the base profile. The
 * measured number of entries of the second-level TLB is not a multiple of the base profile's ways.
 * The measured latency of L2 is higher than the base profile's latency of L3.
 */
static void contradictions(void **state)
{
	(void)state;

	add(FIGURE_STLB, 2048, 2048, 2048);
	add(FIGURE_L3_KIB, 8192, 8192, 8192);
	add(FIGURE_L2_LATENCY, 90, 91, 92); /* above the base's L3 */
	if (write_profile(3))
		fail_msg("%s", why);
	assert_int_equal(profile.size[SIZE_STLB_WAYS], 8);
	assert_int_equal(profile.size[SIZE_L3_WAYS], 16);
	has("[A] 12, which does not divide the entries");
	assert_true(profile.cost[COST_L3_LATENCY].of[SET_NOMINAL] >=
	            profile.cost[COST_L2_LATENCY].of[SET_NOMINAL]);
}

static void this_round(void **state)
{
	(void)state;

	assert_true(isnan(figure_latest(&figures, FIGURE_L3_LATENCY)));
	figure_add(&figures, FIGURE_L3_LATENCY, 80);
	assert_true(figure_latest(&figures, FIGURE_L3_LATENCY) > 79);
	figure_round(&figures);
	assert_true(isnan(figure_latest(&figures, FIGURE_L3_LATENCY)));
}

static void bases(void **state)
{
	static const struct {
		const char *vendor;
		unsigned family, model, kib;
		const char *base;
	} cases[] = {
		{ "GenuineIntel", 6, 0x5e, 256, "skylake-client" },
		{ "GenuineIntel", 6, 0xcf, 2048, "skylake-server" },
		{ "AuthenticAMD", 0x17, 0x71, 512, "zen2" },
		{ "AuthenticAMD", 0x19, 0x21, 512, "zen3" },
		{ "AuthenticAMD", 0x19, 0x61, 1024, "zen4" },
		{ "AuthenticAMD", 0x1a, 0x02, 1024, "zen4" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(machine.vendor, sizeof machine.vendor, "%s", cases[i].vendor);
		machine.family = cases[i].family;
		machine.model = cases[i].model;
		machine.l2.kib = cases[i].kib;
		assert_string_equal(profile_text_base(&machine), cases[i].base);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_measured, reset),
		cmocka_unit_test_setup(values_and_spread, reset),
		cmocka_unit_test_setup(too_few_rounds, reset),
		cmocka_unit_test_setup(contradictions, reset),
		cmocka_unit_test_setup(this_round, reset),
		cmocka_unit_test_setup(bases, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
