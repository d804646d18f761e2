/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/plots.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/host/csv.h"

enum { ENGINE, STRATEGY, BENCHMARK, PARAMETER, METRIC, MEDIAN, CI_LOW, CI_HIGH, FLAGS, COLUMNS };

static const char *const column_names[COLUMNS] = {
	"engine", "strategy", "benchmark", "parameter", "metric", "median", "ci_low", "ci_high", "flags",
};

/* A row of summary.csv. */
struct row {
	char *fields[COLUMNS];
	long long parameter;
};

struct rows {
	struct row *items;
	size_t count, room;
};

/* The engines that are drawn, and the metric that stands for the time something takes. */
static const struct engine {
	const char *name, *metric, *unit;
} engines[] = {
	{ "bochs", "instructions", "instructions" },
	{ "kvm", "tsc", "TSC ticks" },
};

#define ENGINES (sizeof(engines) / sizeof(engines[0]))

/* The strategies with a style of their own; the others share the styles that follow. */
static const char *const presets[] = { "heap", "window", "random", "best" };

#define PRESETS (sizeof(presets) / sizeof(presets[0]))
#define STYLES  8

static int complain(const char *what, const char *why)
{
	fprintf(stderr, "plots: %s: %s\n", what, why);
	return -1;
}

static bool is_drawn(const char *engine)
{
	for (size_t i = 0; i < ENGINES; i++) {
		if (!strcmp(engine, engines[i].name))
			return true;
	}
	return false;
}

static void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		for (int j = 0; j < COLUMNS; j++)
			free(rows->items[i].fields[j]);
	}
	free(rows->items);
}

static int add_row(struct rows *rows, const struct csv_record *record, const size_t *places)
{
	struct row row = { 0 };

	if (rows->count == rows->room) {
		size_t room = rows->room ? rows->room * 2 : 256;
		struct row *items = reallocarray(rows->items, room, sizeof(*items));

		if (!items)
			return complain("summary.csv", "out of memory");
		rows->items = items;
		rows->room = room;
	}
	rows->items[rows->count++] = row;
	for (int i = 0; i < COLUMNS; i++) {
		char *copy = strdup(record->fields[places[i]]);

		if (!copy)
			return complain("summary.csv", "out of memory");
		rows->items[rows->count - 1].fields[i] = copy;
	}
	rows->items[rows->count - 1].parameter = atoll(record->fields[places[PARAMETER]]);
	return 0;
}

/* Finds the columns by their names in the first record; -1 when one is missing. */
static int find_columns(const struct csv_record *header, size_t *places)
{
	for (int i = 0; i < COLUMNS; i++) {
		size_t place = 0;

		while (place < header->count && strcmp(header->fields[place], column_names[i]))
			place++;
		if (place == header->count)
			return complain("summary.csv lacks a column", column_names[i]);
		places[i] = place;
	}
	return 0;
}

/* The rows of drawn engines whose checks passed. */
static int read_rows(const char *run_dir, struct rows *rows)
{
	struct csv_record record = { 0 };
	size_t places[COLUMNS];
	size_t width = 0;
	char path[PATH_MAX];
	FILE *in;
	int got;
	int status = -1;

	snprintf(path, sizeof(path), "%s/summary.csv", run_dir);
	in = fopen(path, "re");
	if (!in)
		return complain(path, strerror(errno));
	got = csv_read_record(in, &record);
	if (got == 1 && !find_columns(&record, places)) {
		width = record.count;
		status = 0;
		while (!status && (got = csv_read_record(in, &record)) == 1) {
			if (record.count != width)
				status =
				        complain(path, "a row has another number of columns than the header");
			else if (is_drawn(record.fields[places[ENGINE]]) &&
			         !strstr(record.fields[places[FLAGS]], "check-failed"))
				status = add_row(rows, &record, places);
		}
	}
	if (got < 0)
		status = complain(path, "cannot be read");
	else if (width == 0)
		status = complain(path, "is empty or lacks a column");
	csv_free(&record);
	fclose(in);
	return status;
}

/* The place of a strategy in keys and groups: presets first, in their order, then the others. */
static size_t preset_place(const char *strategy)
{
	size_t place = 0;

	while (place < PRESETS && strcmp(strategy, presets[place]))
		place++;
	return place;
}

