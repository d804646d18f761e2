/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/terminal/tables.h"
#include "bench/host/answers/number.h"
#include "bench/host/answers/subject.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/evaluate/compilers.h"
#include "bench/host/evaluate/drift.h"
#include "bench/host/terminal/emulated.h"
#include "bench/host/terminal/terminal.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GAP           2   /* columns between two cells */
#define WIDTH_OF_TEXT 110 /* width at which evidence is wrapped if the output is no terminal */

static const struct section {
	const char *name;
	const char *main;  /* the metric that measures time; "" if the engine has no such metric */
	const char *means; /* text of the heading; it says what the numbers are */
	bool time_is_void; /* the main metric means nothing on this engine: omit its rows */
	bool modelled;     /* modelled cycles: an interval goes from the low to the high count */
} sections[] = {
	{ "bochs", "cycles_nominal",
	  "modelled cycles on Bochs; [..] with the model's low and high parameters", false, true },
	{ "bochs", "instructions",
	  "instructions on Bochs: exact counts, not time; work adds the rounds of REP", false, false },
	{ "kvm", "tsc", "TSC ticks on KVM", false, false },
	{ "tcg", "tsc", "QEMU without KVM: only shows function; its times mean nothing and are left out",
	  true, false },
	{ "image", "", "read from the image, without a boot", false, false },
};

/* The text of a cell: `full` has the median and its interval, `brief` only the median. */
struct cell {
	char *full, *brief;
};

struct line {
	char *label;
	/* One cell per strategy; its texts are NULL if that strategy was not measured. */
	struct cell *cells;
};

struct table {
	char **strategies;
	size_t strategy_count;
	struct line *lines;
	size_t line_count;
};

static char *format(const char *form, ...) __attribute__((format(printf, 1, 2)));

