/* SPDX-License-Identifier: MIT */
/*
 * Tests how the harness reads the instrumentation library's lines about functions, and how it
 * stores them in the database and as collapsed stacks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/intake/counts.h"
#include "bench/host/intake/functions.h"
#include "bench/host/report/collapsed.h"
#include "tests/host/scratch.h"

static struct functions *functions;
static struct budget budget;
static struct store_row row = { .benchmark = "exec.load", .parameter = 4096, .parameter_unit = "bytes" };

static int set_up(void **state)
{
	const struct store_launch launch = { .engine = "bochs",
		                             .strategy = "window",
		                             .stack = "fixed-ist",
		                             .loader = "window",
		                             .isolation = "shared",
		                             .cpus = 1,
		                             .memory = 512,
		                             .round = 1,
		                             .seed = 1,
		                             .bench = "*",
		                             .sha256 = "hash" };

	if (make_database(state))
		return -1;
	functions = functions_new();
	budget = (struct budget){ 0 };
	row.launch = store_launch_start(store, &launch);
	return functions && row.launch > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	functions_free(functions);
	return remove_files(state);
}

__attribute__((format(printf, 1, 2))) static void take_format(const char *format, ...);

static const char *take(const char *line)
{
	static struct record record;
	const char *why;

	assert_int_equal(record_parse(&record, line, strlen(line), &why), RECORD_LIBRARY);
	return strcmp(record.type, "frame") == 0 ? functions_frame(functions, &record)
	                                         : functions_add(functions, &record);
}

static void taken(const char *line)
{
	assert_null(take(line));
}

/* Returns the first column of all rows, separated by spaces, in a static buffer. */
static const char *ask(const char *sql)
{
	static char text[1000];
	sqlite3_stmt *query;

	assert_int_equal(store_commit(store), 0);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
	*text = '\0';
	while (sqlite3_step(query) == SQLITE_ROW)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? " " : "",
		         (const char *)sqlite3_column_text(query, 0));
	sqlite3_finalize(query);
	return text;
}

static void make_frames(void)
{
	taken("!frame id=1 parent=0 function=[user]");
	taken("!frame id=2 parent=1 function=entry");
	taken("!frame id=3 parent=2 function=copy");
	taken("!frame id=4 parent=1 function=copy");
}

static void sums_over_samples(void **state)
{
	(void)state;

	make_frames();
	/* Region 1 is that of a warm-up sample. */
	taken("!function region=1 frame=1 instructions=1000 cycles_nominal=1");
	taken("!function region=2 frame=2 instructions=10 cycles_nominal=30");
	taken("!function region=2 frame=3 instructions=5 rep_iterations=100");
	taken("!function region=3 frame=3 instructions=7 cycles_nominal=8 l1_misses=2");
	taken("!function region=3 frame=4 instructions=1 cycles_nominal=3");
	taken("!function region=4 frame=2 instructions=4 cycles_nominal=9");
	functions_take(functions, 1, ROW_WARMUP);
	functions_take(functions, 3, ROW_SAMPLE); /* the order of regions does not matter */
	functions_take(functions, 2, ROW_SAMPLE);
	functions_take(functions, 4, ROW_OVERHEAD);
	assert_null(functions_store(functions, store, &row, &budget));
	assert_string_equal(
	        ask("SELECT kind || ':' || function || ':' || metric || ':' || unit || ':' || value || ':' "
	            "|| n"
	            " FROM functions ORDER BY 1"),
	        "overhead:entry:cycles_nominal:cycles:9:1 overhead:entry:instructions:instructions:4:1 "
	        "overhead:entry:work:instructions+rounds:4:1 "
	        "sample:copy:cycles_nominal:cycles:11:2 sample:copy:instructions:instructions:13:2 "
	        "sample:copy:l1_misses:events:2:2 sample:copy:rep_iterations:events:100:2 "
	        "sample:copy:work:instructions+rounds:113:2 sample:entry:cycles_nominal:cycles:30:2 "
	        "sample:entry:instructions:instructions:10:2 sample:entry:work:instructions+rounds:10:2");
	assert_string_equal(ask("SELECT stack || '=' || value FROM stacks WHERE kind = 'sample' ORDER BY 1"),
	                    "[user];copy=3 [user];entry;copy=8 [user];entry=30");
}

