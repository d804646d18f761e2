/* SPDX-License-Identifier: MIT */
/* The parts of the nominal cycles (docs/model.md), as the page and the figure of `measure` show them. */
#pragma once

#define CAUSES      9
#define CAUSE_PORTS (CAUSES - 1) /* port I/O and every other priced event */

struct cause {
	const char *metric, *name, *colour;
};

/* In the order in which they are shown. The colours are those of plots/where.gp. */
extern const struct cause causes[CAUSES];
