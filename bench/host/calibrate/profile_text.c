/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/calibrate/profile_text.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MAX   64
#define COMMENT_MAX 200
#define COLUMN      43  /* where comments begin, as in the other profiles */
#define NOTE_MOST   100 /* most columns of a line of a note */

/* A parameter of the model. */
struct row {
	const char *section, *key;
	double most;
	bool is_size;
};

#define SIZE_ROW(id, section, key, least, most) { section, key, most, true },
#define COST_ROW(id, section, key, most)        { section, key, most, false },
static const struct row rows[] = { MODEL_SIZES(SIZE_ROW) MODEL_COSTS(COST_ROW) };
#undef SIZE_ROW
#undef COST_ROW

static const char *const sections[] = { "l1i",  "l1d",  "l2",   "l3",   "memory",  "itlb",
	                                "dtlb", "stlb", "walk", "core", "strings", "events" };

#define COUNT(array) (sizeof(array) / sizeof *(array))

const char *profile_text_base(const struct machine *machine)
{
	const bool amd =
	        strcmp(machine->vendor, "AuthenticAMD") == 0 || strcmp(machine->vendor, "HygonGenuine") == 0;
	/* Family 19H: models 10H to 1FH and 60H to AFH are Zen 4, the others Zen 3. */
	const bool zen4 = machine->family > 0x19 || (machine->model >= 0x10 && machine->model < 0x20) ||
	                  machine->model >= 0x60;

	if (amd)
		return machine->family < 0x19 ? "zen2" : zen4 ? "zen4" : "zen3";
	return machine->l2.kib >= 1024 ? "skylake-server" : "skylake-client";
}

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

/* Finds a parameter in the base profile. Returns false if the parameter is not there. */
static bool find(const struct profile_text *text, const struct row *row, char value[VALUE_MAX],
                 char comment[COMMENT_MAX])
{
	FILE *in = fopen(text->base_path, "re");
	char line[512], section[40] = "";
	bool found = false;

	while (in && !found && fgets(line, sizeof line, in)) {
		char *hash = strchr(line, '#'), *equals;

		if (sscanf(line, "[%39[^]]", section) == 1 || !hash)
			continue;
		*hash++ = '\0';
		equals = strchr(line, '=');
		if (!equals)
			continue;
		*equals++ = '\0';
		found = strcmp(section, row->section) == 0 && strcmp(trim(line), row->key) == 0;
		if (found) {
			snprintf(value, VALUE_MAX, "%s", trim(equals));
			snprintf(comment, COMMENT_MAX, "%s", trim(hash));
		}
	}
	if (in)
		fclose(in);
	return found;
}

static enum figure_id figure_of(const struct row *row)
{
	enum figure_id id = 0;

	while (id < FIGURE_FIRST_EXTRA && (strcmp(figure_names[id].section, row->section) != 0 ||
	                                   strcmp(figure_names[id].key, row->key) != 0))
		id++;
	return id;
}

static bool is(const struct row *row, const char *section, const char *key)
{
	return strcmp(row->section, section) == 0 && strcmp(row->key, key) == 0;
}

/* Returns the KiB or ways that CPUID gives for this parameter, or 0 if it gives none. */
static unsigned from_cpuid(const struct machine *machine, const struct row *row)
{
	const struct {
		const char *section;
		struct machine_cache cache;
	} caches[] = {
		{ "l1i", machine->l1i }, { "l1d", machine->l1d }, { "l2", machine->l2 }, { "l3", machine->l3 }
	};

	for (size_t i = 0; i < COUNT(caches); i++)
		if (strcmp(row->section, caches[i].section) == 0)
			return strcmp(row->key, "kib") == 0    ? caches[i].cache.kib
			       : strcmp(row->key, "ways") == 0 ? caches[i].cache.ways
			                                       : 0;
	return 0;
}

static void print_number(char *text, size_t size, double value)
{
	char *end;

	snprintf(text, size, "%.3f", value);
	for (end = text + strlen(text) - 1; *end == '0'; end--)
		*end = '\0';
	if (*end == '.')
		*end = '\0';
}

