/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/text.h"
#include "bench/host/compare/compare.h"
#include "bench/host/compare/compare_environment.h"
#include "bench/host/compare/comparison.h"
#include "bench/host/engine/linux_rows.h"

#include <stdio.h>
#include <string.h>

#define REASON_MAX 2000

/* What is known about the series of one benchmark on one engine. */
struct group {
	const char *engine, *benchmark;
	/*
	 * `series` is the number of series in run A. `missing` is the number of these that are not
	 * in run B. Of the series in both runs, `within` is the number with the verdict
	 * CHANGE_WITHIN. `different` is the number with neither CHANGE_WITHIN nor CHANGE_IDENTICAL.
	 */
	size_t series, within, different, missing;
	bool unexplained; /* an exact count differs or is missing, and no reason is known */
	/* Possible reasons for the first strategy that differs; other strategies may have more. */
	char reasons[REASON_MAX];
};

static bool is_of(const struct group *group, const struct change *change)
{
	return strcmp(group->engine, change->names[ENGINE]) == 0 &&
	       strcmp(group->benchmark, change->names[BENCHMARK]) == 0;
}

static void take(struct group *group, const struct results pair[2], const struct change *change)
{
	bool same = change->in_b && change->verdict == CHANGE_IDENTICAL;
	char reasons[REASON_MAX];

	/* The programs of linux_row() benchmarks come from Debian and may differ. */
	if (!change->in_a || linux_row(change->names[BENCHMARK]))
		return;
	group->series++;
	if (same)
		return;
	group->missing += !change->in_b;
	group->within += change->in_b && change->verdict == CHANGE_WITHIN;
	group->different += change->in_b && change->verdict != CHANGE_WITHIN;
	if (!engine_is_deterministic(change->names[ENGINE]))
		return;
	if (!compare_find_reasons(pair, change->names[STRATEGY], reasons, sizeof reasons))
		group->unexplained = true;
	else if (!*group->reasons)
		snprintf(group->reasons, sizeof group->reasons, "%s: %.1900s", change->names[STRATEGY],
		         reasons);
}

static void print_group(const struct group *group, const struct thresholds *thresholds)
{
	char within[120];

	text_print(stdout, "%-6s %-24s %5zu series  ", group->engine, group->benchmark, group->series);
	if (group->within + group->different + group->missing == 0)
		puts("identical");
	else if (group->different + group->missing == 0)
		printf("within %s (%zu not identical)", compare_thresholds(thresholds, within, sizeof within),
		       group->within);
	else
		printf("different (%zu, %zu within %s, %zu missing)", group->different, group->within,
		       compare_thresholds(thresholds, within, sizeof within), group->missing);
	if (group->within + group->different + group->missing == 0)
		return;
	if (group->unexplained)
		puts(": for no known reason: the images, Bochs and the options are the same");
	else
		text_print(stdout, "%s%s\n", *group->reasons ? ": " : "", group->reasons);
}

/*
 * Prints all benchmarks. Returns 1 if exact counts of a benchmark differ or are missing and no
 * reason is known, otherwise 0.
 */
static int print_groups(const struct changes *changes, const struct results pair[2],
                        const struct thresholds *thresholds)
{
	size_t identical = 0, other = 0;
	int status = 0;

	for (size_t i = 0; i < changes->count;) {
		struct group group = { .engine = changes->items[i].names[ENGINE],
			               .benchmark = changes->items[i].names[BENCHMARK] };

		while (i < changes->count && is_of(&group, &changes->items[i]))
			take(&group, pair, &changes->items[i++]);
		if (group.series == 0)
			continue;
		print_group(&group, thresholds);
		status |= group.unexplained;
		if (group.within + group.different + group.missing == 0)
			identical++;
		else
			other++;
	}
	if (other == 0)
		printf("identical: all of %zu benchmark%s\n", identical, identical == 1 ? "" : "s");
	else
		printf("benchmarks: %zu identical, %zu not%s\n", identical, other,
		       status ? ", some for no known reason" : ", for the reasons that are given");
	return status;
}

int compare_reproduction(const char *a, const char *b, const struct thresholds *thresholds)
{
	struct comparison comparison;
	int status;

	if (comparison_open(&comparison, a, b, thresholds))
		return COMPARE_CANNOT;
	status = print_groups(&comparison.changes, comparison.runs, thresholds);
	fflush(stdout);
	comparison_close(&comparison);
	return status;
}
