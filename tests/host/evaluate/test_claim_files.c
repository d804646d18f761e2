/* SPDX-License-Identifier: MIT */
/* Tests how claim files are read, how invalid ones are reported, and which launches they need. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/engine/strategy.h"
#include "bench/host/evaluate/claims.h"
#include "tests/host/scratch.h"

#define CLAIMS "bench/claims"

static char claims[64]; /* path of the test's folder of claim files */
static char notes[80];  /* path of the folder of notes, <claims>/notes */

static void remove_claims(void)
{
	if (access(claims, F_OK) == 0)
		remove_tree("claims");
}

/* Writes a claim file with the header lines `fields` and then the query. */
static void write_claim(const char *name, const char *fields, const char *query)
{
	char path[400];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", claims, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "%s%s", fields, query);
	fclose(out);
}

static void make_claims(void)
{
	assert_int_equal(mkdir(claims, 0777), 0);
	snprintf(notes, sizeof notes, "%s/notes", claims);
	assert_int_equal(mkdir(notes, 0777), 0);
	write_claim("notes/s", "first q,\n  and more. q\n", "A \"q\" of\n\ttwo  lines ends here.\n");
	write_claim("notes/f.txt", "in two\nlines\n", "");
}

static int begin(void **state)
{
	snprintf(claims, sizeof claims, "%s/claims", folder);
	make_claims();
	return make_database(state);
}

static int finish(void **state)
{
	remove_claims();
	return remove_files(state);
}

#define REST       "-- asks: a?\n-- metric: m\n-- margin: 1\n-- figure: none\n"
#define HEADER(id) "-- id: " id "\n-- seed: s\n-- quote: q\n" REST
#define SOUND      "SELECT 'refuted' AS verdict, 'because' AS evidence;\n"

static char message[2000]; /* text written to stderr */

static int divert_stderr(void)
{
	int saved = dup(STDERR_FILENO);

	assert_non_null(freopen(path_of("stderr"), "w", stderr));
	return saved;
}

static void restore_stderr(int saved)
{
	FILE *in;

	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	in = fopen(path_of("stderr"), "r");
	message[fread(message, 1, sizeof message - 1, in)] = '\0';
	fclose(in);
}

/* Runs claims_decide() on the test's folder, with its messages in `message`. Returns its result. */
static int decide(void)
{
	int saved = divert_stderr();
	int status = claims_decide(db, claims);

	restore_stderr(saved);
	return status;
}

static void a_header_is_read(void **state)
{
	(void)state;
	write_claim(
	        "07-a-long-name.sql",
	        "-- id:      7\n-- seed:    f.txt\n-- quote:   in two\n--          lines\n-- asks: ?\n"
	        "-- metric: m\n-- margin: m\n--   of two: lines\n-- figure:  exec\n-- any other comment\n\n",
	        SOUND);
	write_claim("other.txt", "", "not a claim");
	assert_int_equal(decide(), 0);
	assert_string_equal(message, "");
	assert_string_equal(
	        first_column(
	                "SELECT group_concat(id || '|' || seed || '|' || quote || '|' || verdict || '|' ||"
	                " evidence || '|' || figure) FROM claims"),
	        "7|f.txt|in two lines|refuted|because|exec");
	/* A claim may have a reason instead of a query. */
	write_claim("07-a-long-name.sql", HEADER("7") "-- not-measured: there is no\n--   such engine\n", "");
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT verdict || '|' || evidence FROM claims"),
	                    "not measured|missing: there is no such engine");
	/* The header line `figure: none` means that the claim has no figure. */
	write_claim("07-a-long-name.sql", HEADER("7"), SOUND);
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT name FROM claims"), "a long name");
	assert_string_equal(first_column("SELECT figure IS '' FROM claims"), "1");
}

/*
 * The column `also` of the SELECT is optional. The header line `kind:` is optional too; the default
 * is `experiment`.
 */
static void also_and_kind_are_stored(void **state)
{
	static const char *const cases[][2] = {
		{ SOUND, "experiment|" },
		{ "SELECT 'refuted' AS verdict, 'x' AS evidence, 'and y' AS also;", "experiment|and y" },
		{ "SELECT 'refuted' AS verdict, 'x' AS evidence, NULL AS also;", "experiment|" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		write_claim("07-x.sql", HEADER("7"), cases[i][0]);
		assert_int_equal(decide(), 0);
		assert_string_equal(first_column("SELECT kind || '|' || also FROM claims"), cases[i][1]);
	}
	write_claim("07-x.sql", HEADER("7") "-- kind: arithmetic\n", SOUND);
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT kind || '|' || also FROM claims"), "arithmetic|");
	write_claim("07-x.sql", HEADER("7") "-- kind: arithmetic\n-- not-measured: why\n", "");
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT kind || '|' || evidence FROM claims"),
	                    "arithmetic|missing: why");
}

