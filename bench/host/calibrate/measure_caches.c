/* SPDX-License-Identifier: MIT */
/*
 * Measures the latencies and sizes of the caches by chases: chains in which each load waits for the
 * one before it. A chase by page visits the pages in random order, and loads all lines of a page,
 * in random order, before it visits the next. This keeps TLB misses rare. Beyond L2 a chase uses
 * only one line of each pair, because a processor may load the other line along with it.
 */
#include "bench/host/calibrate/measure.h"

#include <math.h>
#include <stdlib.h>

#define PAGE       4096UL
#define LINE       64UL
#define STEPS      2048UL
#define WARM_MOST  400000UL /* maximum number of loads that warm the caches */
#define PASS_MOST  65536UL  /* loads; a longer chain is not followed before a sample */
#define RUNGS      12
#define FIRST_RUNG (4UL << 20)
#define WAYS_MOST  32
#define NO_STEP    "no step between L3 and memory is seen: others use the L3, or the area fits in it"
#define HERE       0.1 /* `part` of sampler_run() beyond L2, where most samples are too slow */

struct walk {
	void **at;
	size_t pass; /* loads before each sample */
};

/* Follows the whole chain before a sample. The sample then loads the lines that were used least
 * recently. Other programs have had no time to evict these lines. */
static void pass_over(void *context)
{
	struct walk *walk = context;

	walk->at = measure_follow(walk->at, walk->pass);
}

static void step(void *context)
{
	struct walk *walk = context;

	walk->at = measure_follow(walk->at, STEPS);
}

/*
 * Links lines of the area's pages [first, first + pages) into a chain for a chase by page. Uses the
 * lines of a page that are `apart` bytes from each other. Returns the first line of the chain, and
 * sets *last to the last line. Returns NULL if out of memory.
 */
static void **link_pages(struct measure *measure, size_t first, size_t pages, size_t apart, void ***last)
{
	const size_t lines = PAGE / apart;
	uint32_t *order = malloc(pages * sizeof *order);
	void **start = NULL, **at = NULL;
	uint32_t within[PAGE / LINE];

	if (!order)
		return NULL;
	for (size_t i = 0; i < pages; i++)
		order[i] = (uint32_t)(first + i);
	for (size_t i = 0; i < lines; i++)
		within[i] = (uint32_t)i;
	measure_shuffle(measure, order, pages);
	for (size_t i = 0; i < pages; i++) {
		measure_shuffle(measure, within, lines);
		for (size_t j = 0; j < lines; j++) {
			void **next = (void **)(measure->area + order[i] * PAGE + within[j] * apart);

			if (at)
				*at = next;
			else
				start = next;
			at = next;
		}
	}
	free(order);
	*last = at;
	return start;
}

/* Returns the clock cycles of a load in a circular chain of `lines` lines. The chain begins at
 * `start`. */
static double follow(struct measure *measure, void **start, size_t lines, double part)
{
	struct walk walk = { start, lines & ~15UL };
	const struct sampler_code code = { lines <= PASS_MOST ? pass_over : NULL, step, &walk };

	walk.at = measure_follow(walk.at, walk.pass < WARM_MOST ? walk.pass : WARM_MOST);
	return sampler_run(&measure->sampler, &code, measure->samples, part) / STEPS;
}

/* Returns the cycles of a load in a chase by page through the first `bytes` of the area. */
static double by_page(struct measure *measure, size_t bytes)
{
	void **last, **start = link_pages(measure, 0, bytes / PAGE, LINE, &last);

	if (!start)
		return NAN;
	*last = start;
	return follow(measure, start, bytes / LINE, 0);
}

/* Returns the largest size, in KiB, up to which loads take less than (fast + slow) / 2 cycles. */
static double knee(const double *cycles, const size_t *kib, size_t count, double fast, double slow)
{
	double result = NAN;

	for (size_t i = 0; i < count && cycles[i] < (fast + slow) / 2; i++)
		result = (double)kib[i];
	return result;
}

