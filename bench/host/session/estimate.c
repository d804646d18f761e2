/* SPDX-License-Identifier: MIT */
#include "bench/host/session/estimate.h"

#include <math.h>
#include <stdlib.h>

/* Seconds. Keeps the first boots from changing the estimate too much: the run is treated as if an
 * earlier boot had taken this time, exactly as expected. */
#define PRIOR 2.0

static double positive(double number)
{
	return number > 0 ? number : 0;
}

/* Returns the mean duration of the boots that have ended or whose duration is known, or a negative
 * number if there are none. */
static double usual(const struct estimate_boot *boots, size_t count)
{
	double sum = 0;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		if (boots[i].expected < 0 && !boots[i].ended)
			continue;
		sum += boots[i].expected < 0 ? boots[i].spent : boots[i].expected;
		known++;
	}
	return known ? sum / (double)known : -1;
}

/* Returns how much of the boot's expected duration is done. The run takes `speed` times as long as
 * the durations say. */
static double done_of(const struct estimate_boot *boot, double expected, double speed)
{
	if (boot->ended)
		return expected;
	if (!boot->running)
		return 0;
	if (boot->expected < 0)
		return fmin(boot->spent / speed, 0.9 * expected);
	return fmin(boot->done + fmin(boot->in_row / speed, boot->row), expected);
}

/* Returns the ratio of the time that this run has taken so far to the time that was expected. */
static double speed_of(const struct estimate_boot *boots, size_t count)
{
	double spent = PRIOR, expected = PRIOR;

	for (size_t i = 0; i < count; i++) {
		const struct estimate_boot *boot = &boots[i];

		if (boot->expected < 0 || !(boot->running || boot->ended))
			continue;
		/* A running boot contributes only the rows that have ended. */
		spent += boot->ended ? boot->spent : positive(boot->spent - boot->in_row);
		expected += boot->ended ? boot->expected : boot->done;
	}
	return spent / expected;
}

double estimate_left(const struct estimate_boot *boots, size_t count, size_t slots, double *part)
{
	double *free_at = calloc(slots ? slots : 1, sizeof *free_at);
	double mean = usual(boots, count), speed = speed_of(boots, count), left = 0, done = 0, all = 0;
	size_t busy = 0;

	if (part)
		*part = 0;
	if (!free_at || mean < 0) {
		free(free_at);
		return -1;
	}
	/* First, each running boot occupies a slot. Then each of the other boots, in their order,
	 * gets the slot that becomes free earliest. */
	for (int running = 1; running >= 0; running--)
		for (size_t i = 0; i < count; i++) {
			double expected = boots[i].expected < 0 ? mean : boots[i].expected;
			double part_done = done_of(&boots[i], expected, speed);
			size_t slot = 0;

			if (boots[i].running != (running == 1))
				continue;
			all += expected;
			done += part_done;
			if (boots[i].ended)
				continue;
			if (running && busy < slots)
				slot = busy++;
			else
				for (size_t j = 1; j < slots; j++)
					if (free_at[j] < free_at[slot])
						slot = j;
			free_at[slot] += expected - part_done;
			left = fmax(left, free_at[slot]);
		}
	free(free_at);
	if (part && all > 0)
		*part = done / all;
	return left * speed;
}