/*
 * `margin_set` must come from the claim's last entry in the register. Entries that change only the
 * wording of a claim do not count.
 */
static void the_margins_time_is_that_of_the_register(void **state)
{
	static const char register_text[] = "# 7 0 comment before x x\n"
	                                    "7 0 1234567 before 0 first\n"
	                                    "9 0 2345678 with 0 first\n"
	                                    "8 0 3456789 after 0 first\n"
	                                    "8 0 4567890 wording 0 in English\n"
	                                    "7 0 this after 0 second\n";
	(void)state;

	write_claim("06-x.sql", HEADER("6"), SOUND);
	write_claim("07-x.sql", HEADER("7"), SOUND);
	write_claim("08-x.sql", HEADER("8"), SOUND);
	write_claim("09-x.sql", HEADER("9"), SOUND);
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT group_concat(margin_set, '') FROM claims"), "");
	write_claim("register.txt", register_text, "");
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT group_concat(id || ' ' || margin_set, '; ') FROM claims"),
	                    "6 ; 7 in entry 5 of the register, after the experiment; "
	                    "8 in 3456789, after the experiment; 9 in 2345678, together with the experiment");
}

/*
 * An entry of the register may have the word `this` in place of a revision. Once git has committed
 * the entry, `margin_set` must have the revision of that commit.
 */
static void git_names_the_revision_of_an_entry(void **state)
{
	const char *set;
	char command[600];
	FILE *in;
	(void)state;

	write_claim("07-x.sql", HEADER("7"), SOUND);
	write_claim("register.txt", "7 0 this after 0 first\n", "");
	snprintf(command, sizeof command,
	         "cd '%s' && git init -q . && commit='git -c user.name=t -c user.email=t@localhost commit -q "
	         "-m' &&"
	         " $commit first --allow-empty && git add -A && $commit second &&"
	         " git log -1 --format='in %%H, after' >hash",
	         claims);
	assert_int_equal(system(command), 0);
	assert_int_equal(decide(), 0);
	snprintf(command, sizeof command, "%s/hash", claims);
	in = fopen(command, "r");
	assert_non_null(in);
	assert_non_null(fgets(command, sizeof command, in));
	fclose(in);
	set = first_column("SELECT margin_set FROM claims");
	assert_true(strcspn(set, ",") >= strlen("in 1234567"));
	assert_int_equal(strncmp(set, command, strcspn(set, ",")), 0);
	assert_string_equal(strchr(set, ','), ", after the experiment");
	write_claim("register.txt", "7 0 this after 0 first\n7 0 this before 0 second\n", "");
	assert_int_equal(decide(), 0);
	assert_string_equal(first_column("SELECT margin_set FROM claims"),
	                    "in entry 2 of the register, before the experiment");
}

