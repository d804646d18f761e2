/* SPDX-License-Identifier: MIT */
/*
 * Finds how each series changed from one run (A) to another (B). docs/results.md describes the
 * rules for the verdicts.
 */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/evaluate/series.h"

/*
 * The quantity that a metric measures. Changes of the first four quantities can be regressions or
 * improvements. Changes of all other metrics (QUANTITY_CAUSE), such as TLB misses, can be causes.
 */
enum quantity {
	QUANTITY_INSTRUCTIONS,
	QUANTITY_CYCLES,
	QUANTITY_TIME,
	QUANTITY_BYTES,
	QUANTITY_CAUSE,
	QUANTITIES
};

/* For each quantity, the largest relative change that is ignored: 0.05 for 5 %. */
struct thresholds {
	double of[QUANTITIES];
};

/* The names of the quantities for the option --threshold; QUANTITY_CAUSE has "causes". */
extern const char *const quantity_names[QUANTITIES];

/* Returns the quantity that `metric`, whose unit is `unit`, measures. */
enum quantity quantity_of(const char *metric, const char *unit);

enum verdict_of_change {
	CHANGE_IDENTICAL, /* the numbers are the same */
	CHANGE_WITHIN,    /* the interval of the ratio is in [1 - threshold, 1 + threshold] */
	CHANGE_UNDECIDED, /* none of the other verdicts */
	CHANGE_IMPROVED,  /* the interval is below 1 - threshold */
	CHANGE_OUTCOME,   /* an experiment counted different numbers, neither of which is better */
	/* The interval is above 1 + threshold; or a failed check or a violation is new. */
	CHANGE_REGRESSION,
	CHANGE_VERDICTS
};

/* The change of one series. */
struct change {
	char *names[SERIES_NAMES]; /* the names in B, or those in A if B lacks the series */
	int64_t cpus, parameter;
	bool in_a, in_b;         /* the run has the series */
	double a, b;             /* medians in run A and run B; 0 if that run lacks the series */
	double ratio, low, high; /* b / a and the ends of its interval; infinite if only a is 0 */
	/* p value of the test for a difference, adjusted by Holm's method; 1 without a test. */
	double p;
	/*
	 * FLAG_EXACT: the series is exact in both runs. FLAG_FEW: there is no interval.
	 * FLAG_CHECK_FAILED: a check failed in run B.
	 */
	unsigned flags;
	enum quantity quantity;
	bool decides; /* the verdict counts; false if the change is only a cause of other changes */
	enum verdict_of_change verdict;
};

struct changes {
	struct change *items; /* sorted by series_order() (summary_rows.h) */
	size_t count, room;
	/* Number of series left out because their engine's numbers are not comparable. */
	size_t uncompared;
	bool measured; /* both runs are of `measure` */
};

/*
 * Compares every series of both runs and fills `changes`, which the caller has zeroed. The caller
 * calls changes_free() even after an error. Returns 0, or -1 after a message on stderr.
 */
int changes_find(struct changes *changes, const struct results *a, const struct results *b,
                 const struct thresholds *thresholds);

/* Frees the contents of `changes` and zeroes it. */
void changes_free(struct changes *changes);

/*
 * Finds the causes of a change: metrics of the same benchmark row and build whose quantity is
 * QUANTITY_CAUSE and whose verdict is neither CHANGE_IDENTICAL nor CHANGE_WITHIN. The metrics
 * cycles_* are left out. The parts of the modelled cycles (metrics due_*) are left out too, unless
 * `change` is a change of cycles. Stores the first `most` causes in `causes`: first the parts,
 * sorted by the number of cycles by which they changed, then events, sorted by change_effect().
 * Returns the number stored.
 */
size_t changes_causes(const struct changes *changes, const struct change *change,
                      const struct change **causes, size_t most);

/*
 * Returns the change of the metric `work` (instructions and rounds of REP instructions) in the row
 * of `change`, or NULL if one of the runs lacks it.
 */
const struct change *changes_work(const struct changes *changes, const struct change *change);

/* Returns the size of a change in either direction: |log(ratio)|, infinite if only one median is
 * 0. */
double change_effect(const struct change *change);

/*
 * Returns how many changes have this verdict. Counts only changes that decide and are in both runs.
 */
size_t changes_count(const struct changes *changes, enum verdict_of_change verdict);
