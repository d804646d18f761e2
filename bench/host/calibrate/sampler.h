/* SPDX-License-Identifier: MIT */
/*
 * Times short pieces of code in cycles of the core, on a host that is not quiet.
 *
 * The time stamp counter runs at one rate, whatever the core's frequency is. So each sample is
 * taken between two runs of a chain of multiplications. The chain takes a known number of cycles,
 * so its ticks show how many ticks a cycle has at that moment. If the two runs differ, something
 * happened in between (another frequency, an interrupt, another process), and the sample is thrown
 * away.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cycles of one run of the chain. Each of its multiplications takes 3 cycles and waits for the one
 * before it. */
#define CHAIN_MULTIPLICATIONS 4000
#define CHAIN_CYCLES          (3.0 * CHAIN_MULTIPLICATIONS)

/* Executes `code` CHAIN_MULTIPLICATIONS times. Each execution waits for the one before it, because
 * `code` reads and writes %0, the variable. */
#define CHAIN_OF(code, variable)                            \
	for (int i = 0; i < CHAIN_MULTIPLICATIONS / 8; i++) \
	__asm__ volatile(".rept 8\n\t" code "\n\t.endr" : "+r"(variable) : : "memory", "cc")

/* A sample is kept only if its two chains differ by at most this part of the shorter one. */
#define CHAIN_DIFFERENCE 0.02

/* The clock that the sampler reads. Tests replace it. */
struct sampler_clock {
	uint64_t (*ticks)(void *context); /* returns a time stamp; no instruction moves across it */
	void (*chain)(void *context);     /* runs the chain */
	void *context;
};

#define SAMPLER_RATES 8192

struct sampler {
	struct sampler_clock clock;
	double empty; /* cycles of an empty sample, which are subtracted */
	/* Ticks per cycle in the latest samples that were kept, in no particular order. */
	double rate[SAMPLER_RATES];
	size_t rates;         /* samples kept so far */
	unsigned long taken;  /* samples taken so far */
	unsigned long thrown; /* number of samples taken and then thrown away */
};

/* A piece of code to be timed. */
struct sampler_code {
	void (*prepare)(void *context); /* before each sample, not timed; or NULL */
	void (*body)(void *context);
	void *context;
};

/* Reads the time stamp counter of this processor. */
extern const struct sampler_clock sampler_processor;

/* Starts a sampler that reads `clock`, and measures the empty sample. Returns false if too few
 * samples were kept. */
bool sampler_start(struct sampler *sampler, const struct sampler_clock *clock);

/* Takes one sample. Returns true, with its cycles in *cycles, if it is kept. */
bool sampler_take(struct sampler *sampler, const struct sampler_code *code, double *cycles);

/*
 * Takes samples until `wanted` (at most SAMPLER_MOST) samples are kept, but at most 4 * `wanted`
 * samples. Sorts the kept samples and returns the cycles of the sample at `part`: 0 is the least,
 * 0.5 the median. Returns NAN if fewer than a quarter of `wanted` were kept.
 */
#define SAMPLER_MOST 400
double sampler_run(struct sampler *sampler, const struct sampler_code *code, unsigned wanted, double part);

/* Sorts `values` and returns the one at `part` (0: the least, 0.5: the median, 1: the greatest), or
 * NAN if `count` is 0. */
double sampler_part(double *values, size_t count, double part);