static void rows_are_kept_apart(void **state)
{
	struct store_row other = row;
	(void)state;

	make_frames();
	taken("!function region=1 frame=1 instructions=2");
	functions_take(functions, 1, ROW_SAMPLE);
	assert_null(functions_store(functions, store, &row, &budget));
	taken("!function region=2 frame=1 instructions=3");
	taken("!function region=9000 frame=1 instructions=100"); /* its sample comes later */
	functions_take(functions, 2, ROW_SAMPLE);
	other.parameter = 8192;
	assert_null(functions_store(functions, store, &other, &budget));
	assert_null(functions_store(functions, store, &other, &budget)); /* stores nothing more */
	assert_string_equal(ask("SELECT parameter || ':' || value FROM functions WHERE metric = "
	                        "'instructions' ORDER BY 1"),
	                    "4096:2 8192:3");
	functions_take(functions, 9000, ROW_SAMPLE);
	assert_null(functions_store(functions, store, &other, &budget));
	assert_string_equal(ask("SELECT sum(value) FROM functions WHERE metric = 'instructions'"), "105");
}

/* Without a profile of the cycle model, the collapsed stacks must have instruction counts. */
static void stacks_are_written(void **state)
{
	char line[200] = "";
	FILE *in;
	(void)state;

	make_frames();
	taken("!function region=1 frame=2 instructions=2 data_accesses=5");
	taken("!function region=1 frame=3 instructions=4");
	functions_take(functions, 1, ROW_SAMPLE);
	assert_null(functions_store(functions, store, &row, &budget));
	assert_int_equal(store_commit(store), 0);
	execute("INSERT INTO stacks SELECT launch, benchmark, parameter, 'overhead', 'empty', metric, unit, "
	        "1, 1 FROM stacks");
	assert_int_equal(collapsed_write(db, folder), 0);
	in = fopen(path_of("collapsed/bochs/window/exec.load-4096.folded"), "r");
	assert_non_null(in);
	assert_int_equal(fread(line, 1, sizeof line - 1, in),
	                 strlen("[user];entry 2\n[user];entry;copy 4\n"));
	fclose(in);
	assert_string_equal(line, "[user];entry 2\n[user];entry;copy 4\n");
	remove(path_of("collapsed/bochs/window/exec.load-4096.folded"));
	rmdir(path_of("collapsed/bochs/window"));
	rmdir(path_of("collapsed/bochs"));
	rmdir(path_of("collapsed"));
}

static void bad_lines_are_refused(void **state)
{
	(void)state;

	assert_non_null(take("!frame id=2 parent=0 function=a"));
	assert_non_null(take("!frame id=1 parent=1 function=a"));
	assert_non_null(take("!frame id=1 parent=0 function=a;b"));
	assert_non_null(take("!frame id=1 parent=0 function="));
	assert_non_null(take("!frame id=1 parent=0"));
	taken("!frame id=1 parent=0 function=a");
	assert_non_null(take("!frame id=1 parent=0 function=a"));
	assert_non_null(take("!function region=1 frame=2 instructions=1"));
	assert_non_null(take("!function region=1 frame=0 instructions=1"));
	assert_non_null(take("!function frame=1 instructions=1"));
	assert_non_null(take("!function region=1 frame=1 instructions=many"));
	assert_non_null(take("!function region=1 frame=1 a;b=1"));
	functions_take(functions, 1, ROW_SAMPLE);
	assert_null(functions_store(functions, store, &row, &budget));
	assert_string_equal(ask("SELECT count(*) FROM functions"), "0");
}

static void take_format(const char *format, ...)
{
	char line[200];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	taken(line);
}

/*
 * functions_steps() returns the number of steps so far. Storing a row must take one step per line,
 * two per name (for instructions and work), and one per frame of each stack. The frames of an
 * earlier row must add no steps.
 */
static void work_is_what_a_row_has(void **state)
{
	uint64_t before;
	(void)state;

	for (int i = 1; i <= FUNCTIONS_DEPTH_MAX; i++)
		take_format("!frame id=%d parent=%d function=f%d", i, i - 1, i);
	assert_string_equal(take("!frame id=257 parent=256 function=g"), "a frame of too many calls");
	for (int i = 1; i <= FUNCTIONS_DEPTH_MAX; i++)
		take_format("!function region=1 frame=%d instructions=1", i);
	assert_null(functions_take(functions, 1, ROW_SAMPLE));
	assert_null(functions_store(functions, store, &row, &budget));
	/* 256 lines, 256 names, and stacks with 1 + 2 + … + 256 frames. */
	assert_int_equal(functions_steps(functions), 256 + 2 * 256 + 256 * 257 / 2);

	before = functions_steps(functions);
	taken("!function region=2 frame=3 instructions=1");
	assert_null(functions_take(functions, 2, ROW_SAMPLE));
	assert_null(functions_store(functions, store, &row, &budget));
	assert_int_equal(functions_steps(functions) - before, 1 + 2 + 3);
}

