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
#include <sys/wait.h>
#include <unistd.h>

struct sheet {
	const char *file;
	const char *query; /* selects the columns and rows of the file */
	/*
	 * NULL, or a query that selects (launch, benchmark, parameter) of groups of rows. `query` is
	 * then executed for each group, with these values as ?1, ?2 and ?3. SQLite then sorts the
	 * rows of one group at a time, and not those of the whole table.
	 */
	const char *groups;
	/*
	 * True for samples and functions, which have up to a million rows. There is no JSON Lines
	 * file of a large sheet: it would be 4 times as large as the CSV file.
	 */
	bool large;
};

typedef int row_writer(sqlite3 *db, const struct sheet *sheet, FILE *out);

#define GROUPS_OF(table)                                                                                     \
	"SELECT launch, benchmark, parameter FROM (SELECT DISTINCT launch, benchmark, parameter FROM " table \
	") JOIN launches ON launches.id = launch"                                                            \
	" ORDER BY engine, strategy, cpus, benchmark, parameter, round, launch"

static const struct sheet sheets[] = {
	{ "samples.csv",
	  "SELECT run.name AS run, engine, strategy, stack, loader, isolation, cpus, benchmark,"
	  " parameter, round, sample, metric, unit, value, flags"
	  " FROM samples JOIN launches ON launches.id = samples.launch, run"
	  " WHERE launch = ?1 AND benchmark = ?2 AND parameter = ?3"
	  " ORDER BY metric, flags LIKE '%overhead%', sample, samples.rowid",
	  GROUPS_OF("samples"), true },
	{ "summary.csv",
	  "SELECT engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, metric,"
	  " unit, n, min, q1, median, q3, max, mad, ci_low, ci_high, flags FROM summary"
	  " ORDER BY engine, strategy, stack, loader, isolation, cpus, benchmark, parameter,"
	  " metric, unit, flags",
	  NULL, false },
	{ "comparisons.csv",
	  "SELECT engine, benchmark, parameter, metric, a, b, ratio, ci_low, ci_high, n, flags"
	  " FROM comparisons ORDER BY engine, benchmark, parameter, metric, a, b, ratio,"
	  " ci_low, ci_high, n, flags",
	  NULL, false },
	{ "attribution.csv",
	  "SELECT engine, benchmark, parameter, metric, unit, a, b, value_a, value_b, difference,"
	  " due_to_stack, due_to_loader, interaction FROM attribution"
	  " ORDER BY engine, benchmark, parameter, metric, a, b",
	  NULL, false },
	{ "functions.csv",
	  "SELECT engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, round, kind,"
	  " function, metric, unit, value, n FROM functions JOIN launches ON launches.id = functions.launch"
	  " WHERE launch = ?1 AND benchmark = ?2 AND parameter = ?3"
	  " ORDER BY kind, function, metric",
	  GROUPS_OF("functions"), true },
	{ "irq-off.csv",
	  "SELECT engine, strategy, stack, loader, isolation, cpus, benchmark, parameter, round, ticks,"
	  " from_function, from_address, to_function, to_address FROM irq_off"
	  " JOIN launches ON launches.id = irq_off.launch"
	  " ORDER BY engine, strategy, cpus, benchmark, parameter, round, launches.id",
	  NULL, false },
	{ "drift.csv",
	  "SELECT engine, strategy, cpus, benchmark, parameter, metric, unit, n, slope, change, chance, flags"
	  " FROM drift ORDER BY engine, strategy, cpus, benchmark, parameter, metric, unit",
	  NULL, false },
	{ "exits.csv",
	  "SELECT engine, strategy, cpus, benchmark, parameter, vm_exits.reason AS reason, exits, samples"
	  " FROM vm_exits JOIN launches ON launches.id = vm_exits.launch"
	  " ORDER BY engine, strategy, cpus, benchmark, parameter, vm_exits.reason",
	  NULL, false },
	{ "compilers.csv",
	  "SELECT id, compiler, version, verdict, evidence FROM compiler_verdicts JOIN compilers USING "
	  "(place)"
	  " ORDER BY id, place",
	  NULL, false },
	{ "compiler-reversals.csv",
	  "SELECT compiler, engine, benchmark, parameter, metric, a, b, first_ratio, ratio"
	  " FROM compiler_reversals JOIN compilers USING (place)"
	  " ORDER BY place, engine, benchmark, parameter, metric, a, b",
	  NULL, false },
	{ "claims.csv",
	  "SELECT id, seed, quote, verdict, evidence, figure, kind, also, margin_set, name FROM claims ORDER "
	  "BY id",
	  NULL, false },
};