/* Writes "VALUE low VALUE high VALUE", or only the first VALUE if `count` is true. */
static void print_values(char value[VALUE_MAX], bool count, double median, double low, double high)
{
	char number[3][20];

	print_number(number[0], sizeof number[0], median);
	print_number(number[1], sizeof number[1], low);
	print_number(number[2], sizeof number[2], high);
	if (count)
		snprintf(value, VALUE_MAX, "%s", number[0]);
	else
		snprintf(value, VALUE_MAX, "%s low %s high %s", number[0], number[1], number[2]);
}

/* What the file says of one parameter. */
struct line {
	char value[VALUE_MAX], comment[COMMENT_MAX + FIGURE_WHY + 40];
	bool measured;
};

/* Fills in a measured value. Returns false if there is none. */
static bool from_figure(const struct profile_text *text, enum figure_id id, double most, struct line *line)
{
	double median, low, high;
	int used;

	if (!figure_result(text->figures, id, text->rounds, &median, &low, &high) ||
	    (id < FIGURE_FIRST_COST && median < 1))
		return false;
	print_values(line->value, id < FIGURE_FIRST_COST, fmin(median, most), fmin(low, most),
	             fmin(high, most));
	used = snprintf(line->comment, sizeof line->comment, "[M] %s; rounds: %u", figure_names[id].how,
	                text->figures->of[id].rounds);
	if (id < FIGURE_FIRST_COST)
		snprintf(line->comment + used, sizeof line->comment - (size_t)used, ", %.0f to %.0f", low,
		         high);
	line->measured = true;
	return true;
}

static int fill(const struct profile_text *text, const struct row *row, struct line *line)
{
	const enum figure_id id = figure_of(row);
	const char *why = id < FIGURE_FIRST_EXTRA               ? text->figures->of[id].why
	                  : strcmp(row->section, "events") == 0 ? "it needs ring 0"
	                                                        : "not from user mode";
	char comment[COMMENT_MAX];

	line->measured = false;
	if (id < FIGURE_FIRST_EXTRA && from_figure(text, id, row->most, line))
		return 0;
	if (id < FIGURE_FIRST_EXTRA && !*why)
		why = "too few rounds gave a value";
	if (from_cpuid(text->machine, row)) {
		snprintf(line->value, VALUE_MAX, "%u", from_cpuid(text->machine, row));
		snprintf(line->comment, sizeof line->comment, "[S] CPUID; not measured: %s", why);
		return 0;
	}
	if (!find(text, row, line->value, comment))
		return -1;
	snprintf(line->comment, sizeof line->comment, "%.3s %s, not measured (%s): %s", comment, text->base,
	         why, trim(comment + 3));
	return 0;
}

/*
 * The number of ways of a cache or TLB must divide the number of its lines or entries (`entries`).
 * Numbers from different sources may break this rule. If they do, lowers `ways` to the next number
 * that divides `entries`.
 */
static void fit_ways(struct line *ways, unsigned entries)
{
	const unsigned given = (unsigned)atoi(ways->value);
	unsigned fitting = given;

	if (entries == 0 || given == 0)
		return;
	while (entries % fitting)
		fitting--;
	if (fitting == given)
		return;
	snprintf(ways->value, VALUE_MAX, "%u", fitting);
	snprintf(ways->comment, sizeof ways->comment, "[A] %u, which does not divide the entries", given);
	ways->measured = false;
}

/* profile_read() rejects a profile in which a level's latency is lower than that of the level
 * before it. This can happen if only one of the two latencies was measured. Raises the lower
 * latency. */
static void raise_to(struct line *line, const struct line *before)
{
	static const char *const forms[] = { "%lf low %lf high %lf" };
	double v[3] = { 0 }, b[3] = { 0 };
	const int given = sscanf(line->value, forms[0], &v[0], &v[1], &v[2]);
	const int lower = sscanf(before->value, forms[0], &b[0], &b[1], &b[2]);

	if (given == 1)
		v[1] = v[2] = v[0];
	if (lower == 1)
		b[1] = b[2] = b[0];
	if (v[0] >= b[0] && v[1] >= b[1] && v[2] >= b[2])
		return;
	print_values(line->value, false, fmax(v[0], b[0]), fmax(v[1], b[1]), fmax(v[2], b[2]));
}

/* Makes values consistent with each other. They can be inconsistent because they come from
 * different sources. */
