/* SPDX-License-Identifier: MIT */
#include "bench/host/calibrate/figures.h"
#include "bench/host/calibrate/sampler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_PART                            0.01 /* least spread, relative to the median */
#define FEW                                   3    /* fewer values than this show no spread */
#define FEW_PART                              0.25
#define LEAST_CYCLES                          0.01

#define PARAMETER_NAME(id, section, key, how) { section, key, how },
#define EXTRA_NAME(id, key, how)              { "measured", key, how },
const struct figure_name figure_names[FIGURES] = { FIGURE_COUNTS(PARAMETER_NAME) FIGURE_COSTS(PARAMETER_NAME)
	                                                   FIGURE_EXTRAS(EXTRA_NAME) };
#undef PARAMETER_NAME
#undef EXTRA_NAME

void figure_add(struct figures *figures, enum figure_id id, double value)
{
	struct figure *figure = &figures->of[id];

	if (isfinite(value) && value >= 0 && figure->rounds < FIGURE_ROUNDS)
		figure->round[figure->rounds++] = figure->latest = value;
	else
		figure_absent(figures, id, "too few samples were kept, or they contradict each other");
}

void figure_round(struct figures *figures)
{
	for (size_t id = 0; id < FIGURES; id++)
		figures->of[id].latest = 0;
}

double figure_latest(const struct figures *figures, enum figure_id id)
{
	return figures->of[id].latest > 0 ? figures->of[id].latest : NAN;
}

void figure_absent(struct figures *figures, enum figure_id id, const char *why)
{
	if (!*figures->of[id].why)
		snprintf(figures->of[id].why, FIGURE_WHY, "%s", why);
}

bool figure_result(const struct figures *figures, enum figure_id id, unsigned rounds, double *median,
                   double *low, double *high)
{
	const struct figure *figure = &figures->of[id];
	double sorted[FIGURE_ROUNDS], margin;

	if (figure->rounds == 0 || figure->rounds * 2 < rounds)
		return false;
	memcpy(sorted, figure->round, sizeof sorted);
	*median = sampler_part(sorted, figure->rounds, 0.5);
	*low = sorted[0];
	*high = sorted[figure->rounds - 1];
	if (id < FIGURE_FIRST_COST)
		return true;
	margin = fmax((figure->rounds < FEW ? FEW_PART : LEAST_PART) * *median, LEAST_CYCLES);
	*low = fmin(*low, fmax(0, *median - margin));
	*high = fmax(*high, *median + margin);
	return true;
}
