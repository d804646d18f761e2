/* SPDX-License-Identifier: MIT */
/* Tests how the intake treats the names, texts, flags and floods of a hostile guest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#include "bench/host/base/json.h"
#include "bench/host/base/text.h"
#include "bench/host/intake/intake.h"
#include "bench/host/report/collapsed.h"
#include "bench/host/report/plots_data.h"
#include "tests/host/scratch.h"

static const char hello[] =
        "hello protocol=2 stack=fixed-ist loader=window isolation=shared revision=r compiler=gcc-12"
        " mode=bench cpus=1 memory=1 seed=1 features=none";

static struct intake *intake;
static struct strategy strategy;
static int64_t launch;
static uint64_t number;
static uint32_t checksum;

static int set_up(void **state)
{
	const struct store_launch start = { .engine = "bochs",
		                            .strategy = "window",
		                            .stack = "fixed-ist",
		                            .loader = "window",
		                            .isolation = "shared",
		                            .round = 1,
		                            .bench = "*",
		                            .sha256 = "hash" };
	char why[100];

	if (make_database(state) || strategy_parse("window", &strategy, why, sizeof why))
		return -1;
	launch = store_launch_start(store, &start);
	intake = intake_new(&(struct intake_setup){
	        .store = store, .launch = launch, .strategy = &strategy, .mode = "bench" });
	number = checksum = 0;
	return intake ? 0 : -1;
}

static int tear_down(void **state)
{
	intake_free(intake);
	return remove_files(state);
}

/* Sends a record to the intake, as a guest would. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	char body[RECORD_LINE_MAX], line[RECORD_LINE_MAX + 1];
	va_list arguments;
	size_t length;

	va_start(arguments, format);
	vsnprintf(body, sizeof body, format, arguments);
	va_end(arguments);
	length = record_encode(line, sizeof line, ++number, body);
	assert_int_not_equal(length, 0);
	checksum = record_crc(checksum, line, length);
	intake_feed(intake, line, length);
}

static void say_row(int samples)
{
	say("bench name=tlb.cr3 parameter=0 unit=none samples=%d warmup=0 index=1 of=1", samples);
}

static void say_sample(int sample)
{
	say("sample name=tlb.cr3 parameter=0 sample=%d flags=- region=0 m.tsc=5:ticks", sample);
}

static const char *ask(const char *sql)
{
	assert_int_equal(store_commit(store), 0);
	return first_column(sql);
}

/*
 * The intake must refuse a name if a path made from it would leave its folder, or if a shell, SQL,
 * gnuplot or a terminal would interpret the name.
 */
