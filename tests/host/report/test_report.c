/* SPDX-License-Identifier: MIT */
/* Tests report.html: the order of its parts, and that text from a run is escaped. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/answers/number.h"
#include "bench/host/report/html.h"
#include "bench/host/report/plots.h"
#include "bench/host/report/plots_data.h"
#include "bench/host/report/report.h"
#include "bench/host/report/report_parts.h"

#define SCRATCH_RUN "<run> & \"name\""
#include "tests/host/report/measured.h"

static char sentence[REPORT_SENTENCE_MAX];

static const char *escaped(const char *text)
{
	static char result[400];
	char *made = NULL;
	size_t size;
	FILE *out = open_memstream(&made, &size);

	html_text(out, text);
	fclose(out);
	snprintf(result, sizeof result, "%s", made);
	free(made);
	return result;
}

static void text_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(escaped("<script>alert('1')</script>"),
	                    "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
	assert_string_equal(escaped("\" onload=\"x & y"), "&quot; onload=&quot;x &amp; y");
	assert_string_equal(escaped("a\tb\nc → ü 🙂"), "a\tb\nc → ü 🙂");
	assert_string_equal(escaped(NULL), "");
}

static void what_is_no_text_is_replaced(void **state)
{
	(void)state;
	assert_string_equal(escaped("a\x1b[31mb\x7f"), "a\uFFFD[31mb\uFFFD");
	assert_string_equal(escaped("\xff"), "\uFFFD");
	assert_string_equal(escaped("\xc3"), "\uFFFD");           /* cut-off sequence */
	assert_string_equal(escaped("\xc0\xbc"), "\uFFFD\uFFFD"); /* overlong form of '<' */
	assert_string_equal(escaped("\xe0\x80\xbc"), "\uFFFD\uFFFD\uFFFD");
	assert_string_equal(escaped("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD"); /* UTF-16 surrogate */
	assert_string_equal(escaped("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
	assert_string_equal(escaped("\xc3<"), "\uFFFD&lt;");
}

static void numbers_have_thousands(void **state)
{
	char text[40];
	(void)state;

	assert_string_equal(number_digits(0, text, sizeof text), "0");
	assert_string_equal(number_digits(999, text, sizeof text), "999");
	assert_string_equal(number_digits(-1234567, text, sizeof text), "-1,234,567");
	assert_string_equal(number_digits(1234.5, text, sizeof text), "1,234.5");
	assert_string_equal(number_digits(1e300, text, sizeof text), "1e+300");
}

static void files_become_base64(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" },        { "f", "Zg==" },        { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "\xff\xfe\xfd", "//79" }
	};
	(void)state;

	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		FILE *in = fopen(path_of("bytes"), "w");
		char *made = NULL;
		size_t size;
		FILE *out = open_memstream(&made, &size);

		fputs(pairs[i][0], in);
		fclose(in);
		assert_int_equal(html_base64_file(out, path_of("bytes")), 0);
		fclose(out);
		assert_string_equal(made, pairs[i][1]);
		free(made);
	}
	assert_int_equal(html_base64_file(stdout, path_of("nothing")), -1);
}

static void booted(const char *engine, const char *strategy, const char *launch_state)
{
	char *sql = NULL;

	assert_true(asprintf(&sql,
	                     "INSERT INTO launches (engine, strategy, stack, loader, isolation, cpus, "
	                     "memory, round,"
	                     " bench, state) VALUES ('%s', '%s', 'heap-sw', 'sandwich', 'shared', 1, 512, 1, "
	                     "'*', '%s')",
	                     engine, strategy, launch_state) > 0);
	execute(sql);
	free(sql);
}

static void an_empty_run_is_said_to_be(void **state)
{
	(void)state;
	assert_string_equal(report_say_what_ran(db, sentence), "This run booted nothing.");
	assert_string_equal(report_say_verdicts(db, sentence), "No claim was decided.");
}

