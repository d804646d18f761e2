/* SPDX-License-Identifier: MIT */
/* Tests the verdict of each file in bench/claims on made-up results. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/engine/strategy.h"
#include "bench/host/evaluate/claims.h"
#include "bench/host/evaluate/summary.h"
#include "bench/host/store/store.h"
#include "tests/host/claims_expected.h"
#include "tests/host/scratch.h"

#define CLAIMS "bench/claims"

/* Returns the build of a preset, or the argument itself if it is not the name of a preset. */
static const char *build_of(const char *strategy)
{
	const char *name, *build;

	for (size_t i = 0; (name = strategy_preset(i, &build)); i++)
		if (!strcmp(name, strategy))
			return build;
	return strategy;
}

static void add_sample(const char *engine, const char *strategy, unsigned round, const struct store_row *row,
                       const char *metric, int64_t value, const char *flags)
{
	char stack[16], loader[16], isolation[16];
	struct store_launch launch = { .engine = engine,
		                       .strategy = strategy,
		                       .stack = stack,
		                       .loader = loader,
		                       .isolation = isolation,
		                       .cpus = 1,
		                       .memory = 512,
		                       .round = round,
		                       .bench = "*",
		                       .sha256 = "" };
	struct store_row stored = *row;
	char find[300];

	assert_int_equal(sscanf(build_of(strategy), "%15[^+]+%15[^+]+%15s", stack, loader, isolation), 3);
	snprintf(find, sizeof find,
	         "SELECT id FROM launches WHERE engine = '%s' AND strategy = '%s' AND round = %u", engine,
	         strategy, round);
	stored.launch = atoll(first_column(find));
	if (stored.launch == 0)
		stored.launch = store_launch_start(store, &launch);
	assert_int_equal(store_sample(store, &stored, 0, metric, "u", value, flags), 0);
	db = store_database(store);
}

static bool is_subject(const char *benchmark)
{
	return strncmp(benchmark, "exec.load", strlen("exec.load")) == 0;
}

/*
 * Stores a sample for each value in `text`, which has lines of the form
 *   <engine> <strategy> <benchmark> <parameter> <metric> <value>[*<times>]… [!]
 * "*<times>" repeats a value; "!" flags the line's samples as check-failed. On kvm, and on an
 * engine with "@" after its name, each value is stored in a round of its own. On other engines each
 * value of a loading benchmark is stored in two rounds, because one round decides nothing.
 */
static void measure(const char *text)
{
	char line[400];

	for (; *text; text += strcspn(text, "\n") + 1) {
		char engine[32], strategy[64], benchmark[64], metric[32];
		long long parameter;
		const char *flags;
		unsigned round = 0;
		bool own_rounds;
		int used;
		char *end;

		snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
		assert_int_equal(sscanf(line, "%31s %63s %63s %lld %31s %n", engine, strategy, benchmark,
		                        &parameter, metric, &used),
		                 5);
		own_rounds = !strcmp(engine, "kvm") || strchr(engine, '@');
		engine[strcspn(engine, "@")] = '\0';
		flags = strchr(line, '!') ? "check-failed" : "";
		for (char *word = line + used; *word && *word != '!'; word = end + strspn(end, " ")) {
			struct store_row row = { 0, benchmark, parameter, "none" };
			int64_t value = strtoll(word, &end, 10);
			long times = 1;

			assert_true(end > word);
			if (*end == '*')
				times = strtol(end + 1, &end, 10);
			for (; times > 0; times--) {
				add_sample(engine, strategy, own_rounds ? ++round : 1, &row, metric, value,
				           flags);
				if (!own_rounds && is_subject(benchmark))
					add_sample(engine, strategy, 2, &row, metric, value, flags);
			}
		}
	}
	assert_int_equal(summary_compute(db), 0);
}

static void verdicts_follow_from_the_results(void **state)
{
	bool right = true;

	for (size_t i = 0; i < EXPECTATIONS; i++) {
		const struct expectation *expected = expectation(i);
		char verdict[32];
		char sql[100];

		remove_files(state);
		assert_int_equal(make_database(state), 0);
		measure(expected->results);
		assert_int_equal(claims_decide(db, CLAIMS), 0);
		snprintf(sql, sizeof sql, "SELECT verdict FROM claims WHERE id = %d", expected->id);
		snprintf(verdict, sizeof verdict, "%s", first_column(sql));
		snprintf(sql, sizeof sql, "SELECT evidence FROM claims WHERE id = %d", expected->id);
		if (strcmp(verdict, expected->verdict) || !strstr(first_column(sql), expected->evidence)) {
			print_error("claim %d is %s: %s\nwanted: %s: %s\nof:\n%s", expected->id, verdict,
			            first_column(sql), expected->verdict, expected->evidence,
			            expected->results);
			right = false;
		}
	}
	assert_true(right);
}

/*
 * The column `also` of claim 5 reports two other ways to load a program: through a window that is
 * unmapped by INVLPG, and through the direct map. Neither has a part in the verdict.
 */