static void bad_names_are_refused(void **state)
{
	static const char *const names[] = {
		"..",
		"../../evil",
		"x/y/z",
		"/etc/passwd",
		"a..b",
		".hidden",
		"-rf",
		"",
		"a%20b",
		"a%0ab",
		"%1b[2J",
		"`id`",
		"a\"b",
		"a'b",
		"a;b",
		"a|b",
		"a\\b",
		"<script>",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	static const char *const records[] = {
		"bench name=%s parameter=0 unit=none samples=1 warmup=0 index=1 of=1",
		"bench name=a parameter=0 unit=%s samples=1 warmup=0 index=1 of=1",
		"sample name=tlb.cr3 parameter=0 sample=0 flags=- region=0 m.%s=5:ticks",
		"sample name=tlb.cr3 parameter=0 sample=0 flags=- region=0 m.tsc=5:%s",
		"check name=%s parameter=0 ok=0 detail=-",
		"test name=%s ok=0 detail=-",
		"skip name=%s parameter=0 reason=-",
		"fact name=%s value=1 unit=bytes",
		"fact name=a value=1 unit=%s",
	};
	uint64_t expected = 0;
	(void)state;

	say("%s", hello);
	say_row(1);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		for (size_t j = 0; j < sizeof records / sizeof records[0]; j++) {
			char record[300];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(record, sizeof record, records[j], names[i]);
#pragma GCC diagnostic pop
			say("%s", record);
			assert_int_equal(intake_report(intake)->damaged, ++expected);
		}
	assert_string_equal(intake_report(intake)->damage,
	                    "record 3 (bench ..): a name has 1 to 63 letters, digits and . _ - and begins "
	                    "with a letter or digit");
	assert_string_equal(ask("SELECT count(*) FROM samples"), "0");
	assert_string_equal(ask("SELECT count(*) FROM checks"), "0");
	/* The three facts are those of the hello record. */
	assert_string_equal(ask("SELECT count(*) FROM facts"), "3");
}

static void honest_names_are_taken(void **state)
{
	(void)state;

	say("%s", hello);
	say("bench name=exec.real parameter=1 unit=program/bash-static samples=1 warmup=0 index=1 of=2");
	say("sample name=exec.real parameter=1 sample=0 flags=- region=0 m.dtlb_misses=5:tsc-ticks");
	say("bench name=micro.copy_4KiB parameter=0 unit=none samples=1 warmup=0 index=2 of=2");
	say("skip name=micro.copy_4KiB parameter=0 reason=-");
	assert_int_equal(intake_report(intake)->damaged, 0);
	assert_string_equal(ask("SELECT parameter_unit || metric || unit FROM samples"),
	                    "program/bash-staticdtlb_missestsc-ticks");
	assert_false(name_is_unit("a/b/c"));
	assert_false(name_is_unit("a/"));
	assert_false(name_is_unit("/a"));
	assert_false(name_is_unit("a/.."));
}

/*
 * Escaped control characters and line ends in a record must stay escaped in the database and in
 * messages.
 */
static void texts_are_shown_escaped(void **state)
{
	static const char dangerous[] =
	        "%1b[2J%1b]0;title%07%0d%0arun-bench:%20complete%9b1m%c2%9b%e2%80%ae%7f";
	static const char shown[] = "%1b[2J%1b]0;title%07%0d%0arun-bench: complete%9b1m%c2%9b%e2%80%ae%7f";
	char text[200];
	(void)state;

	say("%s", hello);
	say_row(1);
	say("check name=tlb.cr3 parameter=0 ok=0 detail=%s", dangerous);
	assert_string_equal(ask("SELECT detail FROM checks"), shown);
	say("skip name=tlb.cr3 parameter=0 reason=%s", dangerous);
	assert_string_equal(ask("SELECT detail FROM checks WHERE kind = 'skip'"), shown);
	say("fact name=a value=%s unit=none", dangerous);
	assert_string_equal(ask("SELECT value FROM facts WHERE name = 'a'"), shown);
	say("panic text=%s", dangerous);
	snprintf(text, sizeof text, "kernel panic: %s", shown);
	assert_string_equal(intake_report(intake)->failure, text);
}

/* The intake must refuse records with unescaped control bytes. */
static void raw_bytes_are_refused(void **state)
{
	(void)state;

	say("%s", hello);
	say("fact name=a value=\x9b unit=none");
	say("fact name=a value=\x1b unit=none");
	assert_int_equal(intake_report(intake)->damaged, 2);
	assert_string_equal(intake_report(intake)->damage,
	                    "after record 1: a byte that is not printable ASCII");
}

/*
 * Each sample must be flagged once, however many checks fail, so that the number of database
 * changes is linear in the number of samples and checks.
 */
static void one_flag_once(void **state)
{
	int before;
	(void)state;

	say("%s", hello);
	say_row(100);
	store_commit(store);
	before = sqlite3_total_changes(db);
	for (int i = 0; i < 50; i++)
		say_sample(i);
	for (int i = 0; i < 200; i++)
		say("check name=tlb.cr3 parameter=0 ok=0 detail=-");
	for (int i = 50; i < 80; i++)
		say_sample(i);
	say("check name=tlb.cr3 parameter=0 ok=0 detail=-");
	/* 80 samples and 201 checks are inserted, and the first 50 samples are updated. */
	assert_int_equal(sqlite3_total_changes(db) - before, 80 + 201 + 50);
	assert_string_equal(ask("SELECT group_concat(DISTINCT flags) FROM samples"), "check-failed");
	intake_finish(intake);
	intake_finish(intake);
	assert_int_equal(sqlite3_total_changes(db) - before, 80 + 201 + 50 + 80);
	assert_string_equal(ask("SELECT group_concat(DISTINCT flags) FROM samples"),
	                    "check-failed,cut-short");
	assert_string_equal(ask("SELECT count(*) FROM samples"), "80");
}

/*
 * Sends a record repeatedly until the intake reports a flood; the report must be `what`. Returns
 * the number of records sent.
 */
static uint64_t flood(const char *format, const char *what)
{
	uint64_t before = number;

	while (!intake_report(intake)->flood && number - before < 200000) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		say(format, number);
#pragma GCC diagnostic pop
	}
	assert_non_null(intake_report(intake)->flood);
	assert_string_equal(intake_report(intake)->flood, what);
	return number - before;
}

static void floods_are_limited(void **state)
{
	uint64_t said;
	(void)state;

	say("%s", hello);
	say_row(1);
	say_sample(0);
	said = flood("check name=tlb.cr3 parameter=0 ok=0 detail=-",
	             "100000 checks, tests, skipped rows and facts");
	assert_int_equal(said, 100000 - 3 + 1); /* the hello record counts as three facts */
	assert_string_equal(ask("SELECT count(*) FROM checks"), "99997");
	assert_string_equal(ask("SELECT flags FROM samples"), "check-failed");
}

static void skips_are_limited(void **state)
{
	(void)state;

	say("%s", hello);
	assert_int_equal(flood("skip name=a parameter=%" PRIu64 " reason=-",
	                       "100000 checks, tests, skipped rows and facts"),
	                 100000 - 3 + 1);
}