static int compare_strategies(const char *a, const char *b)
{
	size_t place_a = preset_place(a);
	size_t place_b = preset_place(b);

	if (place_a != place_b)
		return place_a < place_b ? -1 : 1;
	return strcmp(a, b);
}

/* Engine, benchmark, strategy, parameter: the rows of one data file together, those of one line together. */
static int compare_rows(const void *a, const void *b)
{
	const struct row *left = a;
	const struct row *right = b;
	int order = strcmp(left->fields[ENGINE], right->fields[ENGINE]);

	if (order == 0)
		order = strcmp(left->fields[BENCHMARK], right->fields[BENCHMARK]);
	if (order == 0)
		order = compare_strategies(left->fields[STRATEGY], right->fields[STRATEGY]);
	if (order == 0)
		order = (left->parameter > right->parameter) - (left->parameter < right->parameter);
	return order ? order : strcmp(left->fields[METRIC], right->fields[METRIC]);
}

static bool same_file(const struct row *a, const struct row *b)
{
	return !strcmp(a->fields[ENGINE], b->fields[ENGINE]) &&
	       !strcmp(a->fields[BENCHMARK], b->fields[BENCHMARK]) &&
	       !strcmp(a->fields[STRATEGY], b->fields[STRATEGY]);
}

/* Creates a folder unless it is there. */
static int make_dir(const char *path)
{
	return mkdir(path, 0777) && errno != EEXIST ? complain(path, strerror(errno)) : 0;
}

static int close_file(FILE *out, const char *path)
{
	bool failed = ferror(out);

	failed |= fclose(out) != 0;
	return failed ? complain(path, "cannot be written; is the disk full?") : 0;
}

/* The metrics of a data file, each once, in the order of their first rows. */
static size_t list_metrics(const struct row *rows, size_t count, const char **metrics, size_t max)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < found && strcmp(metrics[j], rows[i].fields[METRIC]))
			j++;
		if (j == found && found < max)
			metrics[found++] = rows[i].fields[METRIC];
	}
	return found;
}

/* One data file: a line per parameter, and per metric the median and the ends of its interval. */
static int write_data(const char *data_dir, const struct row *rows, size_t count)
{
	const char *metrics[64];
	size_t metric_count = list_metrics(rows, count, metrics, sizeof(metrics) / sizeof(metrics[0]));
	char path[PATH_MAX];
	FILE *out;

	if (snprintf(path, sizeof(path), "%s/%s/%s.%s.dat", data_dir, rows->fields[ENGINE],
	             rows->fields[BENCHMARK], rows->fields[STRATEGY]) >= (int)sizeof(path))
		return complain(path, "the name is too long");
	out = fopen(path, "we");
	if (!out)
		return complain(path, strerror(errno));
	fprintf(out, "parameter");
	for (size_t i = 0; i < metric_count; i++)
		fprintf(out, " %s %s_low %s_high", metrics[i], metrics[i], metrics[i]);
	for (size_t first = 0, next; first < count; first = next) {
		for (next = first; next < count && rows[next].parameter == rows[first].parameter;)
			next++;
		fprintf(out, "\n%lld", rows[first].parameter);
		for (size_t i = 0; i < metric_count; i++) {
			size_t j = first;

			while (j < next && strcmp(rows[j].fields[METRIC], metrics[i]))
				j++;
			if (j < next)
				fprintf(out, " %s %s %s", rows[j].fields[MEDIAN], rows[j].fields[CI_LOW],
				        rows[j].fields[CI_HIGH]);
			else
				fprintf(out, " NaN NaN NaN");
		}
	}
	putc('\n', out);
	return close_file(out, path);
}