/* Returns the formatted text, which the caller frees; NULL if out of memory. */
static char *format(const char *form, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, form);
	length = vasprintf(&text, form, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

static void fill_cell(struct cell *cell, sqlite3_stmt *row, int first)
{
	const struct number number = { .value = sqlite3_column_double(row, first),
		                       .low = sqlite3_column_double(row, first + 1),
		                       .high = sqlite3_column_double(row, first + 2),
		                       .flags = sql_text(row, first + 3) };
	char text[4 * NUMBER_TEXT_MAX];

	free(cell->full);
	free(cell->brief);
	number_format(&number, true, text, sizeof text);
	cell->full = strdup(text);
	number_format(&number, false, text, sizeof text);
	cell->brief = strdup(text);
}

/*
 * Returns the label of a row, such as "exec.load 64 KiB", "tlb.invlpg 16 pages", "exec.real
 * busybox" or "memory.per_task stack_bytes (bytes)". `metric` is "" for the engine's main metric.
 * The caller frees the label; NULL if out of memory.
 */
static char *format_label(const char *benchmark, int64_t parameter, const char *unit, const char *metric,
                          const char *metric_unit)
{
	char where[64] = "";

	if (!strcmp(unit, "bytes") && parameter % (1 << 20) == 0 && parameter > 0)
		snprintf(where, sizeof where, " %" PRId64 " MiB", parameter >> 20);
	else if (!strcmp(unit, "bytes") && parameter % (1 << 10) == 0 && parameter > 0)
		snprintf(where, sizeof where, " %" PRId64 " KiB", parameter >> 10);
	else if (!strncmp(unit, "program/", 8))
		snprintf(where, sizeof where, " %.40s", unit + 8);
	else if (strcmp(unit, "none") != 0)
		snprintf(where, sizeof where, " %" PRId64 " %.40s", parameter, unit);
	return *metric ? format("%s%s %s (%s)", benchmark, where, metric, metric_unit)
	               : format("%s%s", benchmark, where);
}

static void free_table(struct table *table)
{
	for (size_t i = 0; i < table->line_count; i++) {
		for (size_t j = 0; j < table->strategy_count; j++) {
			free(table->lines[i].cells[j].full);
			free(table->lines[i].cells[j].brief);
		}
		free(table->lines[i].cells);
		free(table->lines[i].label);
	}
	for (size_t i = 0; i < table->strategy_count; i++)
		free(table->strategies[i]);
	free(table->lines);
	free(table->strategies);
	*table = (struct table){ 0 };
}

/* Loads the names of an engine's strategies, presets first. Returns false if there are none. */
static bool load_strategies(sqlite3 *db, const struct section *section, struct table *table)
{
	static const char query[] = "SELECT DISTINCT strategy FROM compared WHERE engine = ?1"
	                            " ORDER BY " STRATEGY_ORDER("strategy");
	sqlite3_stmt *row = sql_prepare(db, "table", NULL, query);

	if (!row)
		return false;
	sql_bind(row, 1, section->name);
	while (sqlite3_step(row) == SQLITE_ROW) {
		char **more = reallocarray(table->strategies, table->strategy_count + 1, sizeof *more);
		char *name = strdup(sql_text(row, 0));

		if (more)
			table->strategies = more;
		if (!more || !name) {
			free(name);
			break;
		}
		table->strategies[table->strategy_count++] = name;
	}
	sqlite3_finalize(row);
	return table->strategy_count > 0;
}

static size_t strategy_place(const struct table *table, const char *strategy)
{
	size_t place = 0;

	while (place < table->strategy_count && strcmp(table->strategies[place], strategy))
		place++;
	return place;
}

/*
 * Returns the line for `label`: the table's last line if it has this label, otherwise a new line.
 * Returns NULL if `label` is NULL or if out of memory. Takes over or frees the label in every case.
 */
static struct line *line_for(struct table *table, char *label)
{
	struct line *last = table->line_count > 0 ? &table->lines[table->line_count - 1] : NULL;
	struct line *lines;
	struct cell *cells;

	if (!label || (last && !strcmp(last->label, label))) {
		free(label);
		return label ? last : NULL;
	}
	lines = reallocarray(table->lines, table->line_count + 1, sizeof *lines);
	cells = calloc(table->strategy_count, sizeof *cells);
	if (lines)
		table->lines = lines;
	if (!lines || !cells) {
		free(cells);
		free(label);
		return NULL;
	}
	lines[table->line_count] = (struct line){ .label = label, .cells = cells };
	return &lines[table->line_count++];
}

/* SQL expression: the median of `metric`, for the series in the current row of `summary`. */
#define OTHER(metric)                                                                               \
	"(SELECT median FROM summary o WHERE o.engine = summary.engine AND o.strategy = summary"    \
	".strategy AND o.cpus = summary.cpus AND o.benchmark = summary.benchmark AND o.parameter =" \
	" summary.parameter AND o.metric = '" metric "')"

#define CYCLES_LOW  OTHER("cycles_low")
#define CYCLES_HIGH OTHER("cycles_high")
#define SHOWN       SHOWN_METRIC("?2")

/*
 * Loads the lines of a section.
 * A benchmark that has the section's main metric gets a line for each parameter, and another line
 * for its work if that differs from its instructions. In a section whose time is void, such a
 * benchmark gets no line.
 * A benchmark that lacks the main metric gets a line for each parameter and metric. In a section of
 * modelled cycles, such a benchmark gets no line.
 * Returns false, after a message, if the query cannot be prepared.
 */
static bool load_lines(sqlite3 *db, const struct section *section, struct table *table)
{
	static const char query[] =
	        "WITH units AS (SELECT benchmark, parameter, max(parameter_unit) AS unit FROM samples"
	        " GROUP BY benchmark, parameter),"
	        " timed AS (SELECT DISTINCT benchmark FROM compared WHERE engine = ?1 AND metric = " SHOWN
	        ") SELECT benchmark, parameter, coalesce(units.unit, 'none'), iif(metric = ?2, '', metric),"
	        " summary.unit, strategy, median, iif(?4, " CYCLES_LOW ", ci_low),"
	        " iif(?4, " CYCLES_HIGH ", ci_high), flags"
	        " FROM compared AS summary LEFT JOIN units USING (benchmark, parameter)"
	        " WHERE engine = ?1 AND (metric = " SHOWN " AND (metric = ?2 OR NOT ?4)"
	        " OR NOT ?4 AND (benchmark NOT IN timed OR (metric = 'work' AND " WORK_DIFFERS ")))"
	        " AND NOT (?3 AND benchmark IN timed)"
	        " ORDER BY benchmark, parameter, metric, cpus, strategy";
	sqlite3_stmt *row = sql_prepare(db, "table", NULL, query);

	if (!row)
		return false;
	sql_bind(row, 1, section->name);
	sql_bind(row, 2, section->main);
	sqlite3_bind_int(row, 3, section->time_is_void);
	sqlite3_bind_int(row, 4, section->modelled);
	while (sqlite3_step(row) == SQLITE_ROW) {
		char *label = format_label(sql_text(row, 0), sqlite3_column_int64(row, 1), sql_text(row, 2),
		                           sql_text(row, 3), sql_text(row, 4));
		size_t place = strategy_place(table, sql_text(row, 5));
		struct line *line = line_for(table, label);

		if (line && place < table->strategy_count)
			fill_cell(&line->cells[place], row, 6);
	}
	sqlite3_finalize(row);
	return true;
}

static const char *cell_text(const struct cell *cell, bool full)
{
	const char *text = full ? cell->full : cell->brief;

	return text ? text : "-";
}

static size_t label_width(const struct table *table)
{
	size_t width = 0;

	for (size_t i = 0; i < table->line_count; i++) {
		size_t here = terminal_text_width(table->lines[i].label);

		width = here > width ? here : width;
	}
	return width;
}

static size_t column_width(const struct table *table, size_t column, bool full)
{
	size_t width = terminal_text_width(table->strategies[column]);

	for (size_t i = 0; i < table->line_count; i++) {
		size_t here = terminal_text_width(cell_text(&table->lines[i].cells[column], full));

		width = here > width ? here : width;
	}
	return width;
}

static void print_padded(const struct terminal *terminal, const char *text, size_t width)
{
	size_t used = terminal_text_width(text);

	text_print(terminal->out, "%*s%s", (int)(used < width ? width - used : 0), "", text);
}

/* Prints all lines with the columns of the strategies `first` to `end` - 1. */
static void print_columns(const struct terminal *terminal, const struct table *table, size_t first,
                          size_t end, bool full)
{
	size_t label = label_width(table);

	fprintf(terminal->out, "%s%*s", terminal->colour ? "\033[1m" : "", (int)label, "");
	for (size_t i = first; i < end; i++)
		print_padded(terminal, table->strategies[i], column_width(table, i, full) + GAP);
	fprintf(terminal->out, "%s\n", terminal->colour ? "\033[0m" : "");
	for (size_t i = 0; i < table->line_count; i++) {
		const struct line *line = &table->lines[i];

		text_print(terminal->out, "%-*s", (int)label, line->label);
		for (size_t j = first; j < end; j++)
			print_padded(terminal, cell_text(&line->cells[j], full),
			             column_width(table, j, full) + GAP);
		putc('\n', terminal->out);
	}
	putc('\n', terminal->out);
}

static size_t table_width(const struct table *table, bool full)
{
	size_t width = label_width(table);

	for (size_t i = 0; i < table->strategy_count; i++)
		width += column_width(table, i, full) + GAP;
	return width;
}

static void print_results(const struct terminal *terminal, const struct table *table)
{
	bool full = terminal->width == 0 || table_width(table, true) <= terminal->width;

	for (size_t first = 0, end; first < table->strategy_count; first = end) {
		size_t width = label_width(table) + column_width(table, first, full) + GAP;

		for (end = first + 1; end < table->strategy_count; end++) {
			width += column_width(table, end, full) + GAP;
			if (terminal->width > 0 && width > terminal->width)
				break;
		}
		print_columns(terminal, table, first, end, full);
	}
}

static const char *verdict_colour(const char *verdict)
{
	if (!strcmp(verdict, "confirmed"))
		return "\033[32m";
	if (!strcmp(verdict, "refuted"))
		return "\033[31m";
	return strcmp(verdict, "inconclusive") ? "\033[2m" : "\033[33m";
}

/* Prints one claim. The columns of `row` are `id`, `verdict`, `evidence` and `also`. */
static void print_claim(const struct terminal *terminal, sqlite3_stmt *row)
{
	const size_t indent = strlen("  id  verdict       ");
	const char *label = "also: "; /* further lines are indented past this label */
	size_t total = terminal->width > 0 ? terminal->width : WIDTH_OF_TEXT;
	const char *verdict = sql_text(row, 1);
	const char *also = sql_text(row, 3);

	fprintf(terminal->out, "  %2d  %s", sqlite3_column_int(row, 0),
	        terminal->colour ? verdict_colour(verdict) : "");
	text_print(terminal->out, "%-12s", verdict);
	fprintf(terminal->out, "%s  ", terminal->colour ? "\033[0m" : "");
	terminal_print_wrapped(terminal, sql_text(row, 2), indent, total - indent);
	if (!*also)
		return;
	fprintf(terminal->out, "%*s%s", (int)indent, "", label);
	terminal_print_wrapped(terminal, also, indent + strlen(label), total - indent - strlen(label));
}

/* Prints the claims of a kind, then how many of them are decided. Only counts those that the run did
 * not measure, unless `with_missing` is set. Prints nothing if the run has no claims of this kind. */
static void print_claims(sqlite3 *db, const struct terminal *terminal, const char *kind, const char *title,
                         bool with_missing)
{
	sqlite3_stmt *row =
	        sql_prepare(db, "table", NULL,
	                    "SELECT id, verdict, evidence, also FROM claims WHERE kind = ?1 ORDER BY id");
	long decided = 0, left_out = 0, all = 0;

	if (!row)
		return;
	sql_bind(row, 1, kind);
	while (sqlite3_step(row) == SQLITE_ROW) {
		const char *verdict = sql_text(row, 1);

		if (all == 0)
			fprintf(terminal->out, "%s%s%s\n  id  verdict       evidence\n",
			        terminal->colour ? "\033[1m" : "", title, terminal->colour ? "\033[0m" : "");
		all++;
		decided += !strcmp(verdict, "confirmed") || !strcmp(verdict, "refuted");
		if (with_missing || strcmp(verdict, "not measured") != 0)
			print_claim(terminal, row);
		else
			left_out++;
	}
	if (left_out > 0)
		fprintf(terminal->out, "  %ld not measured: see claims.csv\n", left_out);
	if (all > 0)
		fprintf(terminal->out, "  %ld of %ld decided\n", decided, all);
	sqlite3_finalize(row);
}

/*
 * Prints for each strategy the longest stretch with interrupts off: how long it is, and where it
 * begins and ends. Considers only stretches during the start of the largest image. Prints nothing
 * if there are none.
 */
static void print_stretches(sqlite3 *db, const struct terminal *terminal)
{
	static const char query[] =
	        "SELECT parameter, strategy, max(ticks), coalesce(nullif(from_function, ''), from_address),"
	        " coalesce(nullif(to_function, ''), to_address) FROM irq_off JOIN launches ON launches.id = "
	        "launch"
	        " WHERE parameter = (SELECT max(parameter) FROM irq_off) GROUP BY strategy"
	        " ORDER BY " STRATEGY_ORDER("strategy");
	sqlite3_stmt *row = sql_prepare(db, "table", NULL, query);
	bool any = false;

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		char *image = format_label("an image of", sqlite3_column_int64(row, 0), "bytes", "", "");

		if (!any)
			text_print(terminal->out, "the longest stretch with interrupts off, starting %s:\n",
			           image ? image : "an image");
		any = true;
		free(image);
		text_print(terminal->out, "  %s  %" PRId64 " ticks, from %s to %s\n", sql_text(row, 1),
		           (int64_t)sqlite3_column_int64(row, 2), sql_text(row, 3), sql_text(row, 4));
	}
	sqlite3_finalize(row);
	if (any)
		putc('\n', terminal->out);
}

