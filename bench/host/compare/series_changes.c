/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/compare/series_changes.h"
#include "bench/host/base/complain.h"
#include "bench/host/compare/summary_rows.h"
#include "bench/host/evaluate/inference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The significance level of all tests together, by Holm's method. */
#define SIGNIFICANT 0.05

const char *const quantity_names[QUANTITIES] = { "instructions", "cycles", "time", "bytes", "causes" };

enum quantity quantity_of(const char *metric, const char *unit)
{
	if (!strcmp(metric, "instructions") || !strcmp(metric, "work"))
		return QUANTITY_INSTRUCTIONS;
	if (!strcmp(metric, "cycles_nominal") || !strcmp(metric, "cycles"))
		return QUANTITY_CYCLES;
	if (!strcmp(unit, "ticks") || !strcmp(unit, "tsc-ticks"))
		return QUANTITY_TIME;
	if (!strcmp(unit, "bytes") || !strcmp(unit, "words") || !strcmp(unit, "frames"))
		return QUANTITY_BYTES;
	return QUANTITY_CAUSE;
}

static int compare_rows(const struct summary_row *a, const struct summary_row *b)
{
	return series_order(a->names, a->cpus, a->parameter, b->names, b->cpus, b->parameter);
}

static int compare_series(const void *first, const void *second)
{
	const struct series *a = first, *b = second;

	return series_order(a->names, a->cpus, a->parameter, b->names, b->cpus, b->parameter);
}

static bool same_numbers(const struct stats *a, const struct stats *b)
{
	const double x[] = { a->min, a->q1, a->median, a->q3, a->max, a->mad };
	const double y[] = { b->min, b->q1, b->median, b->q3, b->max, b->mad };

	return memcmp(x, y, sizeof x) == 0;
}

static double divide(double b, double a)
{
	if (a > 0)
		return b / a;
	return b > 0 ? INFINITY : 1;
}

/*
 * Sets the ratio and its interval from the medians and their intervals, for engines on which an
 * image always gives the same numbers.
 */
static void compare_counts(struct change *change, const struct summary_row *a, const struct summary_row *b)
{
	change->ratio = divide(b->stats.median, a->stats.median);
	change->low = divide(b->stats.ci_low, a->stats.ci_high);
	change->high = divide(b->stats.ci_high, a->stats.ci_low);
	change->flags |= a->flags & b->flags & FLAG_EXACT;
}

/*
 * Returns an array with the logarithm of each round's median, which the caller frees. Returns NULL
 * if a median is 0 or memory runs out.
 */
static double *round_logs(const struct series *series)
{
	double *logs = malloc((series->round_count + 1) * sizeof *logs);

	for (size_t i = 0; logs && i < series->round_count; i++) {
		if (series->rounds[i].median <= 0) {
			free(logs);
			return NULL;
		}
		logs[i] = log(series->rounds[i].median);
	}
	return logs;
}

/*
 * Sets the ratio, its interval and p by a Mann–Whitney test of the rounds' medians, for engines
 * whose numbers vary from boot to boot. Sets FLAG_FEW instead if a run has too few rounds or no
 * samples, if a median is 0, or if memory runs out.
 */
static void compare_rounds(struct change *change, const struct series *a, const struct series *b)
{
	double *x, *y;
	struct shift shift;

	change->flags |= FLAG_FEW;
	if (!a || !b || a->round_count < INFERENCE_FEWEST || b->round_count < INFERENCE_FEWEST)
		return;
	x = round_logs(a);
	y = round_logs(b);
	if (x && y && !inference_mann_whitney(y, b->round_count, x, a->round_count, &shift)) {
		change->ratio = exp(shift.shift);
		change->low = exp(shift.low);
		change->high = exp(shift.high);
		change->p = shift.p;
		change->flags &= ~(unsigned)FLAG_FEW;
	}
	free(x);
	free(y);
}

static const struct series *find_series(const struct series_list *list, const struct summary_row *row)
{
	struct series key = { .cpus = row->cpus, .parameter = row->parameter };

	memcpy(key.names, row->names, sizeof key.names);
	if (list->count == 0)
		return NULL;
	return bsearch(&key, list->items, list->count, sizeof key, compare_series);
}

