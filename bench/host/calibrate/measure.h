/* SPDX-License-Identifier: MIT */
/*
 * The measurements. Each measure_<part>() measures its figures once, for one round, and adds their
 * values. Some parts use values that another part must have added in the same round: latencies,
 * which measure_caches() adds, or page walks, which measure_tables() adds.
 */
#pragma once

#include "bench/host/calibrate/figures.h"
#include "bench/host/calibrate/machine.h"
#include "bench/host/calibrate/sampler.h"

#include <stddef.h>
#include <stdint.h>

struct measure {
	struct machine machine;
	struct sampler sampler;
	struct figures figures;
	uint64_t random;
	unsigned samples; /* samples per value */
	char *area;       /* pages of 4 KiB, each with a frame of its own */
	size_t area_bytes;
	/* TLB penalty of large pages / TLB penalty of small pages. NAN: no large pages. */
	double huge_step;
};

/* Allocates the area. Returns 0, or -1 with the reason in `why`. */
int measure_start(struct measure *measure, char why[MACHINE_WHY]);
void measure_end(struct measure *measure);

void measure_core(struct measure *measure);        /* measure_core.c: after the latencies */
void measure_predictor(struct measure *measure);   /* measure_predictor.c: after measure_core() */
void measure_strings(struct measure *measure);     /* measure_strings.c */
void measure_caches(struct measure *measure);      /* measure_caches.c: adds the latencies */
void measure_shares(struct measure *measure);      /* measure_shares.c: after latencies and walks */
void measure_translation(struct measure *measure); /* measure_translation.c: after the latencies */
void measure_tables(struct measure *measure);      /* measure_tables.c: after the latencies */
void measure_code(struct measure *measure);        /* measure_code.c: after the latencies */

/* Helpers -------------------------------------------------------------------------------------- */

/* Maps `bytes` of private memory, aligned to 2 MiB, with or without large pages. measure_unmap()
 * unmaps it. Returns NULL if there is no memory. */
char *measure_map(size_t bytes, bool large);
void measure_unmap(char *memory, size_t bytes);

/* Returns the next pseudo-random number. The sequence is the same in every run. */
uint64_t measure_random(struct measure *measure);

/* Puts `items` into random order. */
void measure_shuffle(struct measure *measure, uint32_t *items, size_t count);

/* Returns the address of one line in page number `page` of `memory`. For successive pages these
 * lines are in different sets of the caches. */
char *measure_line(char *memory, size_t page);

/*
 * Links the lines in random order into a circular chain, where each line contains the address of
 * the next. Follows the chain and returns the clock cycles of one load. Returns NAN if out of
 * memory or if too few samples were kept. `part` is passed to sampler_run().
 */
double measure_chase(struct measure *measure, char **lines, size_t count, double part);

/* Follows `steps` (a multiple of 16) links of a chain from `at`. Returns the line reached. */
void **measure_follow(void **at, size_t steps);

/* Returns the median of at most 16 values, leaving out NAN and infinity; NAN if none is left. */
double measure_median(const double *values, size_t count);

/* Times `body`, which is also called before each sample to warm the caches. Returns its least
 * number of clock cycles divided by `units`, or NAN if too few samples were kept. */
double measure_plain(struct measure *measure, void (*body)(void *), void *context, double units);
