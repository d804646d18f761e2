/* SPDX-License-Identifier: MIT */
/*
 * Measures which share of a miss's latency remains if no instruction waits for the data. There are
 * three kinds of accesses: independent loads at computed places, independent stores at computed
 * places, and loads of successive lines. Each kind is measured in an area that fits in L2, in one
 * that fits in L3, and in one that fits in no cache. The cost of the same code in an area that fits
 * in L1 is subtracted.
 */
#include "bench/host/calibrate/measure.h"

#include <math.h>

#define LINE      64UL
#define TIMES     2048 /* accesses of a sample */
#define FITS      (16UL << 10)
#define PASS_MOST (8UL << 20) /* the largest area that is loaded before each sample */
#define FAR_LEAST (64UL << 20)

enum access { LOAD, STORE, STREAM, ACCESSES };
enum level { L2, L3, MEMORY, LEVELS };

struct scatter {
	char *area;
	uint64_t lines, x, y; /* `lines` is a power of two */
};

static uint64_t next(uint64_t x)
{
	return x * 1664525 + 1013904223;
}

/* Defines a function that executes `code` TIMES / 2 times. %0 and %1 are the addresses of two
 * lines. */
#define SCATTERED(name, code)                                                           \
	static void name(void *context)                                                 \
	{                                                                               \
		struct scatter *scatter = context;                                      \
		uint64_t x = scatter->x, y = scatter->y;                                \
		const uint64_t mask = scatter->lines - 1;                               \
                                                                                        \
		for (int i = 0; i < TIMES / 2; i++) {                                   \
			x = next(x);                                                    \
			y = next(y);                                                    \
			__asm__ volatile(code                                           \
			                 :                                              \
			                 : "r"(scatter->area + (x >> 8 & mask) * LINE), \
			                   "r"(scatter->area + (y >> 8 & mask) * LINE)  \
			                 : "rax", "rcx", "memory");                     \
		}                                                                       \
		scatter->x = x;                                                         \
		scatter->y = y;                                                         \
	}

SCATTERED(load, "mov (%0), %%rax\n\tmov (%1), %%rcx")
SCATTERED(store, "mov %%rax, (%0)\n\tmov %%rax, (%1)")

static void stream(void *context)
{
	struct scatter *scatter = context;
	const char *at = scatter->area + (scatter->x & (scatter->lines - 1)) * LINE;

	for (int i = 0; i < TIMES; i++, at += LINE)
		__asm__ volatile("mov (%0), %%rax" : : "r"(at) : "rax", "memory");
	scatter->x += TIMES;
}

/* Loads every line right before a sample, so that other programs have no time to evict lines. */
static void load_all(void *context)
{
	const struct scatter *scatter = context;

	for (uint64_t i = 0; i < scatter->lines; i++)
		__asm__ volatile("mov (%0), %%rax" : : "r"(scatter->area + i * LINE) : "rax", "memory");
}

/* Returns the cycles of an access within the first `bytes` of the area. Rounds `bytes` down to a
 * power of two. */
static double access_cost(struct measure *measure, enum access access, size_t bytes)
{
	const size_t beyond = (size_t)measure->machine.l2.kib << 10;
	static void (*const bodies[ACCESSES])(void *) = { load, store, stream };
	struct scatter scatter = { measure->area, TIMES, measure_random(measure), measure_random(measure) };
	const struct sampler_code code = { bytes <= PASS_MOST ? load_all : NULL, bodies[access], &scatter };

	if (access == STREAM && bytes <= FITS)
		return NAN;
	scatter.lines = 1;
	while (scatter.lines * 2 * LINE <= bytes)
		scatter.lines *= 2;
	for (size_t i = 0; i < scatter.lines && i < 400000; i++)
		*(volatile char *)(measure->area + i * LINE) = 1;
	/* Beyond L2 other programs disturb nearly every sample, so the fastest is not typical. */
	return sampler_run(&measure->sampler, &code, measure->samples, bytes > beyond ? 0.25 : 0) / TIMES;
}

static void stream_in_l1(void *context)
{
	struct scatter *scatter = context;

	for (int pass = 0; pass < TIMES / 256; pass++) {
		const char *at = scatter->area;

		for (int i = 0; i < 256; i++, at += LINE)
			__asm__ volatile("mov (%0), %%rax" : : "r"(at) : "rax", "memory");
	}
}

void measure_shares(struct measure *measure)
{
	static const enum figure_id ids[ACCESSES] = { FIGURE_SHARE_LOAD, FIGURE_SHARE_STORE,
		                                      FIGURE_SHARE_STREAM };
	static const enum figure_id parts[ACCESSES] = { FIGURE_SHARE_LOAD_L2, FIGURE_SHARE_STORE_L2,
		                                        FIGURES };
	static const enum figure_id latencies[LEVELS] = { FIGURE_L2_LATENCY, FIGURE_L3_LATENCY,
		                                          FIGURE_MEMORY_LATENCY };
	struct figures *figures = &measure->figures;
	const size_t l2 = (measure->machine.l2.kib ? measure->machine.l2.kib : 512) << 10;
	const size_t far = 4UL * measure->machine.l3.kib << 10;
	const size_t bytes[LEVELS] = { l2 / 2, 2 * l2,
		                       measure->machine.virtual || far < FAR_LEAST ? FAR_LEAST : far };
	const double first = figure_latest(figures, FIGURE_L1D_LATENCY);
	const double walk = figure_latest(figures, FIGURE_WALK_INDEPENDENT);
	struct scatter packed = { .area = measure->area };

	for (enum access access = 0; access < ACCESSES; access++) {
		const double hit = access == STREAM ? measure_plain(measure, stream_in_l1, &packed, TIMES)
		                                    : access_cost(measure, access, FITS);
		double shares[LEVELS];

		for (enum level level = 0; level < LEVELS; level++) {
			double missed = access_cost(measure, access, bytes[level]) - hit;

			/* Half of the area for L3 fits in L2, so only half of the accesses go to
			 * L3. An access to memory also walks page tables. */
			if (level == L3 && access != STREAM)
				missed /= 0.5;
			if (level == MEMORY && access != STREAM && isfinite(walk))
				missed -= walk;

			shares[level] = missed / (figure_latest(figures, latencies[level]) - first);
			if (isfinite(shares[level])) /* fmin(1, NAN) is 1 */
				shares[level] = fmin(1, fmax(0, shares[level]));
			if (parts[access] < FIGURES)
				figure_add(figures, parts[access] + level, shares[level]);
		}
		figure_add(figures, ids[access], measure_median(shares, LEVELS));
	}
}