static void measure_l1(struct measure *measure, double second)
{
	static const size_t kib[] = { 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 160, 192, 256 };
	enum { SIZES = sizeof kib / sizeof *kib };
	struct figures *figures = &measure->figures;
	double cycles[SIZES];
	char *lines[WAYS_MOST];
	double ways = NAN;

	for (size_t i = 0; i < SIZES; i++)
		cycles[i] = by_page(measure, kib[i] << 10);
	figure_add(figures, FIGURE_L1D_LATENCY, cycles[0]);
	figure_add(figures, FIGURE_L1D_KIB, knee(cycles, kib, SIZES, cycles[0], second));
	for (size_t n = 4; n <= WAYS_MOST; n++) {
		for (size_t i = 0; i < n; i++)
			lines[i] = measure->area + i * PAGE;
		if (measure_chase(measure, lines, n, 0) > cycles[0] + 1)
			break;
		ways = (double)n;
	}
	figure_add(figures, FIGURE_L1D_WAYS, ways);
}

static void measure_l2(struct measure *measure)
{
	const size_t kib = measure->machine.l2.kib ? measure->machine.l2.kib : 512;
	size_t sizes[] = {
		kib / 4, kib / 2, kib * 3 / 4, kib * 7 / 8, kib, kib * 5 / 4, kib * 3 / 2, kib * 2
	};
	enum { SIZES = sizeof sizes / sizeof *sizes };
	double cycles[SIZES];

	for (size_t i = 0; i < SIZES; i++)
		cycles[i] = by_page(measure, sizes[i] << 10);
	figure_add(&measure->figures, FIGURE_L2_LATENCY, cycles[1]);
	figure_add(&measure->figures, FIGURE_L2_KIB,
	           knee(cycles, sizes, SIZES, cycles[1], cycles[SIZES - 1]));
}

/* Chases through 4 MiB, 8 MiB and so on, up to the whole area. */
static void measure_beyond(struct measure *measure)
{
	struct figures *figures = &measure->figures;
	void **first[RUNGS], **last[RUNGS];
	double cycles[RUNGS] = { 0 }, slow;
	size_t kib[RUNGS], rungs = 0, near = 0;

	for (size_t end = FIRST_RUNG, begin = 0; end <= measure->area_bytes && rungs < RUNGS; rungs++) {
		first[rungs] =
		        link_pages(measure, begin / PAGE, (end - begin) / PAGE, 2 * LINE, &last[rungs]);
		if (!first[rungs])
			return;
		kib[rungs] = end >> 10;
		begin = end;
		end *= 2;
	}
	for (size_t i = 0; i < rungs; i++) {
		if (i > 0)
			*last[i - 1] = first[i];
		*last[i] = first[0];
		cycles[i] = follow(measure, first[0], (kib[i] << 10) / LINE / 2, HERE);
		if (kib[i] <= 2 * measure->machine.l2.kib)
			near = i;
	}
	slow = cycles[rungs - 1];
	if (slow > 1.5 * cycles[near]) {
		figure_add(figures, FIGURE_L3_LATENCY, cycles[near]);
		figure_add(figures, FIGURE_MEMORY_LATENCY, slow);
		figure_add(figures, FIGURE_L3_KIB,
		           knee(cycles + near, kib + near, rungs - near, cycles[near], slow));
		return;
	}
	/* No step from L3 to memory is seen: either the whole area fits in the L3, or other
	 * programs fill it. */
	if (measure->area_bytes >> 10 >= 2UL * measure->machine.l3.kib)
		figure_add(figures, FIGURE_MEMORY_LATENCY, slow);
	else
		figure_absent(figures, FIGURE_MEMORY_LATENCY, NO_STEP);
	figure_absent(figures, FIGURE_L3_LATENCY, NO_STEP);
	figure_absent(figures, FIGURE_L3_KIB, NO_STEP);
}

void measure_caches(struct measure *measure)
{
	measure_l2(measure);
	measure_l1(measure, figure_latest(&measure->figures, FIGURE_L2_LATENCY));
	measure_beyond(measure);
}
