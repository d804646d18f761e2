/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/compare/compare.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/compare/comparison.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Maximum number of lines per verdict, except for regressions. With `all` there is no maximum. */
#define LINES_MAX  40
#define CELLS      7 /* columns of the table */
#define CAUSES_MAX 5 /* maximum number of causes below a line */

static const char *const words[CHANGE_VERDICTS] = {
	[CHANGE_IDENTICAL] = "identical", [CHANGE_WITHIN] = "within",   [CHANGE_UNDECIDED] = "undecided",
	[CHANGE_IMPROVED] = "less",       [CHANGE_OUTCOME] = "outcome", [CHANGE_REGRESSION] = "REGRESSION",
};

/* A line of the table, with the text of each cell. */
struct line {
	char text[CELLS][160];
};

/* Formats a line. In runs of `measure` the name of a region is enough: there is one kernel and one engine. */
static void format_line(struct line *line, const struct change *change, bool measured)
{
	const char *mark = change->flags & FLAG_CHECK_FAILED ? " (a check failed)" : "";

	snprintf(line->text[0], sizeof line->text[0], "%s", words[change->verdict]);
	if (measured) {
		snprintf(line->text[1], sizeof line->text[1], "%.60s", change->names[BENCHMARK]);
	} else {
		snprintf(line->text[1], sizeof line->text[1], "%.20s %.60s", change->names[ENGINE],
		         change->names[STRATEGY]);
		snprintf(line->text[2], sizeof line->text[2], "%.60s %" PRId64, change->names[BENCHMARK],
		         change->parameter);
	}
	snprintf(line->text[3], sizeof line->text[3], "%.60s (%.40s)%s", change->names[METRIC],
	         change->names[UNIT], mark);
	snprintf(line->text[4], sizeof line->text[4], "%.15g", change->a);
	snprintf(line->text[5], sizeof line->text[5], "%.15g", change->b);
	if (isinf(change->ratio))
		snprintf(line->text[6], sizeof line->text[6], "from 0");
	else if (change->flags & FLAG_EXACT)
		snprintf(line->text[6], sizeof line->text[6], "%.4f exactly", change->ratio);
	else if (measured)
		snprintf(line->text[6], sizeof line->text[6], "%.4f", change->ratio);
	else if (change->flags & FLAG_FEW)
		snprintf(line->text[6], sizeof line->text[6], "too few rounds");
	else
		snprintf(line->text[6], sizeof line->text[6], "%.4f [%.4f .. %.4f]", change->ratio,
		         change->low, change->high);
}

/* Prints a line of the table, without columns that are empty in all lines. Numbers are right-aligned; the
 * last cell is not padded. */
static void print_cells(const char *const cells[CELLS], const size_t width[CELLS])
{
	for (int i = 0; i < CELLS; i++) {
		int room = i + 1 < CELLS ? (int)width[i] : 0;

		if (!width[i])
			continue;
		text_print(stdout, "%s%*s", i ? "  " : "", i == 4 || i == 5 ? room : -room, cells[i]);
	}
	putchar('\n');
}

/* Returns true if the calls of a region in runs of `measure` execute as many instructions in A as in B. */
static bool has_same_instructions(const struct changes *changes, const struct change *change)
{
	for (const struct change *at = changes->items; at < changes->items + changes->count; at++)
		if (!strcmp(at->names[METRIC], "instructions") &&
		    !strcmp(at->names[BENCHMARK], change->names[BENCHMARK]))
			return at->in_a && at->in_b && at->verdict == CHANGE_IDENTICAL;
	return false;
}

/*
 * Prints a line with the causes of a change (changes_causes()), or nothing if there are none. For cycles of
 * `measure` that changed although the instructions did not, the line says so.
 */