static enum verdict_of_change judge(const struct change *change, const struct summary_row *a,
                                    const struct summary_row *b, double threshold)
{
	bool counted = engine_is_deterministic(b->names[ENGINE]);

	if (b->flags & ~a->flags & FLAG_CHECK_FAILED)
		return CHANGE_REGRESSION;
	if (counted && same_numbers(&a->stats, &b->stats))
		return CHANGE_IDENTICAL;
	if (strcmp(b->names[METRIC], "violations") == 0 && a->stats.max <= 0 && b->stats.max > 0)
		return CHANGE_REGRESSION;
	if (b->is_outcome)
		return same_numbers(&a->stats, &b->stats) ? CHANGE_IDENTICAL : CHANGE_OUTCOME;
	if (change->flags & FLAG_FEW || a->flags & FLAG_CHECK_FAILED)
		return CHANGE_UNDECIDED;
	if (change->low >= 1 - threshold && change->high <= 1 + threshold)
		return CHANGE_WITHIN;
	if (!counted && change->p > SIGNIFICANT)
		return CHANGE_UNDECIDED;
	if (change->low > 1 + threshold)
		return CHANGE_REGRESSION;
	return change->high < 1 - threshold ? CHANGE_IMPROVED : CHANGE_UNDECIDED;
}

/*
 * Adds the change from row `a` to row `b`. One of the two may be NULL. Returns 0, or -1 after a
 * message.
 */
static int add_change(struct changes *changes, const struct summary_row *a, const struct summary_row *b)
{
	const struct summary_row *known = b ? b : a;
	struct change *change;

	if (changes->count == changes->room) {
		size_t room = changes->room ? changes->room * 2 : 1024;
		struct change *items = reallocarray(changes->items, room, sizeof *items);

		if (!items)
			return complain("run-bench: comparing", "out of memory");
		changes->items = items;
		changes->room = room;
	}
	change = &changes->items[changes->count];
	*change = (struct change){ .cpus = known->cpus,
		                   .parameter = known->parameter,
		                   .in_a = a != NULL,
		                   .in_b = b != NULL,
		                   .a = a ? a->stats.median : 0,
		                   .b = b ? b->stats.median : 0,
		                   .ratio = 1,
		                   .low = 0,
		                   .high = INFINITY,
		                   .p = 1,
		                   .flags = b ? b->flags & FLAG_CHECK_FAILED : 0,
		                   .quantity = quantity_of(known->names[METRIC], known->names[UNIT]) };
	change->decides = change->quantity != QUANTITY_CAUSE || known->is_outcome ||
	                  !strcmp(known->names[METRIC], "violations");
	changes->count++;
	return series_copy_names(change->names, known->names)
	               ? 0
	               : complain("run-bench: comparing", "out of memory");
}

/* The summary rows of one series in run A and run B. A row is NULL if its run lacks the series. */
struct match {
	const struct summary_row *a, *b;
};

static int match_rows(struct changes *changes, const struct summary_rows *a, const struct summary_rows *b,
                      struct match *matches)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		const struct summary_row *x = i < a->count ? &a->items[i] : NULL;
		const struct summary_row *y = j < b->count ? &b->items[j] : NULL;
		int order = !x ? 1 : !y ? -1 : compare_rows(x, y);

		i += order <= 0;
		j += order >= 0;
		x = order <= 0 ? x : NULL;
		y = order >= 0 ? y : NULL;
		if (!engine_is_comparable((x ? x : y)->names[ENGINE])) {
			changes->uncompared++;
			continue;
		}
		matches[changes->count] = (struct match){ x, y };
		if (add_change(changes, x, y))
			return -1;
	}
	return 0;
}

/* Returns true if the numbers of some engine vary from boot to boot. compare_rounds() is needed
 * only then. */
static bool needs_rounds(const struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->items[i].in_a && changes->items[i].in_b &&
		    !engine_is_deterministic(changes->items[i].names[ENGINE]))
			return true;
	return false;
}

