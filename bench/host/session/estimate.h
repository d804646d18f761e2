/* SPDX-License-Identifier: MIT */
/*
 * Estimates the time that a run still takes. The time left for a boot is the sum of the durations
 * (durations.h) of its rows that have not ended. Boots run in slots, one boot at a time in each
 * slot, and the run ends with the slot that is busy longest. The result is multiplied by the ratio
 * of the time that this run has taken so far to the time that was expected.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A boot of the plan. Boots are passed in the order in which they start. Times are in seconds. */
struct estimate_boot {
	double expected; /* its duration according to durations.h; negative if unknown */
	double done;     /* the part of `expected` whose rows have ended */
	double row;      /* the duration of the running row, or of the time before the first row */
	double in_row;   /* how long that row has run so far, by this run's clock */
	double spent;    /* how long the boot has run so far, by this run's clock */
	bool running, ended;
};

/*
 * Returns the time that is left, with at most `slots` boots at a time, or a negative number if
 * nothing is known. Boots of unknown duration are taken to last as long as the mean of the others.
 * *part, if not NULL, is set to the part of the run that is done, from 0 to 1.
 */
double estimate_left(const struct estimate_boot *boots, size_t count, size_t slots, double *part);