static void malformed_claims_are_named_and_the_others_decided(void **state)
{
	static const struct {
		const char *name, *fields, *query, *complaint;
	} bad[] = {
		{ "11-x.sql", "-- seed: s\n-- quote: q\n" REST, SOUND, "the header lacks a line: id" },
		{ "11-x.sql", "-- id: 11\n-- seed: imaginary.txt\n-- quote: q\n" REST, SOUND,
		  "notes/imaginary.txt cannot be read: No such file or directory" },
		{ "11-x.sql", "-- id: 11\n-- seed: ../notes/s\n-- quote: q\n" REST, SOUND,
		  "not the name of a note: ../notes/s" },
		{ "11-x.sql", "-- id: 11\n-- seed: s\n-- quote: a planted quote\n" REST, SOUND,
		  "the note does not contain the quote: a planted quote" },
		{ "11-x.sql", "-- id: 11\n-- seed: s\n" REST, SOUND, "the header lacks a line: quote" },
		{ "11-x.sql", "-- id: 11\n-- seed: s\n-- quote:\n" REST, SOUND,
		  "the header lacks a line: quote" },
		{ "11-x.sql", "-- id: 11\n-- id: 12\n-- seed: s\n-- quote: q\n" REST, SOUND,
		  "is given twice: id" },
		{ "11-x.sql", HEADER("eleven"), SOUND, "the id is not a number from 1 to 99: eleven" },
		{ "11-x.sql", HEADER("12"), SOUND, "the id differs from the number in the file's name: 12" },
		{ "x.sql", HEADER("11"), SOUND, "is not named NN-name.sql" },
		{ "11-x.sql", HEADER("11"), "SELEKT 1;\n", "SQL: near \"SELEKT\": syntax error" },
		{ "11-x.sql", HEADER("11"), "SELECT x AS verdict, 1 AS evidence FROM nowhere;",
		  "SQL: no such table" },
		{ "11-x.sql", HEADER("11"), "", "there is no SELECT" },
		{ "11-x.sql", HEADER("11"), SOUND SOUND, "there is more than one statement" },
		{ "11-x.sql", HEADER("11"), "DELETE FROM samples;", "the statement is not a SELECT" },
		{ "11-x.sql", HEADER("11"), "SELECT 'refuted', 'because';",
		  "the columns are not verdict, evidence and, optionally, also" },
		{ "11-x.sql", HEADER("11"), "SELECT 'refuted' AS verdict, 'x' AS evidence, 'y' AS more;",
		  "the columns are not verdict, evidence and, optionally, also" },
		{ "11-x.sql", HEADER("11"), "SELECT 'refuted' AS verdict, 'x' AS evidence, '' AS also, 1;",
		  "the columns are not verdict, evidence and, optionally, also" },
		{ "11-x.sql", HEADER("11"), "SELECT 'refuted' AS verdict;",
		  "the columns are not verdict, evidence and, optionally, also" },
		{ "11-x.sql", HEADER("11") "-- kind: opinion\n", SOUND, "not a kind: opinion" },
		{ "11-x.sql", HEADER("11") "-- kind: arithmetic\n-- kind: arithmetic\n", SOUND,
		  "not a kind: arithmetic,arithmetic" },
		{ "11-x.sql", HEADER("11"),
		  "SELECT 'refuted' AS verdict, 'x' AS evidence UNION ALL SELECT 'refuted', 'y';",
		  "the SELECT does not give exactly one row" },
		{ "11-x.sql", HEADER("11"), "SELECT 'refuted' AS verdict, 'x' AS evidence WHERE 0;",
		  "the SELECT does not give exactly one row" },
		{ "11-x.sql", HEADER("11"), "SELECT 'maybe' AS verdict, 'x' AS evidence;",
		  "not a verdict: maybe" },
		{ "11-x.sql", HEADER("11"), "SELECT NULL AS verdict, 'x' AS evidence;",
		  "not a verdict: NULL" },
		{ "11-x.sql", HEADER("11"), "SELECT 'refuted' AS verdict, NULL AS evidence;",
		  "the evidence is empty" },
		{ "11-x.sql", HEADER("11"),
		  "SELECT 'refuted' AS verdict, abs(-9223372036854775807 - 1) AS evidence;",
		  "SQL: integer overflow" },
		{ "11-x.sql", HEADER("11") "-- not-measured: why\n", SOUND, "it has a query, and says" },
		{ "10-same.sql", HEADER("10"), SOUND,
		  "the verdict cannot be stored: UNIQUE constraint failed" },
	};
	(void)state;

	write_claim("10-before.sql", HEADER("10"), SOUND);
	write_claim("99-after.sql", HEADER("99"), SOUND);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char path[400];

		write_claim(bad[i].name, bad[i].fields, bad[i].query);
		assert_int_equal(decide(), -1);
		if (!strstr(message, bad[i].complaint) || !strstr(message, bad[i].name))
			fail_msg("%s, wanted: %s", message, bad[i].complaint);
		assert_string_equal(first_column("SELECT group_concat(id) FROM claims"), "10,99");
		snprintf(path, sizeof path, "%s/%s", claims, bad[i].name);
		unlink(path);
	}
	assert_int_equal(decide(), 0);
}

static void unreadable_files_and_folders_are_named(void **state)
{
	char path[400];
	(void)state;

	write_claim("10-before.sql", HEADER("10"), SOUND);
	snprintf(path, sizeof path, "%s/11-folder.sql", claims);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(decide(), -1);
	assert_non_null(strstr(message, "claim 11-folder.sql: 11-folder.sql cannot be read"));
	assert_string_equal(first_column("SELECT group_concat(id) FROM claims"), "10");
	rmdir(path);
	remove_claims();
	assert_int_equal(decide(), -1);
	assert_non_null(strstr(message, "/claims: No such file or directory"));
}

/*
 * Returns the launches that the claims in the folder `where` need, one per line, in a static
 * buffer. A line begins with "+" if the launch has `alone` set, as the launches of the key `boots`
 * do. It ends with the number of rounds if there are several, and with that of CPUs if there is one.
 */