static void rows_are_limited(void **state)
{
	(void)state;

	say("%s", hello);
	assert_int_equal(flood("bench name=a parameter=%" PRIu64 " unit=none samples=0 warmup=0 index=1 of=1",
	                       "4096 rows"),
	                 4097);
}

/* Refused rows must count towards the limit too, because each is compared with all known rows. */
static void refused_rows_are_limited(void **state)
{
	(void)state;

	say("%s", hello);
	assert_int_equal(
	        flood("bench name=a parameter=1 unit=none samples=0 warmup=0 index=1 of=1", "4096 rows"),
	        4097);
}

static void damage_is_limited(void **state)
{
	(void)state;

	say("%s", hello);
	assert_int_equal(flood("nonsense", "100000 damaged records"), 100001);
	assert_int_equal(intake_report(intake)->damaged, 100001);
}

static void text_is_limited(void **state)
{
	char words[451] = "";
	uint64_t said = 0;
	(void)state;

	memset(words, 'x', sizeof words - 1);
	say("%s", hello);
	for (; !intake_report(intake)->flood && said < 50000; said++)
		say("fact name=a value=%s unit=none", words);
	assert_string_equal(intake_report(intake)->flood, "16 MiB of text");
	assert_int_equal(said, ((16UL << 20) - 31) / 451 + 1); /* the hello record took 31 bytes */
}

/* File names made from the database must stay inside the folder, whatever the database contains. */
static void files_are_named_safely(void **state)
{
	char name[64];
	(void)state;

	assert_string_equal(name_for_file("exec.load", name, sizeof name), "exec.load");
	assert_string_equal(name_for_file("heap-rsp0+self+shared", name, sizeof name),
	                    "heap-rsp0+self+shared");
	assert_string_equal(name_for_file("../../evil", name, sizeof name), "_._.._evil");
	assert_string_equal(name_for_file("..", name, sizeof name), "_.");
	assert_string_equal(name_for_file("x/y z\"`\n", name, sizeof name), "x_y_z___");
	assert_string_equal(name_for_file("abcdef", name, 4), "abc");

	store_commit(store);
	execute("INSERT INTO summary (engine, strategy, benchmark, parameter, metric, unit, median, flags) "
	        "VALUES"
	        " ('bochs', '../window', '../../evil', 0, 'instructions', 'x', 1, '')");
	execute("INSERT INTO stacks SELECT id, '../../evil', 0, 'sample', 'a', 'instructions', 'x', 1, 1 "
	        "FROM launches");
	execute("UPDATE launches SET strategy = '../..'");
	assert_int_equal(mkdir(path_of("data"), 0777), 0);
	for (size_t i = 0; i < views_count; i++)
		assert_int_equal(plots_data_write(db, path_of("data"), &views[i]), 0);
	assert_int_equal(access(path_of("data/bochs/_._.._evil._._window.dat"), F_OK), 0);
	assert_int_equal(collapsed_write(db, folder), 0);
	assert_int_equal(access(path_of("collapsed/bochs/_._../_._.._evil-0.folded"), F_OK), 0);
	remove_tree("data");
	remove_tree("collapsed");
}

static void texts_are_cleaned(void **state)
{
	char text[] = "a\x1b[2J\xc2\x9b\x9b µ… \x7f\r\n\t";
	char *written = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&written, &size);
	(void)state;

	assert_string_equal(text_clean(text), "a?[2J???"
	                                      " µ… ??\n\t");
	text_print(out, "%s|%d", "\x1b]0;x\x07", 7);
	json_write_string(out, "\x1b\xff\"µ");
	fclose(out);
	assert_string_equal(written, "?]0;x?|7\"\\u001b\\ufffd\\\"µ\"");
	free(written);
}

/* A row that lacks samples must be flagged `cut-short`. Its warm-up samples must not count. */
static void warm_up_replaces_no_sample(void **state)
{
	(void)state;
	say("%s", hello);
	say("bench name=tlb.cr3 parameter=0 unit=none samples=2 warmup=1 index=1 of=1");
	say("sample name=tlb.cr3 parameter=0 sample=0 flags=warmup region=0 m.tsc=5:ticks");
	say_sample(0);
	intake_finish(intake);
	assert_string_equal(ask("SELECT max(flags LIKE '%cut-short%') FROM samples"), "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bad_names_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(honest_names_are_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(texts_are_shown_escaped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(raw_bytes_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_flag_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(floods_are_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(skips_are_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_are_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused_rows_are_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(warm_up_replaces_no_sample, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_is_limited, set_up, tear_down),
		cmocka_unit_test_setup_teardown(files_are_named_safely, set_up, tear_down),
		cmocka_unit_test(texts_are_cleaned),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
