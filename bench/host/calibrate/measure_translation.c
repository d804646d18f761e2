/* SPDX-License-Identifier: MIT */
/*
 * Measures the TLBs. The cost of a translation is the difference between two chases (chains of
 * dependent loads) over the same number of lines. In the first chase each line is in another page,
 * and in another set of the caches. In the second chase the lines are packed together.
 */
#include "bench/host/calibrate/measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE       4096UL
#define PAGES_MOST 16384UL
#define TIMES      2048
#define WAYS_MOST  64

static const size_t counts[] = { 16,  32,  40,  48,  56,  64,   72,   80,   88,   96,   112,  128,  160,
	                         192, 256, 384, 512, 768, 1024, 1280, 1536, 2048, 3072, 4096, 6144, 8192 };
enum { COUNTS = sizeof counts / sizeof *counts };

/* Returns the cycles that a translation costs in a chase over one line in each of `pages` pages. */
static double penalty(struct measure *measure, char *memory, size_t pages)
{
	char **lines = malloc(pages * sizeof *lines);
	double apart, packed;

	if (!lines)
		return NAN;
	for (size_t i = 0; i < pages; i++)
		lines[i] = measure_line(memory, i);
	apart = measure_chase(measure, lines, pages, 0);
	for (size_t i = 0; i < pages; i++)
		lines[i] = memory + i * 64;
	packed = measure_chase(measure, lines, pages, 0);
	free(lines);
	return fmax(0, apart - packed);
}

/* Returns the largest index, at least `first`, up to which no penalty is above `limit`. */
static size_t reach(const double *cycles, size_t first, double limit)
{
	size_t last = first;

	for (size_t i = first; i < COUNTS && cycles[i] <= limit; i++)
		last = i;
	return last;
}

/* Returns the largest number of pages that a chase can use with a penalty of at most `limit`
 * cycles. The pages are 2^`shift` pages apart. */
static size_t ways(struct measure *measure, unsigned shift, double limit)
{
	char *lines[WAYS_MOST];
	size_t result = 0;

	for (size_t n = 2; n <= WAYS_MOST && ((n << shift) * PAGE) <= measure->area_bytes; n++) {
		for (size_t i = 0; i < n; i++)
			lines[i] = measure->area + ((i << shift) * PAGE) + (i * 64) % PAGE;
		if (measure_chase(measure, lines, n, 0) -
		            figure_latest(&measure->figures, FIGURE_L1D_LATENCY) >
		    limit)
			break;
		result = n;
	}
	return result;
}

/* Independent loads at computed places. There are `mask` + 1 places, `apart` bytes from each
 * other. */
struct scatter {
	char *memory;
	uint64_t mask, x, y;
	size_t apart;
};

static void scatter(void *context)
{
	struct scatter *s = context;
	uint64_t x = s->x, y = s->y;

	for (int i = 0; i < TIMES / 2; i++) {
		uint64_t a, b;

		x = x * 1664525 + 1013904223;
		y = y * 1664525 + 1013904223;
		a = x >> 8 & s->mask;
		b = y >> 8 & s->mask;
		__asm__ volatile("mov (%0), %%rax\n\tmov (%1), %%rcx"
		                 :
		                 : "r"(s->memory + a * s->apart + (a & 63) * 64),
		                   "r"(s->memory + b * s->apart + (b & 63) * 64)
		                 : "rax", "rcx", "memory");
	}
	s->x = x;
	s->y = y;
}

static double independent(struct measure *measure, size_t pages)
{
	struct scatter s = { measure->area, pages - 1, measure_random(measure), measure_random(measure),
		             PAGE };
	const struct sampler_code code = { scatter, scatter, &s };
	double apart, packed;

	apart = sampler_run(&measure->sampler, &code, measure->samples, 0);
	s.apart = 0;
	packed = sampler_run(&measure->sampler, &code, measure->samples, 0);
	return fmax(0, apart - packed) / TIMES;
}

/* Returns the KiB of large pages that the kernel gave to the mapping that contains `memory`. */
static unsigned long large_kib(const char *memory)
{
	FILE *maps = fopen("/proc/self/smaps", "re");
	unsigned long kib = 0, start;
	bool here = false;
	char line[300];

	while (maps && fgets(line, sizeof line, maps)) {
		unsigned long end;

		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			here = start <= (uintptr_t)memory && (uintptr_t)memory < end;
		if (here && sscanf(line, "AnonHugePages: %lu", &kib) == 1)
			break;
	}
	if (maps)
		fclose(maps);
	return kib;
}

/*
 * Compares a chase through 32 MiB of large pages with one through 32 MiB of small pages. If a
 * hypervisor maps its guest's memory in small pages, the TLB holds translations of small pages, and
 * the guest's large pages are as slow as small ones.
 */
static void measure_large(struct measure *measure)
{
	const size_t bytes = 64UL << 20, pages = bytes / PAGE;
	char *memory = measure_map(bytes, true);

	if (!memory)
		return;
	memset(memory, 1, bytes);
	if (large_kib(memory) >= bytes >> 11)
		measure->huge_step =
		        penalty(measure, memory, pages / 2) / penalty(measure, measure->area, pages / 2);
	measure_unmap(memory, bytes);
}

void measure_translation(struct measure *measure)
{
	struct figures *figures = &measure->figures;
	double cycles[COUNTS], hit, walk;
	size_t first, second, least = WAYS_MOST, between;

	for (size_t i = 0; i < COUNTS; i++)
		cycles[i] = penalty(measure, measure->area, counts[i]);
	/* On every processor a hit in the second level costs at least 5 cycles. So a translation of
	 * at most 2 cycles was a hit in the first level. */
	first = reach(cycles, 0, 2);
	walk = cycles[COUNTS - 1];
	/* If a chase uses four times as many pages as the first level holds, nearly every load hits
	 * the second level. */
	for (between = first; between + 1 < COUNTS && counts[between + 1] <= 4 * counts[first]; between++)
		;
	hit = cycles[between];
	second = reach(cycles, between, (hit + walk) / 2);
	figure_add(figures, FIGURE_DTLB_4K, (double)counts[first]);
	figure_add(figures, FIGURE_STLB_HIT, hit);
	figure_add(figures, FIGURE_STLB, walk > 1.5 * hit ? (double)counts[second] : NAN);
	for (unsigned shift = 4; shift <= 8; shift++) {
		const size_t n = ways(measure, shift, 2);

		least = n < least ? n : least;
	}
	figure_add(figures, FIGURE_DTLB_4K_WAYS, (double)least);
	figure_add(figures, FIGURE_STLB_INDEPENDENT, independent(measure, 512));
	if (isnan(measure->huge_step))
		measure_large(measure);
}
