/* SPDX-License-Identifier: MIT */
/*
 * How each series changed from one run to another. docs/results.md describes how the verdicts are
 * reached.
 */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/evaluate/series.h"

/*
 * The quantity that a metric measures. Only changes in the first four decide; other metrics, such
 * as misses, are causes of such changes.
 */
enum quantity {
	QUANTITY_INSTRUCTIONS,
	QUANTITY_CYCLES,
	QUANTITY_TIME,
	QUANTITY_BYTES,
	QUANTITY_CAUSE,
	QUANTITIES
};

/* The smallest relative change of each quantity that counts: 0.05 for 5 %. */
struct thresholds {
	double of[QUANTITIES];
};

/* The names of the quantities that decide, as in --threshold; "causes" for the last. */
extern const char *const quantity_names[QUANTITIES];

enum quantity quantity_of(const char *metric, const char *unit);

enum verdict_of_change {
	CHANGE_IDENTICAL,  /* the same numbers */
	CHANGE_WITHIN,     /* the whole interval of the ratio is within the threshold */
	CHANGE_UNDECIDED,  /* the interval is neither within the threshold nor beyond it */
	CHANGE_IMPROVED,   /* the whole interval is below the threshold */
	CHANGE_OUTCOME,    /* an experiment counted a different number, neither better nor worse */
	CHANGE_REGRESSION, /* wholly above it, or a check fails now, or a violation is new */
	CHANGE_VERDICTS
};

struct change {
	char *names[SERIES_NAMES]; /* those of the second run, if it has the series */
	int64_t cpus, parameter;
	bool in_a, in_b;
	double a, b;             /* medians */
	double ratio, low, high; /* b over a, and its interval; infinite if a is 0 */
	double p;                /* adjusted by Holm; 1 if there is no test */
	unsigned flags;          /* FLAG_EXACT: both; FLAG_FEW: no interval; FLAG_CHECK_FAILED: b */
	enum quantity quantity;
	bool decides; /* its verdict counts; a cause is only a reason for others of its row */
	enum verdict_of_change verdict;
};

struct changes {
	struct change *items; /* sorted by engine, benchmark, parameter, metric, strategy */
	size_t count, room;
	size_t uncompared; /* series of engines whose numbers may not be compared */
};

/*
 * Compares every series of both runs and fills `changes`, which is zeroed before the call and freed
 * by changes_free(). Returns 0, or -1 after a message on stderr.
 */
int changes_find(struct changes *changes, const struct results *a, const struct results *b,
                 const struct thresholds *thresholds);
void changes_free(struct changes *changes);

/*
 * Finds at most `most` causes that changed in the row and build of `change`, the largest effect
 * first; for cycles, parts of the modelled cycles (`due_*`) come before events. Returns their
 * number.
 */
size_t changes_causes(const struct changes *changes, const struct change *change,
                      const struct change **causes, size_t most);

/* Returns the size of a change in either direction: |log(ratio)|, infinite from or to 0. */
double change_effect(const struct change *change);

/* Returns how many series have this verdict, of those that decide and that both runs have. */
size_t changes_count(const struct changes *changes, enum verdict_of_change verdict);
