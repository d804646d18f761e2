/* SPDX-License-Identifier: MIT */
/* How each series changed from one run to another. docs/results.md says how it is decided. */
#pragma once

#include "bench/host/compare/results_folder.h"
#include "bench/host/evaluate/series.h"

/* What a metric measures. Only the first four decide; the rest are causes of these, such as misses. */
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

/* The names of the quantities that decide, as --threshold has them; "causes" for the last. */
extern const char *const quantity_names[QUANTITIES];

enum quantity quantity_of(const char *metric, const char *unit);

enum verdict_of_change {
	CHANGE_IDENTICAL,  /* the same numbers */
	CHANGE_WITHIN,     /* the whole interval of the ratio is within the threshold */
	CHANGE_UNDECIDED,  /* the interval is neither within it nor beyond */
	CHANGE_IMPROVED,   /* wholly below */
	CHANGE_OUTCOME,    /* an experiment counted a different number, which is neither better nor worse */
	CHANGE_REGRESSION, /* wholly above, a check that fails now, or a violation where there was none */
	CHANGE_VERDICTS
};

struct change {
	char *names[SERIES_NAMES]; /* of the second run, where it has the series */
	int64_t cpus, parameter;
	bool in_a, in_b;
	double a, b;             /* medians */
	double ratio, low, high; /* b over a, and its interval; infinite where a is 0 */
	double p;                /* adjusted by Holm; 1 where no test is made */
	unsigned flags; /* FLAG_EXACT: both are; FLAG_FEW: no interval exists; FLAG_CHECK_FAILED: in b */
	enum quantity quantity;
	bool decides; /* its verdict counts; that of a cause is a reason for others of its row */
	enum verdict_of_change verdict;
};

struct changes {
	struct change *items; /* sorted by engine, benchmark, parameter, metric, strategy */
	size_t count, room;
	size_t uncompared; /* series of engines whose numbers may not be compared */
};

/*
 * Compares every series of both runs, into a zeroed list for changes_free. Returns 0, or -1 after a message on stderr.
 */
int changes_find(struct changes *changes, const struct results *a, const struct results *b,
                 const struct thresholds *thresholds);
void changes_free(struct changes *changes);

/*
 * Finds the causes that changed in the row and build of `change`: up to `most`, the largest effect
 * first; for cycles, parts of the modelled cycles (`due_*`) before events. Returns their number.
 */
size_t changes_causes(const struct changes *changes, const struct change *change,
                      const struct change **causes, size_t most);

/* Returns the size of a change, in either direction: |log(ratio)|, infinite from or to 0. */
double change_effect(const struct change *change);

/* Returns how many series that both runs have, and that decide, got this verdict. */
size_t changes_count(const struct changes *changes, enum verdict_of_change verdict);
