/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/beside.h"
#include "bench/host/answers/number.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/report/csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REFERENCE "results/reference/summary.csv"
#define LINUX     "results/linux/summary.csv"

enum { LINUX_PLACE = 1000 }; /* after the presets */

/* The metrics that both files have. */
static const char *const metrics[] = { "instructions", "rep_iterations", "data_accesses", "walk_reads" };

#define METRICS_COUNT (sizeof metrics / sizeof metrics[0])

static const struct beside_kind kinds[] = {
	{ "exec", "execve of a program of 4 KiB, up to its first instruction", "exec.execve.path", 4096,
	  "kernel" },
	{ "irq", "an interrupt in user mode, up to the return to it", "irq.roundtrip.user", 0, NULL },
	{ "syscall", "a system call that does nothing (Linux: getpid), in the kernel", "syscall.null", 0,
	  "kernel" },
	{ "fault", "a page fault at an anonymous page", "fault.page", 0, "all" },
};

const struct beside_kind *beside_find(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* Adds a row for the median of `metric`. */
static int add(sqlite3 *db, const char *region, const struct beside_kind *kind, int place, const char *kernel,
               const char *metric, double value)
{
	sqlite3_stmt *insert =
	        sql_prepare(db, "measure", "beside", "INSERT INTO beside VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
	int status = -1;

	if (insert) {
		sql_bind(insert, 1, region);
		sql_bind(insert, 2, kind->what);
		sqlite3_bind_int(insert, 3, place);
		sql_bind(insert, 4, kernel);
		sql_bind(insert, 5, metric);
		sqlite3_bind_double(insert, 6, value);
		status = sql_write(db, "measure", "beside", insert);
	}
	sqlite3_finalize(insert);
	return status;
}

/* A file of medians, and the columns of it that are needed. */
struct file {
	const char *name;
	FILE *in;
	struct csv_record record;
	size_t column[8]; /* in the order of the names given to open_file() */
};

static int open_file(struct file *file, const char *name, const char *const *columns)
{
	char path[PATH_MAX];

	path_format(path, sizeof path, "%s/%s", path_root(), name);
	*file = (struct file){ .name = name, .in = fopen(path, "re") };
	if (!file->in || csv_read_record(file->in, &file->record) != 1) {
		message_error("run-bench: --as: %s: %s", path, file->in ? "it is empty" : strerror(errno));
		return -1;
	}
	for (size_t i = 0; columns[i]; i++) {
		size_t at = 0;

		while (at < file->record.count && strcmp(file->record.fields[at], columns[i]) != 0)
			at++;
		if (at == file->record.count) {
			message_error("run-bench: --as: %s: it has no column %s", path, columns[i]);
			return -1;
		}
		file->column[i] = at;
	}
	return 0;
}

/* Reads the next row. Returns 1, 0 at the end of the file, or -1 after a message. */
static int next_row(struct file *file)
{
	int got = csv_read_record(file->in, &file->record);

	if (got < 0)
		message_error("run-bench: --as: %s: it is damaged", file->name);
	return got;
}

static const char *field(const struct file *file, size_t column)
{
	return file->column[column] < file->record.count ? file->record.fields[file->column[column]] : "";
}

static void close_file(struct file *file)
{
	if (file->in)
		fclose(file->in);
	csv_free(&file->record);
}

static bool is_metric(const char *name)
{
	for (size_t i = 0; i < METRICS_COUNT; i++)
		if (strcmp(metrics[i], name) == 0)
			return true;
	return false;
}

enum { BENCHMARK, PARAMETER, METRIC, MEDIAN, SYSTEM, PART, PACKAGE };

static bool is_row(const struct file *file, const struct beside_kind *kind)
{
	return strcmp(field(file, BENCHMARK), kind->benchmark) == 0 &&
	       strtol(field(file, PARAMETER), NULL, 10) == kind->parameter && is_metric(field(file, METRIC));
}

/* Adds the presets, in the order of the file. */
static int add_presets(sqlite3 *db, const char *region, const struct beside_kind *kind)
{
	static const char *const columns[] = {
		"benchmark", "parameter", "metric", "median", "strategy", NULL
	};
	struct file file;
	char last[NAME_SIZE] = "", kernel[NAME_SIZE + 16];
	int status = open_file(&file, REFERENCE, columns), place = 0, got = 0;

	while (status == 0 && (got = next_row(&file)) == 1) {
		if (!is_row(&file, kind))
			continue;
		place += strcmp(last, field(&file, SYSTEM)) != 0;
		snprintf(last, sizeof last, "%s", field(&file, SYSTEM));
		snprintf(kernel, sizeof kernel, "Palimpsest, %s", last);
		status = add(db, region, kind, place, kernel, field(&file, METRIC),
		             strtod(field(&file, MEDIAN), NULL));
	}
	close_file(&file);
	return got < 0 ? -1 : status;
}

static int add_linux(sqlite3 *db, const char *region, const struct beside_kind *kind)
{
	static const char *const columns[] = { "benchmark", "parameter", "metric", "median",
		                               "options",   "part",      "kernel", NULL };
	struct file file;
	int status, got = 0;

	if (!kind->part)
		return 0;
	status = open_file(&file, LINUX, columns);
	while (status == 0 && (got = next_row(&file)) == 1) {
		const char *version = strchr(field(&file, PACKAGE), ' ');
		char kernel[2 * NAME_SIZE];

		if (!is_row(&file, kind) || strcmp(field(&file, PART), kind->part) != 0)
			continue;
		snprintf(kernel, sizeof kernel, "Linux %.60s, %.40s", version ? version + 1 : "",
		         field(&file, SYSTEM));
		status = add(db, region, kind, LINUX_PLACE + (strcmp(field(&file, SYSTEM), "nopti") != 0),
		             kernel, field(&file, METRIC), strtod(field(&file, MEDIAN), NULL));
	}
	close_file(&file);
	return got < 0 ? -1 : status;
}

static int add_measured(sqlite3 *db, const char *region, const struct beside_kind *kind)
{
	sqlite3_stmt *row = sql_prepare(db, "measure", "beside",
	                                "SELECT metric, median FROM summary WHERE benchmark = ?1");
	int status = row ? 0 : -1;

	if (row)
		sql_bind(row, 1, region);
	while (status == 0 && sqlite3_step(row) == SQLITE_ROW)
		if (is_metric(sql_text(row, 0)))
			status = add(db, region, kind, 0, "the measured kernel", sql_text(row, 0),
			             sqlite3_column_double(row, 1));
	sqlite3_finalize(row);
	return status;
}

int beside_add(sqlite3 *db, const char *region, const struct beside_kind *kind)
{
	return sql_execute(db, "measure", "beside",
	                   "CREATE TABLE IF NOT EXISTS beside (region TEXT, what TEXT, place INTEGER,"
	                   " kernel TEXT, metric TEXT, value REAL)") ||
	                       add_measured(db, region, kind) || add_presets(db, region, kind) ||
	                       add_linux(db, region, kind)
	               ? -1
	               : 0;
}

void beside_rows(sqlite3 *db, beside_row *write, void *context)
{
	sqlite3_stmt *row, *value;
	char region[NAME_SIZE] = "";

	if (sql_number(db, "measure", "SELECT count(*) FROM sqlite_master WHERE name = 'beside'") == 0)
		return;
	row = sql_prepare(db, "measure", "beside",
	                  "SELECT region, what, kernel FROM beside GROUP BY region, place, kernel"
	                  " ORDER BY region, place, kernel");
	value = sql_prepare(db, "measure", "beside",
	                    "SELECT value FROM beside WHERE region = ?1 AND kernel = ?2 AND metric = ?3");
	while (row && value && sqlite3_step(row) == SQLITE_ROW) {
		char digits[METRICS_COUNT][NUMBER_TEXT_MAX];
		const char *values[METRICS_COUNT];

		if (strcmp(region, sql_text(row, 0)) != 0)
			write(context, sql_text(row, 0), sql_text(row, 1), "", metrics, METRICS_COUNT);
		snprintf(region, sizeof region, "%s", sql_text(row, 0));
		for (size_t i = 0; i < METRICS_COUNT; i++) {
			sqlite3_reset(value);
			sqlite3_bind_value(value, 1, sqlite3_column_value(row, 0));
			sqlite3_bind_value(value, 2, sqlite3_column_value(row, 2));
			sql_bind(value, 3, metrics[i]);
			values[i] = sqlite3_step(value) == SQLITE_ROW
			                    ? number_digits(sqlite3_column_double(value, 0), digits[i],
			                                    sizeof digits[i])
			                    : "-";
		}
		write(context, region, sql_text(row, 1), sql_text(row, 2), values, METRICS_COUNT);
	}
	sqlite3_finalize(row);
	sqlite3_finalize(value);
}

static void print_row(void *context, const char *region, const char *what, const char *kernel,
                      const char *const *value, size_t values)
{
	FILE *out = context;

	if (!*kernel)
		fprintf(out, "\n%s beside %s (medians)\n", region, what);
	fprintf(out, "%-34s", kernel);
	for (size_t i = 0; i < values; i++)
		fprintf(out, " %14s", value[i]);
	putc('\n', out);
}

void beside_print(sqlite3 *db, FILE *out)
{
	beside_rows(db, print_row, out);
}