static const char *needed(const char *where)
{
	static char text[64 * sizeof(struct claim_run)];
	FILE *out = fmemopen(text, sizeof text, "w");
	struct claim_run runs[64];
	int saved = divert_stderr();
	size_t count = claims_needed_runs(where, NULL, NULL, runs, 64);

	restore_stderr(saved);
	assert_true(count <= 64);
	for (size_t i = 0; i < count; i++) {
		fprintf(out, runs[i].rounds > 1 ? "%s%s %s %u" : "%s%s %s", runs[i].alone ? "+" : "",
		        runs[i].strategy, runs[i].bench, runs[i].rounds);
		fprintf(out, runs[i].cpus ? " cpus=%u\n" : "\n", runs[i].cpus);
	}
	putc('\0', out);
	fclose(out);
	return text;
}

static void needed_runs_are_collected_once_each(void **state)
{
	struct claim_run runs[4];
	(void)state;

	assert_string_equal(needed(claims), "");
	write_claim("02-two.sql", HEADER("2") "-- needs: heap irq.*\n-- needs: a+b+c  exec.*\n", SOUND);
	write_claim("03-same.sql", HEADER("3") "-- needs: heap irq.*, heap tlb.*\n", SOUND);
	write_claim("01-none.sql", HEADER("1"), SOUND);
	assert_string_equal(needed(claims), "heap irq.*\na+b+c exec.*\nheap tlb.*\n");
	/* The result counts all launches, even if the array has room for fewer. */
	memset(runs, 0, sizeof runs);
	assert_int_equal(claims_needed_runs(claims, NULL, NULL, runs, 2), 3);
	assert_string_equal(runs[1].bench, "exec.*");
	assert_string_equal(runs[2].strategy, "");

	write_claim("04-bad.sql", HEADER("4") "-- needs: heap irq.* exec.*\n", SOUND);
	write_claim("05-bad.sql", HEADER("5") "-- needs: heap\n-- needs: window switch.*\n", SOUND);
	assert_string_equal(needed(claims), "heap irq.*\na+b+c exec.*\nheap tlb.*\nwindow switch.*\n");
	assert_non_null(
	        strstr(message, "claim 04-bad.sql: needs: not a strategy and a benchmark: heap irq.*"));
	assert_non_null(strstr(message, "claim 05-bad.sql: needs: not a strategy and a benchmark: heap\n"));
	assert_string_equal(needed("/nowhere"), "");
}

static void a_launch_has_a_number_of_rounds(void **state)
{
	(void)state;

	/* Of two claims that need the same launch, the one that needs more rounds counts. */
	write_claim("01-some.sql", HEADER("1") "-- needs: heap irq.*, heap tlb.* 6\n-- boots: heap a  3 \n",
	            SOUND);
	write_claim("02-more.sql", HEADER("2") "-- needs: heap irq.* 6, heap tlb.* 2\n-- boots: heap a\n",
	            SOUND);
	assert_string_equal(needed(claims), "heap irq.* 6\nheap tlb.* 6\n+heap a 3\n");
	assert_string_equal(message, "");
	write_claim("01-some.sql",
	            HEADER("1") "-- needs: heap a 0, heap b 100, heap c -1, heap d 6.5, heap e x\n", SOUND);
	assert_string_equal(needed(claims), "heap irq.* 6\nheap tlb.* 2\n+heap a\n");
	assert_non_null(
	        strstr(message, "claim 01-some.sql: needs: not a strategy and a benchmark: heap a 0\n"));
	assert_non_null(strstr(message, "heap b 100\n"));
	assert_non_null(strstr(message, "heap c -1\n"));
	assert_non_null(strstr(message, "heap d 6.5\n"));
	assert_non_null(strstr(message, "heap e x\n"));
}

static void a_launch_has_a_number_of_cpus(void **state)
{
	(void)state;

	write_claim("01-some.sql", HEADER("1") "-- boots: heap a cpus=2, b c  3 cpus=15 , heap a\n", SOUND);
	write_claim("02-more.sql", HEADER("2") "-- boots: heap a 5 cpus=2, heap a\n", SOUND);
	assert_string_equal(needed(claims), "+heap a 5 cpus=2\n+b c 3 cpus=15\n+heap a\n");
	assert_string_equal(message, "");
	write_claim("01-some.sql",
	            HEADER("1") "-- boots: a a cpus=1, b b cpus=16, d d cpus=2 3\n-- needs: e e cpus=2\n",
	            SOUND);
	assert_string_equal(needed(claims), "+heap a 5 cpus=2\n+heap a\n");
	assert_non_null(strstr(message, "a a cpus=1\n"));
	assert_non_null(strstr(message, "b b cpus=16\n"));
	assert_non_null(strstr(message, "d d cpus=2 3\n"));
	assert_non_null(strstr(message, "e e cpus=2\n"));
}