static void boots_and_verdicts_are_counted(void **state)
{
	(void)state;
	booted("bochs", "heap", "complete");
	booted("bochs", "window", "complete");
	booted("kvm", "window", "cut short");
	booted("image", "heap", "complete");
	execute("UPDATE run SET started = '2026-01-01T00:00:00Z', finished = '2026-01-01T00:02:05Z', state = "
	        "'failed'");
	execute("INSERT INTO samples VALUES (1, 'exec.spawn', 4096, 'bytes', 0, 'instructions', "
	        "'instructions', 7, ''),"
	        " (1, 'exec.spawn', 4096, 'bytes', 0, 'walk_reads', 'events', 7, ''),"
	        " (1, 'exec.spawn', 4096, 'bytes', 0, 'instructions', 'instructions', 7, 'warmup'),"
	        " (4, 'irq.entry.user', 0, 'none', 0, 'rsp_writes', 'instructions', 1, '')");
	execute("INSERT INTO checks VALUES (1, 'check', 'x', 0, 0, 'wrong')");
	execute("INSERT INTO claims (id, verdict) VALUES (1, 'confirmed'), (2, 'confirmed'),"
	        " (3, 'not measured')");
	assert_string_equal(
	        report_say_what_ran(db, sentence),
	        "2 builds were booted 3 times on bochs and kvm in 2 min 5 s, which gave 1 sample of "
	        "1 benchmark; 1 boot did not complete and 1 check failed.");
	assert_string_equal(report_say_verdicts(db, sentence),
	                    "Of 3 claims about the kernel, 2 are confirmed, 0 refuted, 0 inconclusive and 1 "
	                    "not measured.");
	execute("UPDATE claims SET kind = 'arithmetic' WHERE id = 2");
	assert_string_equal(
	        report_say_verdicts(db, sentence),
	        "Of 2 claims about the kernel, 1 is confirmed, 0 refuted, 0 inconclusive and 1 not "
	        "measured; 1 more is arithmetic on constants (1 confirmed).");
	execute("INSERT INTO claims (id, verdict, kind) VALUES (4, 'refuted', 'arithmetic')");
	assert_non_null(strstr(report_say_verdicts(db, sentence),
	                       "; 2 more are arithmetic on constants (1 confirmed, 1 refuted)."));
}

/*
 * A cell of the heat map shows the ratio of a number to the smallest number of the same subject.
 * Each mark of a number stands for a caveat. The cell must have the marks of both numbers.
 */
static void cells_of_the_heat_map_have_marks(void **state)
{
	char text[1000] = "";
	FILE *in;
	(void)state;

	measured("bochs", "heap", "syscall.null", "instructions", 34);
	measured("bochs", "window", "syscall.null", "instructions", 34);
	measured("bochs", "heap", "exec.spawn", "work", 2000);
	measured("bochs", "window", "exec.spawn", "work", 3000);
	execute("UPDATE summary SET flags = 'few,net' WHERE strategy = 'heap' AND benchmark = 'exec.spawn'");
	execute("UPDATE summary SET flags = 'unstable' WHERE strategy = 'window' AND benchmark = "
	        "'exec.spawn'");
	assert_int_equal(mkdir(path_of("data"), 0777), 0);
	assert_int_equal(plots_data_write(db, path_of("data"), &views[0]), 0);
	in = fopen(path_of("data/bochs/overview.dat"), "r");
	assert_non_null(in);
	assert_true(fread(text, 1, sizeof text - 1, in) > 0);
	fclose(in);
	assert_string_equal(text,
	                    "x y strategy ratio value subject unit standing marks\n"
	                    "1 1 heap 1.0 2000.0 \"spawn 4 KiB\" \"instructions and REP rounds\" 0 =?\n"
	                    "1 2 window 1.5 3000.0 \"spawn 4 KiB\" \"instructions and REP rounds\" 0 =?~\n"
	                    "2 1 heap 1.0 34.0 \"null system call\" \"instructions\" 0 =\n"
	                    "2 2 window 1.0 34.0 \"null system call\" \"instructions\" 0 =\n");
	remove_tree("data");
}

