/* SPDX-License-Identifier: MIT */
/*
 * Tests the profile reader: the six profiles must be complete, and each mistake must be reported
 * with file and line.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bochs/model/profile.h"

#define GOOD "bench/bochs/profiles/skylake-client.ini"

static char why[PROFILE_WHY_MAX];

/*
 * Reads a copy of the good profile in which the line that begins with `begins` is replaced by
 * `line`, or removed if `line` is NULL. Returns the number of that line.
 */
static unsigned spoil(const char *begins, const char *line)
{
	char path[] = "/tmp/profile-XXXXXX";
	int descriptor = mkstemp(path);
	FILE *out = fdopen(descriptor, "w");
	FILE *in = fopen(GOOD, "r");
	struct profile profile;
	char text[512];
	unsigned number = 0, found = 0;

	assert_non_null(in);
	assert_non_null(out);
	while (fgets(text, sizeof text, in)) {
		number++;
		if (!found && strncmp(text, begins, strlen(begins)) == 0) {
			found = number;
			snprintf(text, sizeof text, "%s%s", line ? line : "", line ? "\n" : "");
		}
		fputs(text, out);
	}
	fclose(in);
	fclose(out);
	assert_true(found);
	assert_int_equal(profile_read(&profile, path, why), -1);
	assert_memory_equal(why, path, strlen(path));
	unlink(path);
	return found;
}

static void expect(unsigned line, const char *text)
{
	char number[16];

	snprintf(number, sizeof number, ":%u: ", line);
	if (!strstr(why, number) || !strstr(why, text))
		fail_msg("'%s' has no '%s' or '%s'", why, number, text);
}

static void profiles_are_whole(void **state)
{
	static const char *const names[] = {
		"emerald-rapids", "skylake-client", "skylake-server", "zen2", "zen3", "zen4", "zen5"
	};
	struct profile profile;
	char path[128];
	(void)state;

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "bench/bochs/profiles/%s.ini", names[i]);
		if (profile_read(&profile, path, why))
			fail_msg("%s", why);
	}
}

/* The tags of values must be counted, except those in the section [measured]. */
static void tags(void **state)
{
	char path[] = "/tmp/profile-XXXXXX";
	FILE *out = fdopen(mkstemp(path), "w");
	FILE *in = fopen(GOOD, "r");
	struct profile profile;
	unsigned seen, all = 0;
	char text[512];
	(void)state;

	assert_int_equal(profile_read(&profile, GOOD, why), 0);
	seen = profile.tagged[TAG_SEEN];
	assert_int_equal(profile.tagged[TAG_MEASURED], 0);
	assert_non_null(in);
	assert_non_null(out);
	while (fgets(text, sizeof text, in))
		fputs(strncmp(text, "rdtsc ", 6) == 0 ? "rdtsc = 25  # [M] here\n" : text, out);
	fputs("[measured]\nwalk_independent = 9 low 8 high 10  # [M] here\n", out);
	fclose(in);
	fclose(out);
	if (profile_read(&profile, path, why))
		fail_msg("%s", why);
	unlink(path);
	assert_int_equal(profile.tagged[TAG_MEASURED], 1);
	assert_int_equal(profile.tagged[TAG_SEEN], seen - 1);
	for (unsigned i = 0; i < TAGS; i++)
		all += profile.tagged[i];
	assert_int_equal(all, SIZE_COUNT + COST_COUNT);
}

static void values(void **state)
{
	struct profile profile;
	(void)state;

	assert_int_equal(profile_read(&profile, GOOD, why), 0);
	assert_int_equal(profile.size[SIZE_STLB], 1536);
	assert_int_equal(profile.cost[COST_MISPREDICT].of[SET_LOW], 15 * CYCLE);
	assert_int_equal(profile.cost[COST_MISPREDICT].of[SET_NOMINAL], 16 * CYCLE + CYCLE / 2);
	assert_int_equal(profile.cost[COST_MISPREDICT].of[SET_HIGH], 20 * CYCLE);
	assert_int_equal(profile.cost[COST_INVLPG_COST].of[SET_LOW], 211 * CYCLE);
	assert_int_equal(profile.cost[COST_INVLPG_COST].of[SET_HIGH], 211 * CYCLE);
}

static void mistakes(void **state)
{
	static const struct {
		const char *begins, *line, *says;
	} cases[] = {
		{ "invlpg ", "invlpg = many  # [S] x", "not a number" },
		{ "invlpg ", "invlpg = -1  # [S] x", "not a number" },
		{ "invlpg ", "invlpg = 1.2345678  # [S] x", "not a number" },
		{ "invlpg ", "invlpg = 211", "needs '# [S] source'" },
		{ "invlpg ", "invlpg = 211  # from a friend", "needs '# [S] source'" },
		{ "invlpg ", "invlpg = 211  # [X] x", "needs '# [S] source'" },
		{ "invlpg ", "invlpg = 211  # [S]", "after its tag the source is missing" },
		{ "invlpg ", "invlpg = 211 low 200  # [S] x", "low VALUE high VALUE" },
		{ "invlpg ", "invlpg = 211 low 212 high 213  # [S] x", "low is above" },
		{ "invlpg ", "invlpg = 211 low 200 high 210  # [S] x", "above high" },
		{ "invlpg ", "invlpg = 100001  # [S] x", "from 0 to 100000" },
		{ "invlpg ", "invlpag = 211  # [S] x", "unknown parameter 'invlpag' in section [events]" },
		{ "invlpg ", "invlpg 211  # [S] x", "neither" },
		{ "[strings]", "[string]", "unknown section [string]" },
		{ "[strings]", "[strings", "a section is" },
		{ "ways = 12 ", "ways = 0  # [S] x", "from 1 to" },
		{ "ways = 12 ", "ways = 12 low 8 high 16  # [S] x", "one whole number" },
		{ "ways = 12 ", "ways = 1.5  # [S] x", "one whole number" },
	};
	(void)state;

	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect(spoil(cases[i].begins, cases[i].line), cases[i].says);
}

static void parameters_that_do_not_fit(void **state)
{
	(void)state;

	spoil("[strings]", "[measured]\nx = y  # [M] x");
	assert_non_null(strstr(why, "'y' is not a number"));
	spoil("[strings]", "[measured]\nx = 1  # [S] x");
	assert_non_null(strstr(why, "x needs '# [M] how'"));
	spoil("[strings]", "[measured]\nx = 1");
	assert_non_null(strstr(why, "x needs '# [M] how'"));
	spoil("invlpg ", NULL);
	assert_non_null(strstr(why, "invlpg of [events] is missing"));
	spoil("invlpg ", "cr_read = 1  # [S] x");
	assert_non_null(strstr(why, "cr_read is already in line"));
	expect(spoil("entries = 1536", "entries = 1535  # [S] x"), "not a whole number of sets of 12");
	spoil("latency = 12 ", "latency = 50  # [S] x");
	assert_non_null(strstr(why, "latency of [l3] is below"));
}

static void no_file(void **state)
{
	struct profile profile;
	(void)state;

	assert_int_equal(profile_read(&profile, "/nowhere/x.ini", why), -1);
	assert_non_null(strstr(why, "/nowhere/x.ini"));
	assert_non_null(strstr(why, "No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(profiles_are_whole),
		cmocka_unit_test(values),
		cmocka_unit_test(tags),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(parameters_that_do_not_fit),
		cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests_name("model profiles", tests, NULL, NULL);
}