static bool is_of_window(const struct claim_run *run, const void *data)
{
	return !strcmp(run->strategy, data);
}

static void claims_without_a_wanted_launch_are_left_out(void **state)
{
	struct claim_run runs[8];
	(void)state;

	write_claim("01-heap.sql", HEADER("1") "-- needs: heap irq.*\n", SOUND);
	write_claim("02-both.sql", HEADER("2") "-- needs: heap tlb.*\n-- boots: window a\n", SOUND);
	write_claim("03-none.sql", HEADER("3"), SOUND);
	assert_int_equal(claims_needed_runs(claims, is_of_window, "window", runs, 8), 2);
	assert_string_equal(runs[0].bench, "tlb.*");
	assert_string_equal(runs[1].bench, "a");
	assert_int_equal(claims_needed_runs(claims, is_of_window, "random", runs, 8), 0);
	assert_int_equal(claims_needed_runs(claims, is_of_window, "heap", runs, 8), 3);
}

static void boots_are_launches_of_their_own(void **state)
{
	(void)state;

	/*
	 * An item under both `boots` and `needs` is two launches; an item under the same key in two
	 * claims is one launch.
	 */
	write_claim("01-both.sql", HEADER("1") "-- boots: heap irq.*,window  tlb.*\n-- needs: heap irq.*\n",
	            SOUND);
	write_claim("02-same.sql", HEADER("2") "-- boots: heap irq.* , heap irq.*\n-- needs: window tlb.*\n",
	            SOUND);
	write_claim("03-long.sql", HEADER("3") "-- boots: heap a,\n--   heap b\n", SOUND);
	assert_string_equal(needed(claims),
	                    "heap irq.*\n+heap irq.*\n+window tlb.*\nwindow tlb.*\n+heap a\n+heap b\n");
	assert_string_equal(message, "");
	remove_claims();
	make_claims();

	/* A malformed item must be reported and skipped. */
	write_claim("01-bad.sql", HEADER("1") "-- boots: heap, window a, window b c,\n", SOUND);
	assert_string_equal(needed(claims), "+window a\n");
	assert_non_null(strstr(message, "claim 01-bad.sql: boots: not a strategy and a benchmark: heap\n"));
	assert_non_null(
	        strstr(message, "claim 01-bad.sql: boots: not a strategy and a benchmark:  window b c\n"));
	assert_non_null(strstr(message, "claim 01-bad.sql: boots: not a strategy and a benchmark\n"));
	/* The key `boots` is optional and may be empty. */
	write_claim("01-bad.sql", HEADER("1") "-- boots:\n", SOUND);
	assert_string_equal(needed(claims), "");
	assert_string_equal(message, "");
}

static void the_claims_of_the_project_need_what_they_say(void **state)
{
	static const char *const some[] = { "heap-rsp0+sandwich+shared irq.entry.*\n",
		                            "+heap pitfall.sandwich_irq\n",
		                            "+window pitfall.window_irq\n",
		                            "+random pitfall.window_irq\n",
		                            "heap-sw+direct+shared syscall.null 6\n",
		                            "+heap-sw+direct+bouncing copy.user.* 6\n" };
	struct claim_run runs[64];
	size_t count = claims_needed_runs(CLAIMS, NULL, NULL, runs, 64);
	const char *all = needed(CLAIMS);
	(void)state;

	assert_string_equal(message, "");
	for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
		assert_non_null(strstr(all, some[i]));
	for (size_t i = 0; i < count; i++) {
		struct strategy strategy;
		char why[200];

		assert_int_equal(strategy_parse(runs[i].strategy, &strategy, why, sizeof why), 0);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_header_is_read),
		TEST(also_and_kind_are_stored),
		TEST(the_margins_time_is_that_of_the_register),
		TEST(git_names_the_revision_of_an_entry),
		TEST(malformed_claims_are_named_and_the_others_decided),
		TEST(unreadable_files_and_folders_are_named),
		TEST(needed_runs_are_collected_once_each),
		TEST(boots_are_launches_of_their_own),
		TEST(a_launch_has_a_number_of_rounds),
		TEST(a_launch_has_a_number_of_cpus),
		TEST(claims_without_a_wanted_launch_are_left_out),
		TEST(the_claims_of_the_project_need_what_they_say),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