/* A number must be printed with a mark per caveat, and number_caveats() must name the caveats. */
static void numbers_have_their_marks(void **state)
{
	struct number number = { .value = 1234.5, .low = 1200, .high = 1300, .flags = "few,net,unstable" };
	char text[200], marks[NUMBER_MARKS_MAX], words[NUMBER_WORDS_MAX];
	(void)state;

	number_format(&number, true, text, sizeof text);
	assert_string_equal(text, "1,234.5 [1,200 .. 1,300]?~");
	number_format(&number, false, text, sizeof text);
	assert_string_equal(text, "1,234.5?~");
	number = (struct number){ .value = 7, .low = 7, .high = 7 };
	number_format(&number, true, text, sizeof text);
	assert_string_equal(text, "7");
	assert_string_equal(number_marks("range,few", marks), "?");
	assert_string_equal(number_marks("few-and-far,exact", marks), "");
	assert_string_equal(number_marks("cut-short,check-failed,outliers,unstable,few", marks), "?~^!/");
	assert_string_equal(number_caveats("unstable,range,exact", words),
	                    "too few rounds for an interval, quartiles over 5 % apart");
	assert_string_equal(number_mark_flag('~'), "unstable");
	assert_null(number_mark_flag('x'));
}

/*
 * Fills every column whose text may come from a guest or a file. The text is HTML that would run a
 * script if the report did not escape it.
 */
static void a_hostile_run_is_only_text(void **state)
{
#define HOSTILE "</table><script>boo()</script><img src=x onerror=boo()>"
	char *text;
	(void)state;

	booted("bochs", HOSTILE, "failed");
	booted("bochs", "b", "failed");
	measured("bochs", HOSTILE, "exec.spawn", "instructions", 1);
	measured("bochs", "b", "exec.spawn", "instructions", 2);
	measured("bochs", "b", HOSTILE, "instructions", 2);
	execute("UPDATE launches SET reason = '" HOSTILE "'");
	execute("UPDATE run SET command = '" HOSTILE "', state = 'failed'");
	execute("INSERT INTO checks VALUES (1, 'check', '" HOSTILE "', 0, 0, '" HOSTILE
	        "'), (1, 'skip', '" HOSTILE "', 0, 2, '" HOSTILE "')");
	execute("INSERT INTO claims VALUES (1, '', '" HOSTILE "', '" HOSTILE "', '" HOSTILE "', '" HOSTILE
	        "', 'experiment', '" HOSTILE "', '" HOSTILE "', '" HOSTILE "')");
	execute("INSERT INTO environment VALUES ('" HOSTILE "', '" HOSTILE "'), ('source.revision', '" HOSTILE
	        "')");
	assert_int_equal(report_write(db, folder, folder), 0);
	text = report_text();
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<img"));
	assert_null(strstr(text, "<run>"));
	assert_non_null(strstr(text, "&lt;script&gt;boo()&lt;/script&gt;"));
	assert_non_null(strstr(text, "&lt;run&gt; &amp; &quot;name&quot;"));
	assert_null(strstr(text, "{{"));
	free(text);
#undef HOSTILE
}

/* Claims decided by arithmetic must be in a separate table, after that of the experiments. */
static void arithmetic_is_apart_from_experiments(void **state)
{
	const char *heading, *first, *second;
	char *text;
	(void)state;

	execute("INSERT INTO claims (id, verdict, evidence, kind, quote) VALUES"
	        " (3, 'refuted', 'e', 'arithmetic', '<a> does **not** ** b')");
	execute("INSERT INTO claims (id, verdict, evidence, kind, also, margin_set) VALUES"
	        " (1, 'confirmed', 'summed', 'arithmetic', '', ''),"
	        " (2, 'refuted', 'seen', 'experiment', 'follows <too>', 'in <a>, after it')");
	assert_int_equal(report_write(db, folder, folder), 0);
	text = report_text();
	heading = strstr(text, "<h3>Arithmetic</h3>");
	first = strstr(text, "id=\"claim-1\"");
	second = strstr(text, "id=\"claim-2\"");
	assert_non_null(heading);
	assert_true(first && second && second < heading && heading < first);
	assert_non_null(strstr(text, "seen<p class=\"also\"><b>Also</b> follows &lt;too&gt;</p><p "
	                             "class=\"also\">Margin set in &lt;a&gt;, after it</p></td>"));
	assert_non_null(strstr(text, "summed</td>"));
	assert_non_null(strstr(text, "<b>1</b> refuted</li>"));
	assert_non_null(strstr(text, "<b>2</b> arithmetic</li>"));
	assert_non_null(strstr(text, "refutes (2 in all):</p>"));
	assert_non_null(strstr(text, "Claim 2</a>: <q></q></li>"));
	assert_non_null(
	        strstr(text, "Claim 3</a>: <q>&lt;a&gt; does <em>not</em> ** b</q> (arithmetic)</li>"));
	assert_null(strstr(text, "<b>1</b> confirmed</li>"));
	free(text);
}