void csv_write_field(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs_unlocked(text, out);
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
		putc_unlocked(',', out);
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

/* Writes the rows of a query. Returns 0, or -1 after a message. */
static int write_lines(sqlite3 *db, const struct sheet *sheet, sqlite3_stmt *row, FILE *out)
{
	int columns = sqlite3_column_count(row);
	int step;

	while ((step = sqlite3_step(row)) == SQLITE_ROW && !ferror(out)) {
		for (int i = 0; i < columns; i++)
			write_column(out, row, i);
		putc_unlocked('\n', out);
	}
	if (step == SQLITE_DONE || step == SQLITE_ROW)
		return 0;
	sql_complain(db, sheet->file, NULL);
	return -1;
}

/* Writes the rows of all groups of the sheet. Returns 0, or -1 after a message. */
static int write_groups(sqlite3 *db, const struct sheet *sheet, sqlite3_stmt *row, FILE *out)
{
	sqlite3_stmt *group = sql_prepare(db, sheet->file, NULL, sheet->groups);
	int status = 0, step = SQLITE_ROW;

	if (!group)
		return -1;
	while (status == 0 && !ferror(out) && (step = sqlite3_step(group)) == SQLITE_ROW) {
		sqlite3_reset(row);
		for (int i = 0; i < 3; i++)
			sqlite3_bind_value(row, i + 1, sqlite3_column_value(group, i));
		status = write_lines(db, sheet, row, out);
	}
	if (step != SQLITE_DONE && step != SQLITE_ROW) {
		sql_complain(db, sheet->file, NULL);
		status = -1;
	}
	sqlite3_finalize(group);
	return status;
}

static int write_rows(sqlite3 *db, const struct sheet *sheet, FILE *out)
{
	sqlite3_stmt *row = sql_prepare(db, sheet->file, NULL, sheet->query);
	int status;

	if (!row)
		return -1;
	for (int i = 0; i < sqlite3_column_count(row); i++)
		fprintf(out, "%s%s", i ? "," : "", sqlite3_column_name(row, i));
	putc('\n', out);
	status = sheet->groups ? write_groups(db, sheet, row, out) : write_lines(db, sheet, row, out);
	sqlite3_finalize(row);
	return status;
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

/* Writes the name of the sheet's JSON Lines file to `name`. */
static void json_name(const struct sheet *sheet, char name[40])
{
	snprintf(name, 40, "%.*s.jsonl", (int)strcspn(sheet->file, "."), sheet->file);
}

/* Writes the large sheets, or all others. Returns 0, or -1 after a message. */
static int write_sheets(sqlite3 *db, const char *run_dir, bool large)
{
	int status = 0;

	for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++) {
		char name[40];

		if (sheets[i].large != large)
			continue;
		if (write_file(db, &sheets[i], run_dir, sheets[i].file, write_rows))
			status = -1;
		json_name(&sheets[i], name);
		if (!large && write_file(db, &sheets[i], run_dir, name, write_json_lines))
			status = -1;
	}
	return status;
}

static bool has_rows(sqlite3 *db, const struct sheet *sheet)
{
	char sql[1024];

	snprintf(sql, sizeof sql, "SELECT EXISTS (%s)", sheet->groups ? sheet->groups : sheet->query);
	return sql_number(db, sheet->file, sql) != 0;
}

/* The body of a child process: writes the large sheets of the database at `path`, and ends the
 * process. */
static _Noreturn void write_large(const char *path, const char *run_dir)
{
	sqlite3 *db;
	bool failed;
	bool open = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;

	if (!open)
		sql_complain(db, "samples.csv", "open the database");
	failed = !open || write_sheets(db, run_dir, true);
	fflush(stderr);
	_exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

struct csv_export csv_begin(sqlite3 *db, const char *run_dir)
{
	const char *path = sqlite3_db_filename(db, "main"); /* NULL or "" for a database in memory */
	struct csv_export export = { .child = -1 };

	if (path && *path) {
		fflush(NULL);
		export.child = fork();
	}
	if (export.child == 0)
		write_large(path, run_dir);
	if (export.child < 0)
		export.status = write_sheets(db, run_dir, true);
	export.status |= write_sheets(db, run_dir, false);
	return export;
}

int csv_end(const struct csv_export *export)
{
	int status = 0;

	while (export->child > 0 && waitpid(export->child, &status, 0) < 0)
		if (errno != EINTR)
			return complain("samples.csv", "%s", strerror(errno));
	if (WIFSIGNALED(status))
		complain("samples.csv", "the process that writes it and functions.csv was ended by signal %d",
		         WTERMSIG(status));
	return export->status || status ? -1 : 0;
}

int csv_export(sqlite3 *db, const char *run_dir)
{
	struct csv_export export = csv_begin(db, run_dir);

	return csv_end(&export);
}

int csv_export_filled(sqlite3 *db, const char *run_dir)
{
	int status = csv_export(db, run_dir);

	for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++) {
		char path[PATH_MAX], name[40];

		if (has_rows(db, &sheets[i]))
			continue;
		json_name(&sheets[i], name);
		if (snprintf(path, sizeof path, "%s/%s", run_dir, sheets[i].file) < (int)sizeof path)
			unlink(path);
		if (snprintf(path, sizeof path, "%s/%s", run_dir, name) < (int)sizeof path)
			unlink(path);
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