static void print_causes(const struct changes *changes, const struct change *change)
{
	const struct change *causes[CAUSES_MAX];
	size_t count = changes_causes(changes, change, causes, CAUSES_MAX);

	if (changes->measured && change->quantity == QUANTITY_CYCLES &&
	    has_same_instructions(changes, change))
		puts("            with the same number of instructions");
	for (size_t i = 0; i < count; i++) {
		const char *name = causes[i]->names[METRIC];
		bool part = changes->measured && strncmp(name, "due_", 4) == 0;

		text_print(stdout, "%s%s%s %.15g to %.15g", i ? ", " : "            with ",
		           part ? "cycles due to " : "", part ? name + 4 : name, causes[i]->a, causes[i]->b);
	}
	if (count > 0)
		putchar('\n');
}

/*
 * Prints a row's metric `work` in a line below its metric `instructions`, which counts a REP
 * instruction only once. Prints nothing if the two are equal, or if a run has no `work`.
 */
static void print_work(const struct changes *changes, const struct change *change)
{
	const struct change *work = changes_work(changes, change);

	if (strcmp(change->names[METRIC], "instructions") != 0 || !work ||
	    !(work->a > change->a || work->b > change->b))
		return;
	text_print(stdout, "            work %.15g to %.15g, %s\n", work->a, work->b, words[work->verdict]);
}

/*
 * Returns the place of a change among the changes of its verdict. Failed checks, violations and
 * outcomes come first (0), whatever their size. Cycles and time follow (1), then counts, which may
 * be their causes (2).
 */
static int place(const struct change *change)
{
	if (change->decides && change->quantity == QUANTITY_CAUSE)
		return 0;
	return change->quantity == QUANTITY_CYCLES || change->quantity == QUANTITY_TIME ? 1 : 2;
}

static int compare_effects(const void *first, const void *second)
{
	const struct change *a = *(const struct change *const *)first,
	                    *b = *(const struct change *const *)second;
	double x = change_effect(a), y = change_effect(b);

	if (place(a) != place(b))
		return place(a) - place(b);
	if (x < y || x > y)
		return x < y ? 1 : -1;
	return (a > b) - (a < b);
}

/* Returns true if the change is that of the metric `work`, and `instructions` has the same numbers. */
static bool repeats_instructions(const struct changes *changes, const struct change *change)
{
	for (const struct change *at = changes->items; at < changes->items + changes->count; at++)
		if (!strcmp(at->names[METRIC], "instructions") && changes_work(changes, at) == change)
			return at->a >= change->a && at->b >= change->b;
	return false;
}

/*
 * Returns true if the change has a line among the lines of `verdict`. A cause of other changes has
 * a line only if `all` is true, and so has `work` in runs of `measure` if it equals `instructions`.
 */
static bool is_shown(const struct changes *changes, const struct change *change,
                     enum verdict_of_change verdict, bool all)
{
	if (changes->measured && !all && repeats_instructions(changes, change))
		return false;
	return change->in_a && change->in_b && change->verdict == verdict && (all || change->decides);
}

/* Prints at most `most` lines of one verdict, sorted by place() and then by change_effect(), the
 * largest first. Returns how many lines it left out. */
static size_t print_lines(const struct changes *changes, enum verdict_of_change verdict, bool all,
                          size_t most, const size_t width[CELLS])
{
	const struct change **shown = calloc(changes->count + 1, sizeof *shown);
	size_t count = 0;

	for (size_t i = 0; shown && i < changes->count; i++)
		if (is_shown(changes, &changes->items[i], verdict, all))
			shown[count++] = &changes->items[i];
	if (shown)
		qsort(shown, count, sizeof *shown, compare_effects);
	for (size_t i = 0; i < count && i < most; i++) {
		const char *cells[CELLS];
		struct line line = { 0 };

		format_line(&line, shown[i], changes->measured);
		for (int j = 0; j < CELLS; j++)
			cells[j] = line.text[j];
		print_cells(cells, width);
		print_work(changes, shown[i]);
		if (!all && (verdict == CHANGE_REGRESSION || verdict == CHANGE_IMPROVED))
			print_causes(changes, shown[i]);
	}
	free(shown);
	return count > most ? count - most : 0;
}

