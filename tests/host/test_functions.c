/* SPDX-License-Identifier: MIT */
/* From the library's lines about functions to the database and to collapsed stacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/collapsed.h"
#include "bench/host/functions.h"
#include "tests/host/scratch.h"

static struct functions *functions;
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
	row.launch = store_launch_start(store, &launch);
	return functions && row.launch > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
	functions_free(functions);
	return remove_files(state);
}

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

/* The first column of all rows, with spaces between. */
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
	taken("!function region=1 frame=1 instructions=1000 cycles_nominal=1"); /* the warm-up */
	taken("!function region=2 frame=2 instructions=10 cycles_nominal=30");
	taken("!function region=2 frame=3 instructions=5");
	taken("!function region=3 frame=3 instructions=7 cycles_nominal=8 l1_misses=2");
	taken("!function region=3 frame=4 instructions=1 cycles_nominal=3");
	taken("!function region=4 frame=2 instructions=4 cycles_nominal=9");
	functions_take(functions, 1, ROW_WARMUP);
	functions_take(functions, 3, ROW_SAMPLE); /* in any order */
	functions_take(functions, 2, ROW_SAMPLE);
	functions_take(functions, 4, ROW_OVERHEAD);
	assert_int_equal(functions_store(functions, store, &row), 0);
	assert_string_equal(
	        ask("SELECT kind || ':' || function || ':' || metric || ':' || unit || ':' || value || ':' "
	            "|| n"
	            " FROM functions ORDER BY 1"),
	        "overhead:entry:cycles_nominal:cycles:9:1 overhead:entry:instructions:instructions:4:1 "
	        "sample:copy:cycles_nominal:cycles:11:2 sample:copy:instructions:instructions:13:2 "
	        "sample:copy:l1_misses:events:2:2 sample:entry:cycles_nominal:cycles:30:2 "
	        "sample:entry:instructions:instructions:10:2");
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
	assert_int_equal(functions_store(functions, store, &row), 0);
	taken("!function region=2 frame=1 instructions=3");
	taken("!function region=9000 frame=1 instructions=100"); /* of no sample yet */
	functions_take(functions, 2, ROW_SAMPLE);
	other.parameter = 8192;
	assert_int_equal(functions_store(functions, store, &other), 0);
	assert_int_equal(functions_store(functions, store, &other), 0); /* nothing came since */
	assert_string_equal(ask("SELECT parameter || ':' || value FROM functions ORDER BY 1"),
	                    "4096:2 8192:3");
	functions_take(functions, 9000, ROW_SAMPLE);
	assert_int_equal(functions_store(functions, store, &other), 0);
	assert_string_equal(ask("SELECT sum(value) FROM functions"), "105");
}

/* Without a profile the stacks are in instructions. */
static void stacks_are_written(void **state)
{
	char line[200] = "";
	FILE *in;
	(void)state;

	make_frames();
	taken("!function region=1 frame=2 instructions=2 data_accesses=5");
	taken("!function region=1 frame=3 instructions=4");
	functions_take(functions, 1, ROW_SAMPLE);
	assert_int_equal(functions_store(functions, store, &row), 0);
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
	assert_int_equal(functions_store(functions, store, &row), 0);
	assert_string_equal(ask("SELECT count(*) FROM functions"), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_over_samples, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_are_kept_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stacks_are_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bad_lines_are_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
