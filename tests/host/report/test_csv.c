/* SPDX-License-Identifier: MIT */
/* Tests CSV files: quoting, reading, the columns that other tools rely on, and write errors. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/report/csv.h"
#define SCRATCH_RUN "a,run"
#include "tests/host/scratch.h"

/* Returns the content of a file in the folder, in a static buffer. */
static const char *content(const char *name)
{
	static char text[4096];
	FILE *in = fopen(path_of(name), "r");

	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

/*
 * Exports the database to the folder `where`, with stderr redirected to the file "stderr". Returns
 * the result of csv_export().
 */
static int export_to(const char *where)
{
	int saved = dup(STDERR_FILENO);
	int status;

	assert_non_null(freopen(path_of("stderr"), "w", stderr));
	status = csv_export(db, where);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return status;
}

static const char *quoted(const char *text)
{
	static char *buffer;
	size_t size;
	FILE *out;

	free(buffer);
	out = open_memstream(&buffer, &size);
	csv_write_field(out, text);
	fclose(out);
	return buffer;
}

static void fields_are_quoted_where_they_must_be(void **state)
{
	(void)state;
	assert_string_equal(quoted(""), "");
	assert_string_equal(quoted("plain text; 100 %"), "plain text; 100 %");
	assert_string_equal(quoted("a,b"), "\"a,b\"");
	assert_string_equal(quoted("say \"no\""), "\"say \"\"no\"\"\"");
	assert_string_equal(quoted("two\nlines"), "\"two\nlines\"");
	assert_string_equal(quoted("two\r\nlines"), "\"two\r\nlines\"");
	assert_string_equal(quoted("\""), "\"\"\"\"");
	assert_string_equal(quoted("0.95 … 1.05"), "0.95 … 1.05");
}

static void what_was_written_is_read_back(void **state)
{
	static const char *const fields[] = { "",   "a",      "a,b", "\"",    "\"\"", ",",
		                              "\n", "\r\n\r", " x ", "… × µ", "" };
	enum { COUNT = sizeof fields / sizeof fields[0] };
	struct csv_record record = { 0 };
	FILE *file = tmpfile();
	(void)state;

	for (int row = 0; row < 3; row++)
		for (int i = 0; i < COUNT; i++) {
			csv_write_field(file, fields[(i + row) % COUNT]);
			putc(i == COUNT - 1 ? '\n' : ',', file);
		}
	rewind(file);
	for (int row = 0; row < 3; row++) {
		assert_int_equal(csv_read_record(file, &record), 1);
		assert_int_equal(record.count, COUNT);
		for (int i = 0; i < COUNT; i++)
			assert_string_equal(record.fields[i], fields[(i + row) % COUNT]);
	}
	assert_int_equal(csv_read_record(file, &record), 0);
	csv_free(&record);
	fclose(file);
}

/*
 * Parses `text` as CSV. Returns the fields, with '|' between fields and '/' after each record, then
 * "-1" if there was an error.
 */
static const char *parsed(const char *text)
{
	static char result[400];
	struct csv_record record = { 0 };
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int got;

	result[0] = '\0';
	while ((got = csv_read_record(file, &record)) == 1) {
		for (size_t i = 0; i < record.count; i++)
			strcat(strcat(result, i ? "|" : ""), record.fields[i]);
		strcat(result, "/");
	}
	if (got < 0)
		strcat(result, "-1");
	csv_free(&record);
	fclose(file);
	return result;
}

/* csv_read_record() must accept all forms of RFC 4180, section 2. */
static void other_tools_forms_are_read(void **state)
{
	(void)state;
	assert_string_equal(parsed("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"), "aaa|bbb|ccc/zzz|yyy|xxx/");
	assert_string_equal(parsed("aaa,bbb\nzzz,yyy"), "aaa|bbb/zzz|yyy/");
	assert_string_equal(parsed("\"aaa\",\"b \nbb\",ccc\n"), "aaa|b \nbb|ccc/");
	assert_string_equal(parsed("\"aaa\",\"b\"\"bb\""), "aaa|b\"bb/");
	assert_string_equal(parsed("\"\"\n,\n"), "/|/");
	assert_string_equal(parsed("a\n\"open,\n"), "a/-1");
}

static void fields_beyond_the_maximum_are_dropped(void **state)
{
	struct csv_record record = { 0 };
	char text[] = "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26\nnext\n";
	FILE *file = fmemopen(text, strlen(text), "r");
	(void)state;

	assert_int_equal(csv_read_record(file, &record), 1);
	assert_int_equal(record.count, CSV_FIELDS_MAX);
	assert_string_equal(record.fields[CSV_FIELDS_MAX - 1], "23");
	assert_int_equal(csv_read_record(file, &record), 1);
	assert_int_equal(record.count, 1);
	assert_string_equal(record.fields[0], "next");
	csv_free(&record);
	fclose(file);
}

static void columns_are_those_that_tools_rely_on(void **state)
{
	(void)state;
	assert_int_equal(csv_export(db, folder), 0);
	assert_string_equal(content("samples.csv"),
	                    "run,engine,strategy,stack,loader,isolation,cpus,benchmark,"
	                    "parameter,round,sample,metric,unit,value,flags\n");
	assert_string_equal(content("summary.csv"),
	                    "engine,strategy,stack,loader,isolation,cpus,benchmark,parameter,"
	                    "metric,unit,n,min,q1,median,q3,max,mad,ci_low,ci_high,flags\n");
	assert_string_equal(content("comparisons.csv"),
	                    "engine,benchmark,parameter,metric,a,b,ratio,ci_low,ci_high,n,flags\n");
	assert_string_equal(content("claims.csv"),
	                    "id,seed,quote,verdict,evidence,figure,kind,also,margin_set,name\n");
	assert_int_equal(access(path_of("samples.csv.new"), F_OK), -1);
}

static void values_are_written_as_they_are(void **state)
{
	struct store_launch launch = { .engine = "bochs",
		                       .strategy = "window",
		                       .stack = "fixed-ist",
		                       .loader = "window",
		                       .isolation = "shared",
		                       .cpus = 1,
		                       .round = 2,
		                       .bench = "*",
		                       .sha256 = "" };
	struct store_row row = { store_launch_start(store, &launch), "exec.load", 4096, "bytes" };
	(void)state;

	/* The samples are stored out of order; the second has a value that a double cannot hold. */
	store_sample(store, &row, 1, "instructions", "instructions", 5, "warmup,check-failed");
	store_sample(store, &row, 0, "instructions", "instructions", (INT64_C(1) << 62) + 1, "");
	db = store_database(store);
	execute("INSERT INTO comparisons VALUES "
	        "('bochs','b',0,'m','window','heap',1.0/3,0.1,2.0,1,'exact,net'),"
	        "('bochs','b',0,'m','heap','window',1e20,NULL,-0.5,1,'')");
	execute("INSERT INTO claims VALUES (2,'f','it''s \"so\", says "
	        "who','refuted','1,2','','arithmetic','so, too','m','as named')");
	assert_int_equal(csv_export(db, folder), 0);
	assert_string_equal(strchr(content("samples.csv"), '\n') + 1,
	                    "\"a,run\",bochs,window,fixed-ist,window,shared,1,exec.load,4096,2,0,"
	                    "instructions,instructions,"
	                    "4611686018427387905,\n"
	                    "\"a,run\",bochs,window,fixed-ist,window,shared,1,exec.load,4096,2,1,"
	                    "instructions,instructions,5,"
	                    "\"warmup,check-failed\"\n");
	assert_string_equal(strchr(content("comparisons.csv"), '\n') + 1,
	                    "bochs,b,0,m,heap,window,1e+20,,-0.5,1,\n"
	                    "bochs,b,0,m,window,heap,0.33333333333333331,0.1,2,1,\"exact,net\"\n");
	assert_string_equal(
	        strchr(content("claims.csv"), '\n') + 1,
	        "2,f,\"it's \"\"so\"\", says who\",refuted,\"1,2\",,arithmetic,\"so, too\",m,as named\n");
	/* Every CSV file except samples.csv must have a JSON Lines file with the same content. */
	assert_string_equal(content("claims.jsonl"),
	                    "{\"id\": 2, \"seed\": \"f\", \"quote\": \"it's \\\"so\\\", says who\","
	                    " \"verdict\": \"refuted\", \"evidence\": \"1,2\", \"figure\": \"\","
	                    " \"kind\": \"arithmetic\", \"also\": \"so, too\", \"margin_set\": \"m\", "
	                    "\"name\": \"as named\"}\n");
	assert_non_null(strstr(content("comparisons.jsonl"),
	                       "\"ratio\": 1e+20, \"ci_low\": null, \"ci_high\": -0.5"));
	assert_int_equal(access(path_of("summary.jsonl"), F_OK), 0);
	assert_int_equal(access(path_of("attribution.jsonl"), F_OK), 0);
	assert_int_equal(access(path_of("samples.jsonl"), F_OK), -1);
}

static void a_folder_that_cannot_be_written_is_named(void **state)
{
	(void)state;
	assert_int_equal(export_to("/nowhere/at/all"), -1);
	assert_non_null(strstr(content("stderr"), "/nowhere/at/all/samples.csv"));
	assert_non_null(strstr(content("stderr"), "/nowhere/at/all/claims.csv"));
}

static void a_file_that_fails_leaves_the_old_one_and_the_others(void **state)
{
	(void)state;
	assert_int_equal(csv_export(db, folder), 0);
	execute("INSERT INTO claims VALUES (2,'f','q','refuted','e','','experiment','','','')");
	/* Make the write of one file fail, as on a full disk. */
	assert_int_equal(symlink("/dev/full", path_of("claims.csv.new")), 0);
	assert_int_equal(unlink(path_of("summary.csv")), 0);
	assert_int_equal(export_to(folder), -1);
	assert_non_null(strstr(content("stderr"), "claims.csv.new: No space left on device"));
	assert_string_equal(content("claims.csv"),
	                    "id,seed,quote,verdict,evidence,figure,kind,also,margin_set,name\n");
	assert_int_equal(access(path_of("summary.csv"), F_OK), 0);
	/* The failed export must have removed its temporary files: a second export succeeds. */
	assert_int_equal(export_to(folder), 0);
	assert_non_null(strstr(content("claims.csv"), "2,f,q,refuted,e,,experiment,,,\n"));
}

/* The large files are written by another process. */
static void a_large_file_that_fails_is_reported(void **state)
{
	(void)state;
	assert_int_equal(csv_export(db, folder), 0);
	assert_int_equal(symlink("/dev/full", path_of("samples.csv.new")), 0);
	assert_int_equal(unlink(path_of("functions.csv")), 0);
	assert_int_equal(export_to(folder), -1);
	assert_non_null(strstr(content("stderr"), "samples.csv.new: No space left on device"));
	assert_int_equal(access(path_of("functions.csv"), F_OK), 0);
	assert_int_equal(export_to(folder), 0);
}

static void a_table_that_cannot_be_read_gives_no_file(void **state)
{
	(void)state;
	execute("DROP TABLE comparisons");
	assert_int_equal(export_to(folder), -1);
	assert_non_null(strstr(content("stderr"), "comparisons.csv: no such table"));
	assert_int_equal(access(path_of("comparisons.csv"), F_OK), -1);
	assert_int_equal(access(path_of("claims.csv"), F_OK), 0);
}

#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_quoted_where_they_must_be),
		cmocka_unit_test(what_was_written_is_read_back),
		cmocka_unit_test(other_tools_forms_are_read),
		cmocka_unit_test(fields_beyond_the_maximum_are_dropped),
		WITH_DATABASE(columns_are_those_that_tools_rely_on),
		WITH_DATABASE(values_are_written_as_they_are),
		WITH_DATABASE(a_folder_that_cannot_be_written_is_named),
		WITH_DATABASE(a_file_that_fails_leaves_the_old_one_and_the_others),
		WITH_DATABASE(a_large_file_that_fails_is_reported),
		WITH_DATABASE(a_table_that_cannot_be_read_gives_no_file),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