/* Widens the columns so that all lines of one verdict fit. */
static void measure(const struct changes *changes, enum verdict_of_change verdict, bool all,
                    size_t width[CELLS])
{
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		struct line line = { 0 };

		if (!is_shown(changes, change, verdict, all))
			continue;
		format_line(&line, change, changes->measured);
		for (int j = 0; j < CELLS; j++)
			width[j] = strlen(line.text[j]) > width[j] ? strlen(line.text[j]) : width[j];
	}
}

static void print_table(const struct changes *changes, bool all)
{
	static const enum verdict_of_change order[] = { CHANGE_REGRESSION, CHANGE_IMPROVED, CHANGE_OUTCOME,
		                                        CHANGE_UNDECIDED, CHANGE_WITHIN };
	const char *const heads[CELLS] = {
		"change", changes->measured ? "region" : "series", "", "", "A", "B", "B/A"
	};
	/* The last verdict of order[], CHANGE_WITHIN, is printed only with `all`. */
	const size_t kinds = sizeof order / sizeof order[0] - !all;
	size_t width[CELLS] = { [1] = strlen(heads[1]) };
	size_t lines = 0;

	for (size_t i = 0; i < kinds; i++) {
		measure(changes, order[i], all, width);
		for (size_t j = 0; j < changes->count; j++)
			lines += is_shown(changes, &changes->items[j], order[i], all);
	}
	if (lines > 0)
		print_cells(heads, width);
	for (size_t i = 0; i < kinds; i++) {
		size_t most = all || order[i] == CHANGE_REGRESSION ? SIZE_MAX : LINES_MAX;
		size_t left = print_lines(changes, order[i], all, most, width);

		if (left > 0)
			printf("%s  and %zu more; --verbose lists them\n", words[order[i]], left);
	}
}

char *compare_thresholds(const struct thresholds *thresholds, char *text, size_t size)
{
	bool equal = true;
	size_t used = 0;

	for (int i = 0; i < QUANTITY_CAUSE; i++) {
		double difference = thresholds->of[i] - thresholds->of[0];

		equal &= difference <= 0 && difference >= 0;
	}
	if (equal) {
		snprintf(text, size, "%g %%", thresholds->of[0] * 100);
		return text;
	}
	for (int i = 0; i < QUANTITY_CAUSE && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s %g %%", i ? ", " : "",
		                         quantity_names[i], thresholds->of[i] * 100);
	return text;
}

static void print_sum(const struct changes *changes, const struct thresholds *thresholds)
{
	size_t only_a = 0, only_b = 0, decide = 0, causes = 0;
	char within[120];

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		bool both = change->in_a && change->in_b;

		only_a += change->in_a && !change->in_b;
		only_b += change->in_b && !change->in_a;
		decide += both && change->decides;
		causes += both && !change->decides && change->verdict != CHANGE_IDENTICAL;
	}
	printf("%zu series in both, of which %zu decide: %zu identical, %zu within %s, %zu regressions, %zu "
	       "with less, "
	       "%zu with another outcome, %zu undecided",
	       changes->count - only_a - only_b, decide, changes_count(changes, CHANGE_IDENTICAL),
	       changes_count(changes, CHANGE_WITHIN), compare_thresholds(thresholds, within, sizeof within),
	       changes_count(changes, CHANGE_REGRESSION), changes_count(changes, CHANGE_IMPROVED),
	       changes_count(changes, CHANGE_OUTCOME), changes_count(changes, CHANGE_UNDECIDED));
	if (causes > 0)
		printf("; %zu of others changed, which are causes (--verbose lists them)", causes);
	printf("; %zu only in A, %zu only in B", only_a, only_b);
	if (changes->uncompared > 0)
		printf("; %zu of engines whose numbers are not compared", changes->uncompared);
	putchar('\n');
}

