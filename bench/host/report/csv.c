/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/csv.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/json.h"
#include "bench/host/base/sql.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct sheet {
	const char *file;
	const char *query; /* selects the columns and rows of the file */
	/*
	 * Write <name>.jsonl too. False for samples and functions, whose JSON Lines files would be
	 * 4 times as large as their CSV files.
	 */
	bool json_lines;
};

typedef int row_writer(sqlite3 *db, const struct sheet *sheet, FILE *out);

static const struct sheet sheets[] = {
	{ "samples.csv",
	  "SELECT run.name AS run, engine, strategy, stack, loader, isolation, cpus, benchmark,"
	  " parameter, round, sample, metric, unit, value, flags"
	  " FROM samples JOIN launches ON launches.id = samples.launch, run"
	  " ORDER BY engine, strategy, cpus, benchmark, parameter, round, launches.id, metric,"
	  " flags LIKE '%overhead%', sample, samples.rowid",
	  false },
	{ "summary.csv",
	  "SELECT engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, metric,"
	  " unit, n, min, q1, median, q3, max, mad, ci_low, ci_high, flags FROM summary"
	  " ORDER BY engine, strategy, stack, loader, isolation, cpus, benchmark, parameter,"
	  " metric, unit, flags",
	  true },
	{ "comparisons.csv",
	  "SELECT engine, benchmark, parameter, metric, a, b, ratio, ci_low, ci_high, n, flags"
	  " FROM comparisons ORDER BY engine, benchmark, parameter, metric, a, b, ratio,"
	  " ci_low, ci_high, n, flags",
	  true },
	{ "attribution.csv",
	  "SELECT engine, benchmark, parameter, metric, unit, a, b, value_a, value_b, difference,"
	  " due_to_stack, due_to_loader, interaction FROM attribution"
	  " ORDER BY engine, benchmark, parameter, metric, a, b",
	  true },
	{ "functions.csv",
	  "SELECT engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, round, kind,"
	  " function, metric, unit, value, n FROM functions JOIN launches ON launches.id = functions.launch"
	  " ORDER BY engine, strategy, cpus, benchmark, parameter, round, launches.id, kind, function,"
	  " metric",
	  false },
	{ "irq-off.csv",
	  "SELECT engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, round, ticks,"
	  " from_function, from_address, to_function, to_address FROM irq_off"
	  " JOIN launches ON launches.id = irq_off.launch"
	  " ORDER BY engine, strategy, cpus, benchmark, parameter, round, launches.id",
	  true },
	{ "drift.csv",
	  "SELECT engine, strategy, cpus, benchmark, parameter, metric, unit, n, slope, change, chance, flags"
	  " FROM drift ORDER BY engine, strategy, cpus, benchmark, parameter, metric, unit",
	  true },
	{ "exits.csv",
	  "SELECT engine, strategy, cpus, benchmark, parameter, vm_exits.reason AS reason, exits, samples"
	  " FROM vm_exits JOIN launches ON launches.id = vm_exits.launch"
	  " ORDER BY engine, strategy, cpus, benchmark, parameter, vm_exits.reason",
	  true },
	{ "compilers.csv",
	  "SELECT id, compiler, version, verdict, evidence FROM compiler_verdicts JOIN compilers USING "
	  "(place)"
	  " ORDER BY id, place",
	  true },
	{ "compiler-reversals.csv",
	  "SELECT compiler, engine, benchmark, parameter, metric, a, b, first_ratio, ratio"
	  " FROM compiler_reversals JOIN compilers USING (place)"
	  " ORDER BY place, engine, benchmark, parameter, metric, a, b",
	  true },
	{ "claims.csv",
	  "SELECT id, seed, quote, verdict, evidence, figure, kind, also, margin_set, name FROM claims ORDER "
	  "BY id",
	  true },
};

void csv_write_field(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

/* Writes a number with 15 digits, or with 17 if 15 do not read back as the same number. */
static void write_real(FILE *out, double value)
{
	char text[32];

	snprintf(text, sizeof text, "%.15g", value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof text, "%.17g", value);
	fputs(text, out);
}

static void write_number(FILE *out, sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) == SQLITE_INTEGER)
		fprintf(out, "%" PRId64, (int64_t)sqlite3_column_int64(row, column));
	else
		write_real(out, sqlite3_column_double(row, column));
}

static void write_column(FILE *out, sqlite3_stmt *row, int column)
{
	if (column > 0)
		putc(',', out);
	switch (sqlite3_column_type(row, column)) {
	case SQLITE_NULL:
		break;
	case SQLITE_INTEGER:
	case SQLITE_FLOAT:
		write_number(out, row, column);
		break;
	default:
		csv_write_field(out, sql_text(row, column));
	}
}