static void other_ways_to_load_are_only_shown(void **state)
{
	(void)state;
	measure(CYCLES("window", CR3, SMALL, "100", "100", "100") CYCLES(
	        "heap", "", SMALL, "100", "100", "100") CYCLES("window", CR3, LARGE, "100", "100", "100")
	                CYCLES("heap", "", LARGE, "100", "100", "100")
	                        CYCLES("window", "", LARGE, "131", "131", "131")
	                                CYCLES("heap-sw+direct+shared", "", LARGE, "70", "70", "70"));
	assert_int_equal(claims_decide(db, CLAIMS), 0);
	assert_string_equal(
	        first_column("SELECT verdict || ': ' || also FROM claims WHERE id = 5"),
	        "confirmed: unmapped by INVLPG of each page (exec.load of window, as in a start by "
	        "exec.spawn): 1 MiB 1.310 … 1.310 slower; loader direct/heap: 1 MiB 0.700 … "
	        "0.700 faster");
}

static bool is_expected(int id, const char *verdict)
{
	for (size_t i = 0; i < EXPECTATIONS; i++)
		if (expectation(i)->id == id && !strcmp(expectation(i)->verdict, verdict))
			return true;
	return false;
}

/* Returns true if the claim file has, in place of a query, the reason for having no experiment. */
static bool is_unmeasured(const char *name)
{
	char text[4000] = "";
	char path[400];
	FILE *in;

	snprintf(path, sizeof path, CLAIMS "/%s", name);
	in = fopen(path, "r");
	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return strstr(text, "\n-- not-measured: ") != NULL;
}

/*
 * For every claim with an experiment, claims_expected.h must have results that confirm it and
 * results that refute it.
 */
static void every_claim_has_results_that_confirm_and_that_refute_it(void **state)
{
	DIR *files = opendir(CLAIMS);
	struct dirent *file;
	bool right = true;
	(void)state;

	assert_non_null(files);
	while ((file = readdir(files))) {
		int id = atoi(file->d_name);

		if (!strstr(file->d_name, ".sql"))
			continue;
		if (is_unmeasured(file->d_name))
			continue;
		if (!is_expected(id, "confirmed") || !is_expected(id, "refuted")) {
			print_error("%s: no results that confirm it, or none that refute it\n", file->d_name);
			right = false;
		}
	}
	closedir(files);
	assert_true(right);
}

/* Returns the number of claim files in the folder. */
static int count_claims(void)
{
	glob_t files;
	int count;

	assert_int_equal(glob(CLAIMS "/*.sql", 0, NULL, &files), 0);
	count = (int)files.gl_pathc;
	globfree(&files);
	return count;
}

static void an_empty_database_measures_nothing(void **state)
{
	(void)state;
	assert_int_equal(claims_decide(db, CLAIMS), 0);
	/* Every file has a row, and the ids are 1, 2, … without a gap. */
	assert_int_equal(atoi(first_column("SELECT count(*) FROM claims")), count_claims());
	assert_string_equal(first_column("SELECT min(id) = 1 AND max(id) = count(*) FROM claims"), "1");
	assert_string_equal(
	        first_column("SELECT group_concat(id) FROM claims WHERE verdict <> 'not measured' OR "
	                     "evidence NOT LIKE 'missing: %'"),
	        "");
	/* The claims about sums of constants are marked as such. */
	assert_string_equal(first_column("SELECT group_concat(id) FROM claims WHERE kind = 'arithmetic'"),
	                    "20,21");
	/* A second call replaces the verdicts. */
	assert_int_equal(claims_decide(db, CLAIMS), 0);
}
/* Runs the queries in docs/results.md, those between ```sql and ```. Each must return a row. */
static void the_documented_queries_give_rows(void **state)
{
	FILE *in = fopen("docs/results.md", "r");
	char sql[2000] = "";
	char line[400];
	bool inside = false;
	int queries = 0;
	(void)state;

	assert_non_null(in);
	measure(EQUAL_EVENTS(SMALL) EQUAL_EVENTS(LARGE) EVENT("window", "", LARGE, "instructions", "100 100")
	                EVENT("random", "", SMALL, "instructions", "100*6 99*6 300")
	                        EVENT("random", "", SMALL, "work", "9100*6 9099*6 9300"));
	execute("INSERT INTO functions VALUES"
	        " (1, 'exec.spawn', 65536, 'sample', 'f', 'cycles_nominal', 'cycles', 7, 1)");
	assert_int_equal(claims_decide(db, CLAIMS), 0);
	while (fgets(line, sizeof line, in)) {
		if (inside && !strncmp(line, "```", 3)) {
			if (!*first_column(sql))
				fail_msg("no rows: %s", sql);
			queries++;
			inside = false;
		} else if (inside) {
			strncat(sql, line, sizeof sql - strlen(sql) - 1);
		} else if (!strcmp(line, "```sql\n")) {
			inside = true;
			sql[0] = '\0';
		}
	}
	fclose(in);
	assert_true(queries >= 3);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdicts_follow_from_the_results),
		TEST(every_claim_has_results_that_confirm_and_that_refute_it),
		TEST(other_ways_to_load_are_only_shown),
		TEST(an_empty_database_measures_nothing),
		TEST(the_documented_queries_give_rows),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
