/* SPDX-License-Identifier: MIT */
/*
 * Tests how much of a difference between two builds is attributed to the stack, and how much to the
 * loader. The summaries are made up, so that the right shares are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/host/engine/strategy.h"
#include "bench/host/evaluate/attribution.h"
#include "bench/host/report/csv.h"
#include "bench/host/store/store.h"
#include "strategies.h"

static char folder[] = "/tmp/test-attribution-XXXXXX";
static struct store *store;
static sqlite3 *db;

static int make_database(void **state)
{
	char why[200];
	(void)state;

	store = store_create("results.sqlite", why, sizeof why);
	db = store ? store_database(store) : NULL;
	return db ? 0 : -1;
}

static int remove_database(void **state)
{
	(void)state;
	store_close(store);
	return unlink("results.sqlite");
}

/* Removes the folder with all files that the tests have exported to it. */
static int leave(void **state)
{
	DIR *files = opendir(".");
	struct dirent *file;
	(void)state;

	if (!files)
		return -1;
	while ((file = readdir(files)))
		unlink(file->d_name); /* fails for . and .. */
	closedir(files);
	return chdir("/") || rmdir(folder);
}

static int enter(void **state)
{
	(void)state;
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static void execute(const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

/*
 * Returns the rows of a query in a static buffer, with " " after each column, "; " after each row.
 */
static const char *ask(const char *sql)
{
	static char text[4000];
	sqlite3_stmt *row;
	FILE *out = fmemopen(text, sizeof text, "w");

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	while (sqlite3_step(row) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(row); i++)
			fprintf(out, "%s ",
			        sqlite3_column_text(row, i) ? (const char *)sqlite3_column_text(row, i)
			                                    : "NULL");
		fputs("; ", out);
	}
	sqlite3_finalize(row);
	putc('\0', out);
	fclose(out);
	return text;
}

/* Adds a row to the summary: the metric `m` of a benchmark in the build stack+loader+shared. */
static void add(const char *engine, const char *stack, const char *loader, const char *benchmark,
                double median, const char *flags)
{
	char sql[600];

	snprintf(sql, sizeof sql,
	         "INSERT INTO summary (engine, strategy, stack, loader, isolation, cpus, benchmark, "
	         "parameter, metric,"
	         " unit, median, flags) VALUES ('%s', '%s+%s', '%s', '%s', 'shared', 1, '%s', 0, 'm', 'u', "
	         "%.17g, '%s')",
	         engine, stack, loader, stack, loader, benchmark, median, flags);
	execute(sql);
}

/*
 * Adds the medians of the presets heap and window, and of the two mixed builds. `stack` is for the
 * build with window's stack and heap's loader. `loader` is for the build with heap's stack and
 * window's loader.
 */
static void measure(const char *engine, double heap, double stack, double loader, double window)
{
	add(engine, "heap-sw", "sandwich", "b", heap, "exact");
	add(engine, "fixed-ist", "sandwich", "b", stack, "few");
	add(engine, "heap-sw", "window", "b", loader, "unstable");
	add(engine, "fixed-ist", "window", "b", window, "");
}

static const char *rows(void)
{
	assert_int_equal(attribution_compute(db), 0);
	return ask(
	        "SELECT engine, a, b, value_a, value_b, difference, due_to_stack, due_to_loader, interaction"
	        " FROM attribution ORDER BY engine, a, b");
}

static void a_difference_is_split(void **state)
{
	static const struct {
		double heap, stack, loader, window;
		const char *row;
	} cases[] = {
		{ 10, 14, 10, 14, "bochs heap window 10.0 14.0 4.0 4.0 0.0 0.0 ; " },
		{ 10, 10, 14, 14, "bochs heap window 10.0 14.0 4.0 0.0 4.0 0.0 ; " },
		{ 10, 13, 6, 9, "bochs heap window 10.0 9.0 -1.0 3.0 -4.0 0.0 ; " },
		/*
		 * With heap's loader, changing the stack adds 2; with window's loader, it adds 7.
		 * With heap's stack, changing the loader adds 3; with window's stack, it adds 8.
		 */
		{ 10, 12, 13, 20, "bochs heap window 10.0 20.0 10.0 4.5 5.5 5.0 ; " },
		/* Either change alone has the whole effect. */
		{ 10, 4, 4, 4, "bochs heap window 10.0 4.0 -6.0 -3.0 -3.0 6.0 ; " },
		/* Each change undoes the other. */
		{ 10, 13, 7, 10, "bochs heap window 10.0 10.0 0.0 3.0 -3.0 0.0 ; " },
		{ 0, 0, 0, 0, "bochs heap window 0.0 0.0 0.0 0.0 0.0 0.0 ; " },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		execute("DELETE FROM summary");
		measure("bochs", cases[i].heap, cases[i].stack, cases[i].loader, cases[i].window);
		assert_string_equal(rows(), cases[i].row);
	}
	/* Computing from an empty summary deletes the old rows. */
	execute("DELETE FROM summary");
	assert_string_equal(rows(), "");
}

static void all_four_builds_are_needed(void **state)
{
	static const char *const changes[] = {
		"DELETE FROM summary WHERE ",
		"UPDATE summary SET flags = 'exact,check-failed' WHERE ",
		/* Each of these changes moves the row to another series. */
		"UPDATE summary SET engine = 'kvm' WHERE ",
		"UPDATE summary SET isolation = 'private' WHERE ",
		"UPDATE summary SET cpus = 2 WHERE ",
		"UPDATE summary SET benchmark = 'other' WHERE ",
		"UPDATE summary SET parameter = 1 WHERE ",
		"UPDATE summary SET metric = 'other' WHERE ",
	};
	static const char *const builds[] = {
		"stack = 'heap-sw' AND loader = 'sandwich'",
		"stack = 'fixed-ist' AND loader = 'sandwich'",
		"stack = 'heap-sw' AND loader = 'window'",
		"stack = 'fixed-ist' AND loader = 'window'",
	};
	(void)state;

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		for (size_t j = 0; j < sizeof builds / sizeof builds[0]; j++) {
			char sql[200];

			execute("DELETE FROM summary");
			measure("bochs", 10, 12, 13, 20);
			snprintf(sql, sizeof sql, "%s%s", changes[i], builds[j]);
			execute(sql);
			assert_int_equal(sqlite3_changes(db), 1);
			if (*rows())
				fail_msg("%s leaves %s", sql, rows());
		}
}

static void only_engines_whose_numbers_mean_something(void **state)
{
	(void)state;
	measure("tcg", 10, 12, 13, 20);
	measure("kvm-emulated", 10, 12, 13, 20);
	measure("image", 10, 12, 13, 20);
	assert_string_equal(rows(), "");
	measure("kvm", 10, 10, 11, 11);
	measure("bochs", 10, 12, 10, 12);
	assert_string_equal(rows(), "bochs heap window 10.0 12.0 2.0 2.0 0.0 0.0 ; "
	                            "kvm heap window 10.0 11.0 1.0 0.0 1.0 0.0 ; ");
}

/*
 * The presets window and random have the same stack. The attribution must need no third build, and
 * must give the whole difference to the loader.
 */
static void presets_with_the_same_stack(void **state)
{
	(void)state;
	add("kvm", "fixed-ist", "window", "b", 5, "");
	add("kvm", "fixed-ist", "random", "b", 8, "");
	assert_string_equal(rows(), "kvm window random 5.0 8.0 3.0 0.0 3.0 0.0 ; ");
}

#define NAME(name, curve, point) name,
#define ENTRIES(array)           (sizeof(array) / sizeof *(array))
static const char *const stacks[] = { STACKS(NAME) };
static const char *const loaders[] = { LOADERS(NAME) };

/* Returns the cost of a build: a part for its stack plus a part for its loader. */
static double cost(size_t stack, size_t loader)
{
	return (double)(100 * stack * stack + 7 * loader);
}

/* Sets *stack and *loader to the two parts of the cost of `build`. */
static void find_parts(const char *build, double *stack, double *loader)
{
	for (size_t i = 0; i < ENTRIES(stacks); i++)
		for (size_t j = 0; j < ENTRIES(loaders); j++) {
			char name[60];

			snprintf(name, sizeof name, "%s+%s+shared", stacks[i], loaders[j]);
			if (!strcmp(name, build)) {
				*stack = cost(i, 0);
				*loader = cost(0, j);
			}
		}
}

/*
 * The table must have each pair of presets with the same isolation exactly once, in the order of
 * the presets, and no other pair.
 */
static void every_pair_of_presets(void **state)
{
	const char *a, *b, *build_a, *build_b;
	int pairs = 0;
	(void)state;

	for (size_t i = 0; i < ENTRIES(stacks); i++)
		for (size_t j = 0; j < ENTRIES(loaders); j++)
			add("kvm", stacks[i], loaders[j], "b", cost(i, j), "");
	assert_int_equal(attribution_compute(db), 0);
	for (size_t i = 0; (a = strategy_preset(i, &build_a)); i++)
		for (size_t j = i + 1; (b = strategy_preset(j, &build_b)); j++) {
			const bool same = !strcmp(strrchr(build_a, '+'), strrchr(build_b, '+'));
			double stack[2] = { -1 }, loader[2] = { -1 };
			char sql[200], expected[200];

			find_parts(build_a, &stack[0], &loader[0]);
			find_parts(build_b, &stack[1], &loader[1]);
			snprintf(sql, sizeof sql,
			         "SELECT due_to_stack, due_to_loader, interaction FROM attribution"
			         " WHERE a = '%s' AND b = '%s'",
			         a, b);
			snprintf(expected, sizeof expected, "%.1f %.1f 0.0 ; ", stack[1] - stack[0],
			         loader[1] - loader[0]);
			assert_string_equal(ask(sql), same ? expected : "");
			pairs += same;
		}
	assert_true(pairs >= 6);
	assert_int_equal(atoi(ask("SELECT count(*) FROM attribution")), pairs);
}

static void the_two_effects_add_up(void **state)
{
	(void)state;

	srand(4);
	execute("BEGIN");
	for (int series = 0; series < 40; series++) {
		char benchmark[16];

		snprintf(benchmark, sizeof benchmark, "b%d", series);
		for (size_t i = 0; i < ENTRIES(stacks); i++)
			for (size_t j = 0; j < ENTRIES(loaders); j++)
				add("bochs", stacks[i], loaders[j], benchmark, rand() % 1000000 / 8.0, "");
	}
	execute("COMMIT");
	/* A second computation replaces the rows. */
	assert_int_equal(attribution_compute(db), 0);
	assert_int_equal(attribution_compute(db), 0);
	assert_string_equal(ask("SELECT DISTINCT count(*) FROM attribution GROUP BY a, b"), "40 ; ");
	assert_string_equal(
	        ask("SELECT sum(interaction <> 0) > 0, sum(difference <> value_b - value_a),"
	            " sum(abs(due_to_stack + due_to_loader - difference) > 1e-6) FROM attribution"),
	        "1 0 0 ; ");
}

static void it_is_exported(void **state)
{
	char text[1000];
	FILE *in;
	(void)state;

	measure("bochs", 10, 12, 13, 20);
	assert_int_equal(attribution_compute(db), 0);
	assert_int_equal(csv_export(db, "."), 0);
	in = fopen("attribution.csv", "r");
	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(
	        text, "engine,benchmark,parameter,metric,unit,a,b,value_a,value_b,difference,due_to_stack,"
	              "due_to_loader,interaction\n"
	              "bochs,b,0,m,u,heap,window,10,20,10,4.5,5.5,5\n");
}

static void a_database_without_the_table_is_an_error(void **state)
{
	int saved = dup(STDERR_FILENO);
	int status;
	(void)state;

	execute("DROP TABLE attribution");
	assert_non_null(freopen("stderr", "w", stderr));
	status = attribution_compute(db);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(status, -1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_database)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_difference_is_split),
		TEST(all_four_builds_are_needed),
		TEST(only_engines_whose_numbers_mean_something),
		TEST(presets_with_the_same_stack),
		TEST(every_pair_of_presets),
		TEST(the_two_effects_add_up),
		TEST(it_is_exported),
		TEST(a_database_without_the_table_is_an_error),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