static int read_rounds(const struct results *results, struct series_list *list)
{
	if (!results->has_samples)
		return 0;
	if (series_read(results->db, list))
		return -1;
	if (list->count > 0)
		qsort(list->items, list->count, sizeof *list->items, compare_series);
	return 0;
}

/*
 * Adjusts the p values of all changes for which a test was made, by Holm's method. Returns 0, or -1
 * after a message.
 */
static int adjust(struct changes *changes, const struct match *matches)
{
	double *p = malloc((changes->count + 1) * sizeof *p);
	size_t tests = 0;
	int failed;

	if (!p)
		return complain("run-bench: comparing", "out of memory");
	for (size_t i = 0; i < changes->count; i++)
		if (matches[i].a && matches[i].b &&
		    !engine_is_deterministic(changes->items[i].names[ENGINE]) &&
		    !(changes->items[i].flags & FLAG_FEW))
			p[tests++] = changes->items[i].p;
	failed = inference_holm(p, tests);
	tests = 0;
	for (size_t i = 0; i < changes->count && !failed; i++)
		if (matches[i].a && matches[i].b &&
		    !engine_is_deterministic(changes->items[i].names[ENGINE]) &&
		    !(changes->items[i].flags & FLAG_FEW))
			changes->items[i].p = p[tests++];
	free(p);
	return failed ? complain("run-bench: comparing", "out of memory") : 0;
}

/* Returns true if two changes have the same benchmark row (engine, benchmark, parameter and number
 * of CPUs) and the same build. */
static bool same_row(const struct change *a, const struct change *b)
{
	static const int names[] = { ENGINE, BENCHMARK, STACK, LOADER, ISOLATION };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(a->names[names[i]], b->names[names[i]]) != 0)
			return false;
	return a->parameter == b->parameter && a->cpus == b->cpus;
}

/*
 * Returns true if two changes have the same engine, benchmark and parameter. All such changes are
 * adjacent in `changes` and form a block.
 */
static bool same_block(const struct change *a, const struct change *b)
{
	return !strcmp(a->names[ENGINE], b->names[ENGINE]) &&
	       !strcmp(a->names[BENCHMARK], b->names[BENCHMARK]) && a->parameter == b->parameter;
}

/* Returns the first change of the block that `change` is in. */
static const struct change *block_start(const struct changes *changes, const struct change *change)
{
	while (change > changes->items && same_block(change - 1, change))
		change--;
	return change;
}

/*
 * A check that fails only in run B makes every metric of its benchmark row a regression. If no
 * metric of the row decides, sets `decides` in the change `index`, so that the regression is
 * reported.
 */
static void let_checks_decide(struct changes *changes, size_t index)
{
	struct change *change = &changes->items[index];
	const struct change *end = changes->items + changes->count;

	if (change->decides || change->verdict != CHANGE_REGRESSION || !(change->flags & FLAG_CHECK_FAILED))
		return;
	for (const struct change *at = block_start(changes, change); at < end && same_block(at, change); at++)
		if (at->decides && at->in_a && at->in_b && same_row(at, change))
			return;
	change->decides = true;
}

const struct change *changes_work(const struct changes *changes, const struct change *change)
{
	const struct change *end = changes->items + changes->count;

	for (const struct change *at = block_start(changes, change); at < end && same_block(at, change); at++)
		if (!strcmp(at->names[METRIC], "work") && at->in_a && at->in_b && same_row(at, change))
			return at;
	return NULL;
}

double change_effect(const struct change *change)
{
	return change->ratio > 0 ? fabs(log(change->ratio)) : INFINITY;
}

static bool is_part_of_cycles(const struct change *change)
{
	return !strncmp(change->names[METRIC], "due_", 4);
}

/* Compares two causes for qsort(). Parts of the modelled cycles (due_*) come first, sorted by the
 * number of cycles by which they changed. Events follow, sorted by change_effect(). */
static int compare_causes(const void *first, const void *second)
{
	const struct change *a = *(const struct change *const *)first,
	                    *b = *(const struct change *const *)second;
	bool part = is_part_of_cycles(a);
	double x = part ? fabs(a->b - a->a) : change_effect(a);
	double y = part ? fabs(b->b - b->a) : change_effect(b);

	if (part != is_part_of_cycles(b))
		return part ? -1 : 1;
	if (x < y || x > y)
		return x < y ? 1 : -1;
	return strcmp(a->names[METRIC], b->names[METRIC]);
}