/* Checks the report of a run without results. The page must load nothing from elsewhere. */
static void an_empty_run_has_a_report(void **state)
{
	char *text;
	(void)state;

	assert_int_equal(report_write(db, folder, "/nowhere"), 0);
	text = report_text();
	assert_non_null(strstr(text, "./command</code></pre>\n<p>The seed was 7. "));
	assert_non_null(strstr(text, "This run never ended."));
	assert_non_null(strstr(text, "No claim was decided in this run."));
	assert_non_null(strstr(text, "This run has no figures"));
	assert_non_null(strstr(text, "</html>"));
	assert_null(strstr(text, "http://"));
	assert_null(strstr(text, "https://"));
	free(text);
}

/* Writes a file of the run, in a folder that exists. */
static void write_file(const char *name, const char *text)
{
	FILE *out = fopen(path_of(name), "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/*
 * The page begins with the answers, then shows figures in modelled cycles. Figures in counts are
 * folded, and the number of boots is at the end. The link of a claim leads to a figure in cycles.
 */
static void answers_come_first_in_cycles(void **state)
{
	const char *about, *answer, *figure, *folded, *claims, *run;
	char *text;
	(void)state;

	booted("bochs", "heap", "complete");
	for (int i = 0; i < 3; i++) {
		static const char *const metrics[] = { "cycles_low", "cycles_nominal", "cycles_high" };

		measured("bochs", "heap", "exec.spawn", metrics[i], 1000 * (i + 1));
		measured("bochs", "best", "exec.spawn", metrics[i], 1100 * (i + 1));
	}
	measured("bochs", "heap", "exec.spawn", "instructions", 77);
	execute("INSERT INTO claims (id, verdict, figure) VALUES (1, 'refuted', 'exec')");
	assert_int_equal(mkdir(path_of("plots"), 0777), 0);
	write_file("plots/exec.svg", "<svg/>");
	write_file("plots/exec-cycles.svg", "<svg/>");
	write_file("exec.gp", "# Starting.\n# read: Look.\n");
	assert_int_equal(report_write(db, folder, folder), 0);
	text = report_text();
	remove_tree("plots");
	answer = strstr(text, "<li>To start a program of 4 KiB, <b>heap</b> needs 2,000 modelled cycles");
	figure = strstr(text, "<figure id=\"fig-exec-cycles\">");
	assert_true((about = strstr(text, "<li><b>heap</b>: each task has a kernel stack")) &&
	            about < answer);
	assert_non_null(strstr(text,
	                       "<li><a href=\"#answer-exec\">Starting a program</a>, by its size: it is not "
	                       "decided which strategy is fastest for 4 KiB.</li>"));
	folded = strstr(text, "<details><summary>The same in counts</summary>\n<figure id=\"fig-exec\">");
	claims = strstr(text, "<section id=\"claims\">");
	run = strstr(text, "1 build was booted");
	assert_true(answer && figure && folded && claims && run);
	assert_true(answer < figure && figure < folded && folded < claims && claims < run);
	assert_non_null(strstr(answer,
	                       "; not decided whether <b>best</b> needs more.\n<ul>\n<li><b>best</b> is "
	                       "not compared.</li>\n</ul></li>"));
	assert_non_null(strstr(text, "<b>Starting.</b> In modelled cycles. Look.</figcaption>"));
	assert_non_null(strstr(text, "<a href=\"#fig-exec-cycles\">figure</a>"));
	assert_null(strstr(text, "<a href=\"#fig-exec\">"));
	/* The table of cycles is before the table of counts. */
	assert_true(strstr(text, "bochs: modelled cycles") < strstr(text, "bochs: instructions"));
	free(text);
}

/*
 * The answer about TLB flushes must give the costs, and the smallest number of pages for which a
 * CR3 load is cheaper than INVLPG of each page.
 */
static void a_flush_has_its_cost(void **state)
{
	static const struct {
		const char *benchmark;
		int pages, cost;
	} rows[] = { { "tlb.cr3", 0, 217 },
		     { "tlb.invlpg", 1, 219 },
		     { "tlb.invlpg", 64, 13844 },
		     { "tlb.refill", 1, 242 },
		     { "tlb.refill", 64, 2711 } };
	static const char *const metrics[] = { "cycles_low", "cycles_nominal", "cycles_high" };
	char sql[200];
	char *text;
	(void)state;

	for (size_t i = 0; i < 3 * sizeof rows / sizeof rows[0]; i++) {
		measured("bochs", "heap", rows[i / 3].benchmark, metrics[i % 3], rows[i / 3].cost);
		snprintf(sql, sizeof sql,
		         "UPDATE summary SET parameter = %d WHERE rowid = last_insert_rowid()",
		         rows[i / 3].pages);
		execute(sql);
	}
	measured("bochs", "heap", "exec.spawn", "cycles_nominal", 1000);
	assert_int_equal(report_write(db, folder, folder), 0);
	text = report_text();
	assert_non_null(strstr(text,
	                       "One CR3 load costs less than INVLPG of each page from 1 page on; with a read"
	                       " of each page after it, from 64 pages on, more up to 1 page."));
	assert_non_null(strstr(text, "<li>A CR3 load by itself takes 217 modelled cycles.</li>"));
	assert_non_null(strstr(
	        text, "<li>64 pages: INVLPG of each takes 13,844, a CR3 load followed by a read of each"
	              " 2,711.</li>"));
	assert_null(strstr(text, "not decided which is less"));
	free(text);
	execute("UPDATE summary SET ci_high = 1000 WHERE benchmark = 'tlb.refill' AND parameter = 1;"
	        "UPDATE summary SET ci_low = 200 WHERE benchmark = 'tlb.refill' AND parameter = 1");
	assert_int_equal(report_write(db, folder, folder), 0);
	text = report_text();
	assert_non_null(
	        strstr(text, "<li>1 page: INVLPG of each takes 219, a CR3 load followed by a read of each 242"
	                     " (not decided which is less).</li>"));
	free(text);
}

static void a_script_s_head_is_read(void **state)
{
	FILE *out = fopen(path_of("a.gp"), "w");
	char text[100];
	(void)state;

	fputs("# A title.\n# read: Lower\n#       is better.\n# needs: a b\nplot x\n# cycles: yes\n", out);
	fclose(out);
	assert_true(plots_script_line(path_of("a.gp"), "", text, sizeof text));
	assert_string_equal(text, "A title.");
	assert_true(plots_script_line(path_of("a.gp"), "read", text, sizeof text));
	assert_string_equal(text, "Lower is better.");
	assert_true(plots_script_line(path_of("a.gp"), "needs", text, sizeof text));
	assert_string_equal(text, "a b");
	/* This line is not in the header of the script, so it must not be found. */
	assert_false(plots_script_line(path_of("a.gp"), "cycles", text, sizeof text));
	assert_false(plots_script_line(path_of("none.gp"), "", text, sizeof text));
	assert_string_equal(text, "");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, make_database, remove_files)
	const struct CMUnitTest tests[] = {
		TEST(text_is_escaped),
		TEST(what_is_no_text_is_replaced),
		TEST(numbers_have_thousands),
		TEST(files_become_base64),
		TEST(an_empty_run_is_said_to_be),
		TEST(boots_and_verdicts_are_counted),
		TEST(numbers_have_their_marks),
		TEST(cells_of_the_heat_map_have_marks),
		TEST(a_hostile_run_is_only_text),
		TEST(arithmetic_is_apart_from_experiments),
		TEST(an_empty_run_has_a_report),
		TEST(answers_come_first_in_cycles),
		TEST(a_flush_has_its_cost),
		TEST(a_script_s_head_is_read),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
