/* SPDX-License-Identifier: MIT */
/*
 * Tests the comparison of the compilers of a run: which verdicts depend on the compiler, and which
 * orderings a compiler reverses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/evaluate/compilers.h"
#include "tests/host/scratch.h"

static const char launch[] = "INSERT INTO launches (engine, strategy, stack, loader, isolation, cpus, memory,"
                             " round, bench, state, compiler) VALUES ('bochs', 'heap', 'heap-sw',"
                             " 'sandwich', 'shared', 1, 512, 1, '*', 'complete', ";

/* Adds a comparison of heap and window, in both directions. */
static void compare(sqlite3 *to, const char *metric, double low, double ratio, double high, const char *flags)
{
	char sql[500];

	snprintf(sql, sizeof sql,
	         "INSERT INTO comparisons VALUES"
	         " ('bochs', 'exec.load', 4096, '%s', 'heap', 'window', %f, %f, %f, 7, '%s'),"
	         " ('bochs', 'exec.load', 4096, '%s', 'window', 'heap', %f, %f, %f, 7, '%s')",
	         metric, ratio, low, high, flags, metric, 1 / ratio, 1 / high, 1 / low, flags);
	assert_int_equal(sqlite3_exec(to, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void compare_cycles(sqlite3 *to, double low, double nominal, double high)
{
	compare(to, "cycles_low", low - 0.01, low, low + 0.01, "");
	compare(to, "cycles_nominal", nominal - 0.01, nominal, nominal + 0.01, "");
	compare(to, "cycles_high", high - 0.01, high, high + 0.01, "");
}

static void claim(sqlite3 *to, int id, const char *verdict)
{
	char sql[200];

	snprintf(sql, sizeof sql,
	         "INSERT INTO claims (id, verdict, evidence) VALUES (%d, '%s', 'evidence of %d')", id,
	         verdict, id);
	assert_int_equal(sqlite3_exec(to, sql, NULL, NULL, NULL), SQLITE_OK);
}

/*
 * Makes a database for the results of another compiler in the run's folder. The caller closes it.
 */
static struct store *make_other(const char *compiler)
{
	char command[400], path[340], why[200];
	struct store *other;

	snprintf(command, sizeof command, "mkdir -p '%s/%s'", path_of("compilers"), compiler);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof path, "%s/compilers/%s/results.sqlite", folder, compiler);
	other = store_create(path, why, sizeof why);
	assert_non_null(other);
	return other;
}

static void add_run(sqlite3 *to, const char *version)
{
	char sql[500];

	snprintf(sql, sizeof sql, "%s'%s')", launch, version);
	assert_int_equal(sqlite3_exec(to, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void two_compilers(void **state)
{
	struct store *other = make_other("clang-Os");
	sqlite3 *theirs = store_database(other);
	char text[2000] = "";
	FILE *out;
	(void)state;

	execute("INSERT INTO environment VALUES ('run.compiler', 'gcc-O2'), ('run.compilers',"
	        " 'gcc-O2,gcc-Os,clang-Os')"); /* gcc-Os has no results */
	add_run(db, "gcc-12.2.0");
	add_run(theirs, "clang-14.0.6-Os");
	claim(db, 1, "confirmed");
	claim(theirs, 1, "confirmed");
	claim(db, 2, "confirmed");
	claim(theirs, 2, "refuted");
	/* The second compiler reverses this ordering. */
	compare(db, "instructions", 0.8, 0.9, 0.95, "");
	compare(theirs, "instructions", 1.1, 1.2, 1.3, "");
	/* This ordering is the same with both compilers. */
	compare(db, "walk_reads", 0.8, 0.9, 0.95, "");
	compare(theirs, "walk_reads", 0.5, 0.6, 0.7, "");
	/* This ordering is undecided with the second compiler. */
	compare(db, "data_accesses", 0.8, 0.9, 0.95, "");
	compare(theirs, "data_accesses", 0.9, 1.1, 1.3, "");
	/* The second compiler's results have too few rounds. */
	compare(db, "invlpg", 0.8, 0.9, 0.95, "");
	compare(theirs, "invlpg", 1.1, 1.2, 1.3, "few");
	/* With the second compiler, heap and window are equal. */
	compare(db, "cr3_writes", 0.5, 0.5, 0.5, "");
	compare(theirs, "cr3_writes", 1, 1, 1, "");
	/* Undecided with the second compiler, because its three parameter sets disagree. */
	compare_cycles(db, 0.7, 0.8, 0.9);
	compare_cycles(theirs, 1.1, 1.2, 0.9);
	assert_int_equal(store_close(other), 0);

	for (int again = 0; again < 2; again++) {
		assert_int_equal(compilers_gather(db, folder), 0);
		assert_string_equal(
		        first_column("SELECT group_concat(place || ' ' || compiler || ' ' || version ||"
		                     " coalesce(' ' || decided || ' ' || reversed, ''), ', ') FROM"
		                     " compilers"),
		        "1 gcc-O2 gcc-12.2.0, 3 clang-Os clang-14.0.6-Os 2 1");
		assert_string_equal(first_column("SELECT group_concat(metric || ' ' || a || ' ' ||"
		                                 " first_ratio || ' ' || ratio) FROM compiler_reversals"),
		                    "instructions heap 0.9 1.2");
		assert_string_equal(first_column("SELECT group_concat(id || ': ' || verdicts) FROM"
		                                 " (" COMPILERS_HINGE ")"),
		                    "2: confirmed with gcc-O2; refuted with clang-Os");
	}
	out = fmemopen(text, sizeof text, "w");
	compilers_print(db, out);
	fclose(out);
	assert_non_null(strstr(text, "the verdicts of 1 of 2 claims depend on the compiler:\n"));
	assert_non_null(strstr(text, "claim 2: confirmed with gcc-O2; refuted with clang-Os\n"));
	assert_non_null(
	        strstr(text, "clang-Os (clang-14.0.6-Os) reverses 1 of 2 orderings of two strategies\n"));
	remove_tree("compilers");
}

/* The parameter sets of the cycle model count as one ordering, if they agree. */
static void cycles(void **state)
{
	struct store *other = make_other("gcc-O3");
	sqlite3 *theirs = store_database(other);
	(void)state;

	execute("INSERT INTO environment VALUES ('run.compiler', 'gcc-O2'), ('run.compilers',"
	        " 'gcc-O2,gcc-O3')");
	compare_cycles(db, 0.7, 0.8, 0.9);
	compare_cycles(theirs, 1.1, 1.2, 1.3);
	assert_int_equal(store_close(other), 0);
	assert_int_equal(compilers_gather(db, folder), 0);
	assert_string_equal(first_column("SELECT decided || ' ' || reversed FROM compilers WHERE place = 2"),
	                    "1 1");
	assert_string_equal(first_column("SELECT group_concat(metric) FROM compiler_reversals"),
	                    "cycles_nominal");
	remove_tree("compilers");
}

/*
 * The database of an older harness, which could use only one compiler, has no tables of compilers.
 */
static void an_older_run(void **state)
{
	char text[100] = "";
	FILE *out;
	(void)state;

	add_run(db, "gcc-12.2.0");
	claim(db, 1, "confirmed");
	execute("DROP TABLE compiler_reversals; DROP TABLE compiler_verdicts; DROP TABLE compilers");
	assert_int_equal(store_add_views(db), 0);
	assert_int_equal(compilers_gather(db, folder), 0);
	assert_string_equal(first_column("SELECT place || compiler || version FROM compilers"),
	                    "1gcc-O2gcc-12.2.0");
	out = fmemopen(text, sizeof text, "w");
	compilers_print(db, out);
	fclose(out);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_compilers, make_database, remove_files),
		cmocka_unit_test_setup_teardown(cycles, make_database, remove_files),
		cmocka_unit_test_setup_teardown(an_older_run, make_database, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