/* A gnuplot function from a benchmark to the strategies that ran it, and from a strategy to its style. */
static void write_functions(FILE *out, const struct row *rows, size_t count)
{
	size_t others = 0;

	fprintf(out, "strategies(b) =");
	for (size_t i = 0; i < count; i++) {
		bool new_benchmark =
		        i == 0 || strcmp(rows[i].fields[BENCHMARK], rows[i - 1].fields[BENCHMARK]);

		if (new_benchmark)
			fprintf(out, "%s b eq \"%s\" ? \"%s", i ? "\" :" : "", rows[i].fields[BENCHMARK],
			        rows[i].fields[STRATEGY]);
		else if (!same_file(&rows[i], &rows[i - 1]))
			fprintf(out, " %s", rows[i].fields[STRATEGY]);
	}
	fprintf(out, "\" : \"\"\nstyle(s) =");
	for (size_t i = 0; i < PRESETS; i++)
		fprintf(out, " s eq \"%s\" ? %zu :", presets[i], i + 1);
	for (size_t i = 0; i < count; i++) {
		size_t j = 0;

		while (j < i && strcmp(rows[j].fields[STRATEGY], rows[i].fields[STRATEGY]))
			j++;
		if (j == i && preset_place(rows[i].fields[STRATEGY]) == PRESETS)
			fprintf(out, " s eq \"%s\" ? %zu :", rows[i].fields[STRATEGY],
			        PRESETS + 1 + others++ % (STYLES - PRESETS));
	}
	fprintf(out, " %d\n", STYLES);
}

/* What the scripts load first: what this engine measured. */
static int write_index(const char *data_dir, const struct engine *engine, const char *profile,
                       const struct row *rows, size_t count)
{
	char path[PATH_MAX];
	FILE *out;

	if (snprintf(path, sizeof(path), "%s/%s/index.gp", data_dir, engine->name) >= (int)sizeof(path))
		return complain(path, "the name is too long");
	out = fopen(path, "we");
	if (!out)
		return complain(path, strerror(errno));
	fprintf(out, "# What this run measured on %s; written from summary.csv.\n", engine->name);
	fprintf(out, "engine = \"%s\"\nmain = \"%s\"\nunit = \"%s\"\n", engine->name, engine->metric,
	        engine->unit);
	fprintf(out, "profile = \"%s\"\n", profile ? profile : "");
	write_functions(out, rows, count);
	return close_file(out, path);
}

/* The rows of one engine, which lie side by side: the first in *first, their number is returned. */
static size_t engine_rows(const struct rows *rows, const char *engine, const struct row **first)
{
	size_t start = 0;
	size_t end;

	while (start < rows->count && strcmp(rows->items[start].fields[ENGINE], engine))
		start++;
	end = start;
	while (end < rows->count && !strcmp(rows->items[end].fields[ENGINE], engine))
		end++;
	*first = rows->items + start;
	return end - start;
}

static int write_engine(const char *data_dir, const struct engine *engine, const char *profile,
                        const struct row *rows, size_t count)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", data_dir, engine->name) >= (int)sizeof(path))
		return complain(data_dir, "the name is too long");
	if (make_dir(path) || write_index(data_dir, engine, profile, rows, count))
		return -1;
	for (size_t first = 0, next; first < count; first = next) {
		for (next = first; next < count && same_file(&rows[first], &rows[next]);)
			next++;
		if (write_data(data_dir, &rows[first], next - first))
			return -1;
	}
	return 0;
}

/* The line of a script that begins with `key`, without it; false when there is none. */
static bool read_key(const char *path, const char *key, char *needs, size_t size)
{
	FILE *in = fopen(path, "re");
	bool found = false;

	if (!in)
		return false;
	while (!found && fgets(needs, (int)size, in))
		found = !strncmp(needs, key, strlen(key));
	fclose(in);
	if (found)
		memmove(needs, needs + strlen(key), strlen(needs + strlen(key)) + 1);
	return found;
}

static bool is_measured(const struct row *rows, size_t count, const char *benchmark, const char *metric)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rows[i].fields[BENCHMARK], benchmark) &&
		    (!*metric || !strcmp(rows[i].fields[METRIC], metric)))
			return true;
	}
	return false;
}

static bool any_measured(const struct row *rows, size_t count, const char *needs, const char *metric)
{
	char words[512];
	char *rest = words;
	char *word;

	snprintf(words, sizeof(words), "%s", needs);
	while ((word = strsep(&rest, " \t\n"))) {
		if (*word && is_measured(rows, count, word, metric))
			return true;
	}
	return false;
}