static void fit(struct line *lines)
{
	static const struct {
		const char *section, *entries, *ways;
		unsigned unit;
	} arrays[] = { { "l1i", "kib", "ways", 16 },
		       { "l1d", "kib", "ways", 16 },
		       { "l2", "kib", "ways", 16 },
		       { "l3", "kib", "ways", 16 },
		       { "itlb", "entries_4k", "ways_4k", 1 },
		       { "dtlb", "entries_4k", "ways_4k", 1 },
		       { "stlb", "entries", "ways", 1 } };
	static const char *const levels[] = { "l1d", "l2", "l3", "memory" };
	struct line *level[COUNT(levels)] = { NULL };

	for (size_t i = 0; i < COUNT(arrays); i++) {
		struct line *entries = NULL, *ways = NULL;

		for (size_t r = 0; r < COUNT(rows); r++) {
			if (is(&rows[r], arrays[i].section, arrays[i].entries))
				entries = &lines[r];
			if (is(&rows[r], arrays[i].section, arrays[i].ways))
				ways = &lines[r];
		}
		fit_ways(ways, (unsigned)atoi(entries->value) * arrays[i].unit);
	}
	for (size_t i = 0; i < COUNT(levels); i++)
		for (size_t r = 0; r < COUNT(rows); r++)
			if (is(&rows[r], levels[i], "latency"))
				level[i] = &lines[r];
	for (size_t i = 1; i < COUNT(levels); i++)
		raise_to(level[i], level[i - 1]);
}

static void print_line(FILE *out, const char *key, const struct line *line)
{
	const int width = fprintf(out, "%s = %s", key, line->value);

	fprintf(out, "%*s # %s\n", width < COLUMN ? COLUMN - width : 1, "", line->comment);
}

/* Prints a note as an item of a list, in lines of at most NOTE_MOST columns. */
static void print_note(FILE *out, const char *note)
{
	int column = fprintf(out, "# -");

	while (*note) {
		const int length = (int)strcspn(note, " ");

		if (column + 1 + length > NOTE_MOST) {
			fputc('\n', out);
			column = fprintf(out, "#  ");
		}
		column += fprintf(out, " %.*s", length, note);
		note += length;
		note += strspn(note, " ");
	}
	fputc('\n', out);
}

static void print_head(const struct profile_text *text, FILE *out)
{
	const struct machine *machine = text->machine;

	fprintf(out, "# %s (family %u, model %u, stepping %u), measured\n#\n" PROFILE_TEXT_MARK ".\n",
	        *machine->brand ? machine->brand : machine->vendor, machine->family, machine->model,
	        machine->stepping);
	fputs("#\n"
	      "# The tag of a line says where its value is from:\n"
	      "# [M] measured here. The value is the median of several rounds. low and high are the lowest\n"
	      "#     and the highest round, but at least 1 % from the median.\n"
	      "# [S] seen in the source that the line names\n"
	      "# [D] derived from the source that the line names\n"
	      "# [R] recalled\n"
	      "# [A] assumed\n"
	      "# If a line names a profile, its value and its tag are copied from that profile.\n"
	      "#\n"
	      "# Notes on the measurement:\n",
	      out);
	for (size_t i = 0; text->note[i]; i++)
		print_note(out, text->note[i]);
}

int profile_text_write(const struct profile_text *text, FILE *out)
{
	static struct line lines[COUNT(rows)];
	int measured = 0;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (fill(text, &rows[i], &lines[i]))
			return -1;
	fit(lines);
	print_head(text, out);
	for (size_t s = 0; s < COUNT(sections); s++) {
		fprintf(out, "\n[%s]\n", sections[s]);
		for (size_t i = 0; i < COUNT(rows); i++)
			if (strcmp(rows[i].section, sections[s]) == 0) {
				print_line(out, rows[i].key, &lines[i]);
				measured += lines[i].measured;
			}
	}
	fputs("\n# Cycles, or shares of a latency, which the model has no parameter for.\n[measured]\n", out);
	for (enum figure_id id = FIGURE_FIRST_EXTRA; id < FIGURES; id++) {
		struct line line;

		if (from_figure(text, id, INFINITY, &line))
			print_line(out, figure_names[id].key, &line);
		else
			fprintf(out, "# %s: not measured: %s\n", figure_names[id].key,
			        text->figures->of[id].why);
	}
	return measured;
}