/*
 * Lines that wait for their sample must cost no steps when samples of other regions arrive. Lines
 * of a region must replace those of an older region whose number differs by COUNTS_PENDING.
 */
static void waiting_lines_cost_nothing(void **state)
{
	(void)state;

	make_frames();
	for (int i = 0; i < 50000; i++)
		take_format("!function region=%d frame=1 instructions=1", 2 + i % 1000);
	for (int i = 0; i < 1000; i++)
		assert_null(functions_take(functions, 2000 + i, ROW_SAMPLE));
	assert_int_equal(functions_steps(functions), 0);
	take_format("!function region=%d frame=1 instructions=5", 2 + COUNTS_PENDING);
	assert_null(functions_take(functions, 2, ROW_SAMPLE));
	assert_int_equal(functions_steps(functions), 0);
	assert_null(functions_take(functions, 2 + COUNTS_PENDING, ROW_SAMPLE));
	assert_int_equal(functions_steps(functions), 1);
	assert_null(functions_take(functions, 3, ROW_SAMPLE));
	assert_int_equal(functions_steps(functions), 51);
}

static void sums_do_not_overflow(void **state)
{
	(void)state;

	make_frames();
	taken("!function region=1 frame=1 instructions=9223372036854775807");
	taken("!function region=9223372036854775807 frame=1 instructions=1");
	assert_null(functions_take(functions, 1, ROW_SAMPLE));
	assert_string_equal(functions_take(functions, INT64_MAX, ROW_SAMPLE),
	                    "a function's counts add up to more than 2^63 - 1");
	assert_null(functions_store(functions, store, &row, &budget));
	assert_string_equal(ask("SELECT value FROM functions WHERE metric = 'instructions'"
	                        " UNION ALL SELECT value FROM stacks"),
	                    "9223372036854775807 9223372036854775807");
}

/* A sum of instructions and iterations that does not fit in 63 bits is left out. */
static void work_does_not_overflow(void **state)
{
	(void)state;

	make_frames();
	taken("!function region=1 frame=1 instructions=9223372036854775807 rep_iterations=1");
	taken("!function region=1 frame=2 instructions=9223372036854775806 rep_iterations=1");
	assert_null(functions_take(functions, 1, ROW_SAMPLE));
	assert_null(functions_store(functions, store, &row, &budget));
	assert_string_equal(ask("SELECT function || ':' || value FROM functions WHERE metric = 'work'"),
	                    "entry:9223372036854775807");
}

/* One function at the end of two stacks: each count fits in 63 bits, but their sum does not. */
static void sums_of_names_do_not_overflow(void **state)
{
	(void)state;

	make_frames();
	taken("!function region=1 frame=3 instructions=9223372036854775807");
	taken("!function region=1 frame=4 instructions=1");
	assert_non_null(functions_take(functions, 1, ROW_SAMPLE));
	assert_null(functions_store(functions, store, &row, &budget));
	assert_string_equal(ask("SELECT value FROM functions WHERE metric = 'instructions'"),
	                    "9223372036854775807");
}

static void the_budget_is_kept(void **state)
{
	(void)state;

	make_frames();
	budget.values = BUDGET_VALUES - 2;
	taken("!function region=1 frame=2 instructions=1");
	taken("!function region=1 frame=3 instructions=1");
	assert_null(functions_take(functions, 1, ROW_SAMPLE));
	assert_string_equal(functions_store(functions, store, &row, &budget), "4000000 values");
	assert_string_equal(ask("SELECT count(*) FROM functions"), "2");
	assert_string_equal(ask("SELECT count(*) FROM stacks"), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_over_samples, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_are_kept_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stacks_are_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_lines_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(work_is_what_a_row_has, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waiting_lines_cost_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sums_do_not_overflow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(work_does_not_overflow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sums_of_names_do_not_overflow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_budget_is_kept, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