static int run_gnuplot(const char *plots_out, const char *script, const char *engine, const char *figure)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		return complain("gnuplot", strerror(errno));
	if (child == 0) {
		if (chdir(plots_out) == 0)
			execlp("gnuplot", "gnuplot", "-d", "-c", script, engine, figure, (char *)NULL);
		fprintf(stderr, "plots: gnuplot cannot be started: %s\n", strerror(errno));
		_exit(127);
	}
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return complain("gnuplot", strerror(errno));
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return complain(script, "gnuplot failed");
}

/* Whether the figure's two files are there and not empty. */
static bool is_figure_there(const char *plots_out, const char *figure)
{
	static const char *const endings[] = { "svg", "png" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		char path[PATH_MAX + NAME_MAX + 24];
		struct stat state;

		snprintf(path, sizeof(path), "%s/%s.%s", plots_out, figure, endings[i]);
		if (stat(path, &state) || state.st_size == 0)
			return false;
	}
	return true;
}

/* Draws one script once per engine that measured anything of it. */
static int draw(const struct rows *rows, const char *plots_out, const char *script, const char *name)
{
	char needs[512];
	char line[64] = "";
	char metric[64] = "";
	int status = 0;
	bool drawn = false;

	if (!read_key(script, "# needs:", needs, sizeof(needs)))
		return 0;
	if (read_key(script, "# metric:", line, sizeof(line)))
		sscanf(line, "%63s", metric);
	for (size_t i = 0; i < ENGINES; i++) {
		const struct row *first;
		size_t count = engine_rows(rows, engines[i].name, &first);
		char figure[NAME_MAX + 16];

		if (!any_measured(first, count, needs, metric))
			continue;
		snprintf(figure, sizeof(figure), "%s%s%s", name, drawn ? "-" : "",
		         drawn ? engines[i].name : "");
		drawn = true;
		if (run_gnuplot(plots_out, script, engines[i].name, figure))
			status = -1;
		else if (!is_figure_there(plots_out, figure))
			status = complain(script, "gnuplot wrote no figure; is the disk full?");
	}
	if (!drawn)
		fprintf(stderr, "plots: %s is not drawn: the run measured nothing of%s%s%s%s", name,
		        *metric ? " " : "", metric, *metric ? " of" : "", needs);
	return status;
}

static int is_script(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 3 && !strcmp(entry->d_name + length - 3, ".gp");
}

static int draw_all(const struct rows *rows, const char *plots_out, const char *plots_dir)
{
	char *folder = realpath(plots_dir, NULL);
	struct dirent **files;
	int count = folder ? scandir(folder, &files, is_script, alphasort) : -1;
	int status = 0;

	if (count < 0) {
		free(folder);
		return complain(plots_dir, strerror(errno));
	}
	for (int i = 0; i < count; i++) {
		char *name = files[i]->d_name;
		char script[PATH_MAX + NAME_MAX + 2];

		snprintf(script, sizeof(script), "%s/%s", folder, name);
		name[strlen(name) - strlen(".gp")] = '\0';
		if (draw(rows, plots_out, script, name))
			status = -1;
		free(files[i]);
	}
	free(files);
	free(folder);
	return status;
}

int plots_make(const char *run_dir, const char *plots_dir, const char *profile)
{
	struct rows rows = { 0 };
	char plots_out[PATH_MAX];
	char data_dir[PATH_MAX + 8];
	int status = -1;

	if (snprintf(plots_out, sizeof(plots_out), "%s/plots", run_dir) >= (int)sizeof(plots_out))
		return complain(run_dir, "the name is too long");
	snprintf(data_dir, sizeof(data_dir), "%s/data", plots_out);
	if (!read_rows(run_dir, &rows) && !make_dir(plots_out) && !make_dir(data_dir)) {
		if (rows.count > 0)
			qsort(rows.items, rows.count, sizeof(*rows.items), compare_rows);
		status = 0;
		for (size_t i = 0; i < ENGINES && !status; i++) {
			const struct row *first;
			size_t count = engine_rows(&rows, engines[i].name, &first);

			if (count > 0)
				status = write_engine(data_dir, &engines[i], profile, first, count);
		}
		if (!status)
			status = draw_all(&rows, plots_out, plots_dir);
	}
	free_rows(&rows);
	return status;
}
