/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/measure/figure.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/measure/causes.h"
#include "bench/host/measure/table.h"
#include "bench/host/report/plots.h"
#include "bench/host/report/report_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define VIEW "measure" /* the folder of the data, and the view that plots/regions.gp draws */

enum { REGIONS_MAX = 40, FUNCTIONS_SHOWN = 8, PARTS_MAX = 16 };

/* The parts of the bars. The last one may be the rest: functions without a part of their own. */
struct parts {
	char metric[NAME_SIZE]; /* the metric that is divided */
	size_t count;
	char name[PARTS_MAX][256], colour[PARTS_MAX][8];
	bool functions;
};

static const char *const function_colours[FUNCTIONS_SHOWN] = { "#0072b2", "#e69f00", "#009e73", "#cc79a7",
	                                                       "#56b4e9", "#d55e00", "#7f6000", "#000000" };

static void add_part(struct parts *parts, const char *name, const char *colour)
{
	snprintf(parts->name[parts->count], sizeof parts->name[0], "%s", name);
	snprintf(parts->colour[parts->count++], sizeof parts->colour[0], "%s", colour);
}

/* Chooses the functions with the largest shares of all regions' instructions. */
static void choose_functions(sqlite3 *db, struct parts *parts)
{
	sqlite3_stmt *row = report_query(
	        db,
	        "SELECT function FROM functions JOIN (SELECT benchmark, 1.0 * sum(value) AS total FROM "
	        "functions"
	        " WHERE metric = 'instructions' GROUP BY 1) USING (benchmark) WHERE metric = 'instructions'"
	        " GROUP BY function ORDER BY sum(value / total) DESC, function",
	        NULL);

	while (row && sqlite3_step(row) == SQLITE_ROW) {
		if (parts->count == FUNCTIONS_SHOWN) {
			add_part(parts, "other functions", "#cccccc");
			break;
		}
		add_part(parts, sql_text(row, 0), function_colours[parts->count]);
	}
	sqlite3_finalize(row);
	parts->functions = true;
}

static void choose_parts(sqlite3 *db, struct parts *parts)
{
	*parts = (struct parts){ .metric = "cycles_nominal" };
	if (report_count(db, "SELECT count(*) FROM summary WHERE metric = 'cycles_nominal'"))
		for (size_t i = 0; i < CAUSES; i++)
			add_part(parts, causes[i].name, causes[i].colour);
	else {
		snprintf(parts->metric, sizeof parts->metric, "instructions");
		choose_functions(db, parts);
	}
}

/* Writes a word of a list for gnuplot: in quotes, without characters that would end it. */
static void write_word(FILE *out, const char *text)
{
	fputs(" '", out);
	for (; *text; text++)
		putc(strchr("'\"\\", *text) || (unsigned char)*text < ' ' ? '?' : *text, out);
	putc('\'', out);
}

/* Fills `value` with what each part of a region takes, as a mean over its calls. Returns the sum. */
static double find_values(sqlite3 *db, const struct parts *parts, const char *region, double value[PARTS_MAX])
{
	sqlite3_stmt *row = report_query(
	        db,
	        parts->functions
	                ? "SELECT function, 1.0 * sum(value) / max(n) FROM functions WHERE benchmark = ?1"
	                  " AND metric = 'instructions' GROUP BY 1"
	                : "SELECT metric, avg(value) FROM samples WHERE benchmark = ?1"
	                  " AND metric LIKE 'due\\_%' ESCAPE '\\' GROUP BY 1",
	        region);
	double sum = 0;

	memset(value, 0, PARTS_MAX * sizeof *value);
	while (row && sqlite3_step(row) == SQLITE_ROW) {
		size_t at = 0, last = parts->count - 1;

		while (at < last &&
		       strcmp(sql_text(row, 0), parts->functions ? parts->name[at] : causes[at].metric) != 0)
			at++;
		value[at] += sqlite3_column_double(row, 1);
		sum += sqlite3_column_double(row, 1);
	}
	sqlite3_finalize(row);
	return sum;
}

/* Writes a line for each region: the mean of a call, and the share of each part in percent. Then writes
 * the names of the regions, of which there are at most REGIONS_MAX, to `index`. Returns their number. */
static size_t write_regions(sqlite3 *db, const struct parts *parts, FILE *data, FILE *index)
{
	sqlite3_stmt *region =
	        report_query(db, "SELECT DISTINCT benchmark FROM summary ORDER BY " TABLE_REGION_ORDER, NULL);
	double value[PARTS_MAX], sum;
	size_t count = 0;

	fputs("mean", data);
	for (size_t i = 0; i < parts->count; i++)
		fprintf(data, " part%zu", i + 1);
	fputs("regions = \"", index);
	while (region && count < REGIONS_MAX && sqlite3_step(region) == SQLITE_ROW) {
		sum = find_values(db, parts, sql_text(region, 0), value);
		if (sum <= 0)
			continue;
		fprintf(data, "\n%.15g", sum);
		for (size_t i = 0; i < parts->count; i++)
			fprintf(data, " %.6f", 100 * value[i] / sum);
		write_word(index, sql_text(region, 0));
		count++;
	}
	fputs("\n", data);
	fputs("\"\n", index);
	sqlite3_finalize(region);
	return count;
}

static void write_names(sqlite3 *db, const struct parts *parts, FILE *index)
{
	char profile[64];

	report_fact(db, "run.profile", profile, sizeof profile);
	fputs("names = \"", index);
	for (size_t i = 0; i < parts->count; i++)
		write_word(index, parts->name[i]);
	fputs("\"\ncolours = \"", index);
	for (size_t i = 0; i < parts->count; i++)
		fprintf(index, " %s", parts->colour[i]);
	fprintf(index, "\"\nunit = \"%s%s%s\"\n", parts->functions ? "instructions" : "nominal cycles (",
	        parts->functions ? "" : profile, parts->functions ? "" : ")");
}

/* Opens a file in `directory` for writing. Returns NULL after a message. */
static FILE *open_file(char path[PATH_MAX], const char *directory, const char *name)
{
	FILE *file;

	path_format(path, PATH_MAX, "%s/%s", directory, name);
	file = fopen(path, "we");
	if (!file)
		complain("measure", "%s: %s", path, strerror(errno));
	return file;
}

int figure_draw(sqlite3 *db, const char *folder, bool *drawn)
{
	char directory[PATH_MAX], plots[PATH_MAX], path[2][PATH_MAX];
	struct parts parts;
	FILE *data, *index;
	size_t regions = 0;
	int failed = 0;

	*drawn = false;
	choose_parts(db, &parts);
	if (!parts.count)
		return 0;
	path_format(directory, sizeof directory, "%s/plots/data/" VIEW, folder);
	path_format(plots, sizeof plots, "%s/plots", path_root());
	if (path_make_folders(directory))
		return complain("measure", "%s: %s", directory, strerror(errno));
	data = open_file(path[0], directory, "regions.dat");
	index = data ? open_file(path[1], directory, "index.gp") : NULL;
	if (data && index) {
		regions = write_regions(db, &parts, data, index);
		write_names(db, &parts, index);
		failed = ferror(data) | ferror(index);
	}
	if (data && fclose(data))
		failed = 1;
	if (index && fclose(index))
		failed = 1;
	if (!data || !index || failed)
		return failed ? complain("measure", "%s: %s", directory,
		                         "cannot be written; is the disk full?")
		              : -1;
	*drawn = regions > 0;
	return regions ? plots_draw(folder, plots, "regions", VIEW, FIGURE_NAME) : 0;
}