static int write_rows(sqlite3 *db, const struct sheet *sheet, FILE *out)
{
	sqlite3_stmt *row = sql_prepare(db, sheet->file, NULL, sheet->query);
	int columns;
	int step;

	if (!row)
		return -1;
	columns = sqlite3_column_count(row);
	for (int i = 0; i < columns; i++)
		fprintf(out, "%s%s", i ? "," : "", sqlite3_column_name(row, i));
	putc('\n', out);
	while ((step = sqlite3_step(row)) == SQLITE_ROW && !ferror(out)) {
		for (int i = 0; i < columns; i++)
			write_column(out, row, i);
		putc('\n', out);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		sql_complain(db, sheet->file, NULL);
	sqlite3_finalize(row);
	return step == SQLITE_DONE || step == SQLITE_ROW ? 0 : -1;
}

/*
 * Writes each row as a line with an object: {"column": value, …}. An SQL NULL becomes null. Returns
 * 0, or -1 after a message.
 */
static int write_json_lines(sqlite3 *db, const struct sheet *sheet, FILE *out)
{
	sqlite3_stmt *row = sql_prepare(db, sheet->file, NULL, sheet->query);
	int step;

	if (!row)
		return -1;
	while ((step = sqlite3_step(row)) == SQLITE_ROW && !ferror(out)) {
		for (int i = 0; i < sqlite3_column_count(row); i++) {
			fprintf(out, "%s\"%s\": ", i ? ", " : "{", sqlite3_column_name(row, i));
			switch (sqlite3_column_type(row, i)) {
			case SQLITE_NULL:
				fputs("null", out);
				break;
			case SQLITE_TEXT:
				json_write_string(out, sql_text(row, i));
				break;
			default:
				write_number(out, row, i);
			}
		}
		fputs("}\n", out);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW)
		sql_complain(db, sheet->file, NULL);
	sqlite3_finalize(row);
	return step == SQLITE_DONE || step == SQLITE_ROW ? 0 : -1;
}

/*
 * Writes the sheet to <run_dir>/<name> with write(), one of the row writers above. Returns 0, or -1
 * after a message.
 */
static int write_file(sqlite3 *db, const struct sheet *sheet, const char *run_dir, const char *name,
                      row_writer *write)
{
	char path[PATH_MAX];
	char temporary[PATH_MAX + 8];
	FILE *out;
	int failed;

	if (snprintf(path, sizeof path, "%s/%s", run_dir, name) >= (int)sizeof path)
		return complain(sheet->file, "the folder's name is too long: %s", run_dir);

	snprintf(temporary, sizeof temporary, "%s.new", path);
	out = fopen(temporary, "we");
	if (!out)
		return complain(temporary, "%s", strerror(errno));
	failed = write(db, sheet, out);
	/* ferror() reports errors of earlier writes. fflush(), fsync() and fclose() report only
	 * errors of their own. */
	if (!failed) {
		int lost = fflush(out) || ferror(out) || fsync(fileno(out));

		failed = lost;
		if (lost)
			complain(temporary, "%s", strerror(errno));
	}
	if (fclose(out) && !failed) {
		complain(temporary, "%s", strerror(errno));
		failed = 1;
	}
	if (!failed && rename(temporary, path)) {
		complain(path, "%s", strerror(errno));
		failed = 1;
	}
	if (failed)
		unlink(temporary);
	return failed ? -1 : 0;
}

int csv_export(sqlite3 *db, const char *run_dir)
{
	int status = 0;

	for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++) {
		char name[40];

		if (write_file(db, &sheets[i], run_dir, sheets[i].file, write_rows))
			status = -1;
		snprintf(name, sizeof name, "%.*s.jsonl", (int)strcspn(sheets[i].file, "."), sheets[i].file);
		if (sheets[i].json_lines && write_file(db, &sheets[i], run_dir, name, write_json_lines))
			status = -1;
	}
	return status;
}

/* Stores a byte at record->text[*length] and increments *length. Returns false if out of memory. */
static bool append(struct csv_record *record, size_t *length, char byte)
{
	if (*length == record->size) {
		size_t size = record->size ? record->size * 2 : 256;
		char *text = realloc(record->text, size);

		if (!text)
			return false;
		record->text = text;
		record->size = size;
	}
	record->text[(*length)++] = byte;
	return true;
}

/*
 * Points record->fields to the `count` strings in record->text. Drops strings beyond the first
 * CSV_FIELDS_MAX. Returns 1, which csv_read_record() then returns.
 */
static int split(struct csv_record *record, size_t count)
{
	char *field = record->text;

	record->count = count < CSV_FIELDS_MAX ? count : CSV_FIELDS_MAX;
	for (size_t i = 0; i < record->count; i++) {
		record->fields[i] = field;
		field += strlen(field) + 1;
	}
	return 1;
}

int csv_read_record(FILE *in, struct csv_record *record)
{
	size_t length = 0;
	size_t count = 1;
	bool quoted = false;
	bool empty = true;
	int byte;

	while ((byte = getc(in)) != EOF) {
		empty = false;
		if (byte == '"') {
			int next = quoted ? getc(in) : EOF;

			if (next == '"') {
				if (!append(record, &length, '"'))
					return -1;
				continue;
			}
			if (quoted && next != EOF)
				ungetc(next, in);
			quoted = !quoted;
		} else if (byte == '\n' && !quoted) {
			break;
		} else if (byte == ',' && !quoted) {
			count++;
			if (!append(record, &length, '\0'))
				return -1;
		} else if ((byte != '\r' || quoted) && byte != '\0') {
			if (!append(record, &length, (char)byte))
				return -1;
		}
	}
	if (ferror(in) || quoted)
		return -1;
	if (empty)
		return 0;
	return append(record, &length, '\0') ? split(record, count) : -1;
}

void csv_free(struct csv_record *record)
{
	free(record->text);
	*record = (struct csv_record){ 0 };
}