/* Prints the tables of all engines, and the meaning of their marks. */
static void print_tables(sqlite3 *db, const struct terminal *terminal)
{
	bool any = false;

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		struct table table = { 0 };

		if (load_strategies(db, &sections[i], &table) && load_lines(db, &sections[i], &table) &&
		    (table.line_count > 0 || !sections[i].modelled)) {
			fprintf(terminal->out, "%s%s%s  medians; %s\n", terminal->colour ? "\033[1m" : "",
			        sections[i].name, terminal->colour ? "\033[0m" : "", sections[i].means);
			if (table.line_count > 0)
				print_results(terminal, &table);
			any = true;
		}
		free_table(&table);
	}
	if (!any)
		return;
	fputs("[..] 95 % interval of the median, or with a ? (too few rounds) the range; omitted if it is"
	      " one value\n",
	      terminal->out);
	number_write_legend(terminal->out, "   ");
	fputs("   - not measured\n\n", terminal->out);
}

void tables_print(sqlite3 *db, const struct terminal *terminal, bool all)
{
	print_tables(db, terminal);
	print_stretches(db, terminal);
	emulated_print(db, terminal->out);
	print_claims(db, terminal, "experiment", "claims, decided by experiments", all);
	print_claims(db, terminal, "arithmetic", "claims, decided by arithmetic on constants", all);
	drift_print(db, terminal->out);
	compilers_print(db, terminal->out);
}
