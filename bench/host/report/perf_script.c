/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/perf_script.h"
#include "bench/host/base/sql.h"
#include "bench/host/report/row_files.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define GLOB_MAX 128 /* bytes of a glob, with the NUL */
#define SECOND   1000000000U

enum { ENGINE, STRATEGY, BENCHMARK, PARAMETER, METRIC, STACK, VALUE, TOTAL };

static const char query[] =
        "SELECT engine, strategy, benchmark, parameter, metric, stacks.stack, SUM(value),"
        " SUM(SUM(value)) OVER (PARTITION BY engine, strategy, benchmark, parameter, metric)"
        " FROM stacks JOIN launches ON launches.id = stacks.launch WHERE kind = 'sample'"
        " GROUP BY engine, strategy, benchmark, parameter, metric, stacks.stack"
        " ORDER BY engine, strategy, benchmark, parameter, metric, stacks.stack";

/* The file being written, the period of its samples, and the time that they have reached. */
struct writer {
	struct row_files files;
	uint64_t period;
	uint64_t time; /* sum of the periods of all samples so far */
};

static bool is_wanted(const struct perf_script_rows *rows, const char *strategy, const char *benchmark)
{
	bool wanted = !rows->strategies;

	for (size_t i = 0; !wanted && i < rows->strategies->count; i++)
		wanted = strcmp(rows->strategies->item[i].name, strategy) == 0;
	for (const char *glob = rows->globs; wanted && *glob;) {
		size_t length = strcspn(glob, ",");
		char one[GLOB_MAX];

		snprintf(one, sizeof one, "%.*s", (int)length, glob);
		if (fnmatch(one, benchmark, 0) == 0)
			return true;
		glob += length + (glob[length] == ',');
	}
	return false;
}

/* Returns a period in events: the smallest of 1, 2, 5, 10, 20, … for which total / period is at
 * most PERF_SCRIPT_SAMPLES. */
static uint64_t choose_period(uint64_t total)
{
	uint64_t power = 1;

	for (;; power *= 10)
		for (uint64_t step = 1; step <= 5; step += step == 1 ? 1 : 3)
			if (total <= step * power * PERF_SCRIPT_SAMPLES)
				return step * power;
}

/* Writes the functions of a chain "outermost;…;innermost", the innermost one first. */
static void write_chain(FILE *out, const char *stack)
{
	size_t end = strlen(stack);

	while (end > 0) {
		size_t begin = end;
		bool is_code;

		while (begin > 0 && stack[begin - 1] != ';')
			begin--;
		is_code = stack[begin] != '[';
		fprintf(out, "\t%16d %.*s (%s)\n", 0, (int)(end - begin), stack + begin,
		        is_code ? "[palimpsest]" : "[unknown]");
		end = begin > 0 ? begin - 1 : 0;
	}
}

/* Writes a chain of calls with `value` events. */
static void write_samples(struct writer *writer, sqlite3_stmt *row, uint64_t value)
{
	uint64_t samples = (value + writer->period / 2) / writer->period;

	for (uint64_t i = 0; i < samples || i == 0; i++) {
		const uint64_t period = i + 1 < samples ? writer->period : value - i * writer->period;
		const uint64_t middle = writer->time + period / 2;

		writer->time += period;
		fprintf(writer->files.out, "%s/%s-%s 1 [000] %" PRIu64 ".%09" PRIu64 ": %10" PRIu64 " %s:\n",
		        sql_text(row, STRATEGY), sql_text(row, BENCHMARK), sql_text(row, PARAMETER),
		        middle / SECOND, middle % SECOND, period, sql_text(row, METRIC));
		write_chain(writer->files.out, sql_text(row, STACK));
		putc('\n', writer->files.out);
	}
}

static int write_row(struct writer *writer, sqlite3_stmt *row)
{
	size_t before = writer->files.count;
	int64_t value = sqlite3_column_int64(row, VALUE);

	if (row_files_open(&writer->files, sql_text(row, ENGINE), sql_text(row, STRATEGY),
	                   sql_text(row, BENCHMARK), sqlite3_column_int64(row, PARAMETER)))
		return -1;
	if (writer->files.count > before) {
		writer->period = choose_period((uint64_t)sqlite3_column_int64(row, TOTAL));
		writer->time = 0;
	}
	if (value > 0)
		write_samples(writer, row, (uint64_t)value);
	return 0;
}

int perf_script_write(sqlite3 *db, const char *run_dir, const struct perf_script_rows *rows)
{
	struct writer writer = {
		.files = { .run_dir = run_dir, .folder = "perf-script", .suffix = ".linux-perf.txt" }
	};
	sqlite3_stmt *row = sql_prepare(db, "perf-script", "stacks", query);
	int status = 0, step = SQLITE_DONE;

	if (!row)
		return -1;
	while (status == 0 && (step = sqlite3_step(row)) == SQLITE_ROW)
		if (is_wanted(rows, sql_text(row, STRATEGY), sql_text(row, BENCHMARK)))
			status = write_row(&writer, row);
	if (row_files_close(&writer.files))
		status = -1;
	if (status == 0 && step != SQLITE_DONE)
		status = sql_complain(db, "perf-script", "stacks");
	sqlite3_finalize(row);
	return status ? -1 : (int)writer.files.count;
}