size_t changes_causes(const struct changes *changes, const struct change *change,
                      const struct change **causes, size_t most)
{
	const struct change *end = changes->items + changes->count;
	const struct change *found[128] = { NULL };
	size_t count = 0;

	for (const struct change *at = block_start(changes, change); at < end && same_block(at, change);
	     at++) {
		if (at->quantity != QUANTITY_CAUSE || !at->in_a || !at->in_b || !same_row(at, change) ||
		    !strncmp(at->names[METRIC], "cycles_", 7) ||
		    (is_part_of_cycles(at) && change->quantity != QUANTITY_CYCLES))
			continue;
		if (at->verdict != CHANGE_IDENTICAL && at->verdict != CHANGE_WITHIN &&
		    count < sizeof found / sizeof found[0])
			found[count++] = at;
	}
	qsort(found, count, sizeof *found, compare_causes);
	count = count < most ? count : most;
	memcpy(causes, found, count * sizeof *causes);
	return count;
}

/* Takes the ratio of the medians alone as the result of a comparison of calls in two runs of `measure`.
 * The calls of a region differ because their arguments do, and a second run has the same calls. Their
 * spread is therefore no reason to doubt that the medians differ. */
static void trust_medians(struct change *change)
{
	change->low = change->high = change->ratio;
}

static int compare_all(struct changes *changes, const struct match *matches, const struct results *a,
                       const struct results *b, const struct thresholds *thresholds)
{
	struct series_list in_a = { 0 }, in_b = { 0 };
	int status = 0;

	if (needs_rounds(changes))
		status = read_rounds(a, &in_a) || read_rounds(b, &in_b) ? -1 : 0;
	for (size_t i = 0; i < changes->count && status == 0; i++) {
		if (!matches[i].a || !matches[i].b)
			continue;
		if (engine_is_deterministic(changes->items[i].names[ENGINE]))
			compare_counts(&changes->items[i], matches[i].a, matches[i].b);
		else
			compare_rounds(&changes->items[i], find_series(&in_a, matches[i].a),
			               find_series(&in_b, matches[i].b));
		if (changes->measured)
			trust_medians(&changes->items[i]);
	}
	if (status == 0)
		status = adjust(changes, matches);
	for (size_t i = 0; i < changes->count && status == 0; i++)
		if (matches[i].a && matches[i].b)
			changes->items[i].verdict = judge(&changes->items[i], matches[i].a, matches[i].b,
			                                  thresholds->of[changes->items[i].quantity]);
	for (size_t i = 0; i < changes->count && status == 0; i++)
		let_checks_decide(changes, i);
	series_free(&in_a);
	series_free(&in_b);
	return status;
}

int changes_find(struct changes *changes, const struct results *a, const struct results *b,
                 const struct thresholds *thresholds)
{
	struct summary_rows rows_a = { 0 }, rows_b = { 0 };
	struct match *matches = NULL;
	int status = summary_rows_load(a, &rows_a) || summary_rows_load(b, &rows_b) ? -1 : 0;

	changes->measured = results_is_measured(a) && results_is_measured(b);
	if (status == 0) {
		matches = calloc(rows_a.count + rows_b.count + 1, sizeof *matches);
		status = matches ? match_rows(changes, &rows_a, &rows_b, matches)
		                 : complain("run-bench: comparing", "out of memory");
	}
	if (status == 0)
		status = compare_all(changes, matches, a, b, thresholds);
	free(matches);
	summary_rows_free(&rows_a);
	summary_rows_free(&rows_b);
	return status;
}

void changes_free(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		series_free_names(changes->items[i].names);
	free(changes->items);
	*changes = (struct changes){ 0 };
}

size_t changes_count(const struct changes *changes, enum verdict_of_change verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];

		count += change->in_a && change->in_b && change->decides && change->verdict == verdict;
	}
	return count;
}