/* Prints the names of the regions that only one of the runs has. */
static void print_lone_regions(const struct changes *changes, char run)
{
	const char *last = "", *before = "";

	printf("only in %c:", run);
	for (const struct change *at = changes->items; at < changes->items + changes->count; at++) {
		bool lone = true;

		if (!strcmp(at->names[BENCHMARK], last))
			continue;
		last = at->names[BENCHMARK];
		for (const struct change *of = at;
		     of < changes->items + changes->count && !strcmp(of->names[BENCHMARK], last); of++)
			lone &= run == 'A' ? !of->in_b : !of->in_a;
		if (!lone)
			continue;
		text_print(stdout, "%s %s", before, last);
		before = ",";
	}
	putchar('\n');
}

/* Prints how many regions of a kernel cost more, less, or the same, and which ones only one run has. */
static void print_regions(const struct changes *changes, const struct thresholds *thresholds)
{
	size_t more = 0, less = 0, open = 0, only_a = 0, only_b = 0, both = 0;
	char percent[120];

	for (size_t i = 0, next; i < changes->count; i = next) {
		bool worse = false, better = false, unclear = false, in_a = false, in_b = false;

		for (next = i; next < changes->count && !strcmp(changes->items[next].names[BENCHMARK],
		                                                changes->items[i].names[BENCHMARK]);
		     next++) {
			const struct change *change = &changes->items[next];

			in_a |= change->in_a;
			in_b |= change->in_b;
			worse |= change->decides && change->verdict == CHANGE_REGRESSION;
			better |= change->decides && change->verdict == CHANGE_IMPROVED;
			unclear |= change->decides && change->verdict == CHANGE_UNDECIDED;
		}
		both += in_a && in_b;
		only_a += !in_b;
		only_b += !in_a;
		more += worse;
		less += better && !worse;
		open += unclear && !worse && !better;
	}
	printf("%zu %s: %zu with more instructions or cycles, %zu with less, %zu within %s", both,
	       both == 1 ? "region" : "regions", more, less, both - more - less - open,
	       compare_thresholds(thresholds, percent, sizeof percent));
	if (open)
		printf("; %zu undecided", open);
	if (only_a)
		printf("; %zu only in A", only_a);
	if (only_b)
		printf("; %zu only in B", only_b);
	puts(". --verbose lists every number that changed.");
	if (only_a)
		print_lone_regions(changes, 'A');
	if (only_b)
		print_lone_regions(changes, 'B');
}

/* Prints each claim whose verdict differs, unless a run did not measure the claim. */
static void print_claims(const struct results pair[2])
{
	sqlite3_stmt *a =
	        sql_prepare(pair[0].db, "run-bench", "comparing",
	                    "SELECT id, verdict FROM claims WHERE verdict <> 'not measured' ORDER BY id");

	while (a && sqlite3_step(a) == SQLITE_ROW) {
		char id[16], other[40];

		snprintf(id, sizeof id, "%d", sqlite3_column_int(a, 0));
		if (sql_value(pair[1].db,
		              "SELECT verdict FROM claims WHERE id = CAST(?1 AS INTEGER) AND verdict <> 'not "
		              "measured'",
		              id, other, sizeof other) &&
		    strcmp(sql_text(a, 1), other) != 0)
			text_print(stdout, "claim %s: A %s, B %s\n", id, sql_text(a, 1), other);
	}
	sqlite3_finalize(a);
}

int compare_print(const char *a, const char *b, const struct thresholds *thresholds, bool all)
{
	struct comparison comparison;
	int regressed;

	if (comparison_open(&comparison, a, b, thresholds))
		return COMPARE_CANNOT;
	print_table(&comparison.changes, all);
	print_claims(comparison.runs);
	if (comparison.changes.measured)
		print_regions(&comparison.changes, thresholds);
	else
		print_sum(&comparison.changes, thresholds);
	regressed = changes_count(&comparison.changes, CHANGE_REGRESSION) > 0;
	fflush(stdout);
	comparison_close(&comparison);
	return regressed;
}
