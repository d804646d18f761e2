/* SPDX-License-Identifier: MIT */
#include "bench/host/calibrate/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <x86intrin.h>

#define EMPTY_SAMPLES 200

static uint64_t processor_ticks(void *context)
{
	uint64_t now;

	(void)context;
	_mm_lfence();
	now = __rdtsc();
	_mm_lfence();
	return now;
}

static void processor_chain(void *context)
{
	uint64_t x = 3;

	(void)context;
	CHAIN_OF("imul %0, %0", x);
}

const struct sampler_clock sampler_processor = { processor_ticks, processor_chain, NULL };

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double sampler_part(double *values, size_t count, double part)
{
	if (count == 0)
		return NAN;
	qsort(values, count, sizeof *values, ascending);
	return values[(size_t)(part * (double)(count - 1) + 0.5)];
}

/* Returns the ticks of one run of the chain. */
static double chain(struct sampler *sampler)
{
	const struct sampler_clock *clock = &sampler->clock;
	const uint64_t start = clock->ticks(clock->context);

	clock->chain(clock->context);
	return (double)(clock->ticks(clock->context) - start);
}

bool sampler_take(struct sampler *sampler, const struct sampler_code *code, double *cycles)
{
	const struct sampler_clock *clock = &sampler->clock;
	double before, after, rate, ticks;
	uint64_t start;

	sampler->taken++;
	if (code->prepare)
		code->prepare(code->context);
	before = chain(sampler);
	start = clock->ticks(clock->context);
	code->body(code->context);
	ticks = (double)(clock->ticks(clock->context) - start);
	after = chain(sampler);
	if (fabs(before - after) > CHAIN_DIFFERENCE * fmin(before, after) || before <= 0) {
		sampler->thrown++;
		return false;
	}
	rate = (before + after) / 2 / CHAIN_CYCLES;
	sampler->rate[sampler->rates++ % SAMPLER_RATES] = rate;
	*cycles = fmax(0, ticks / rate - sampler->empty);
	return true;
}

double sampler_run(struct sampler *sampler, const struct sampler_code *code, unsigned wanted, double part)
{
	double kept[SAMPLER_MOST];
	size_t count = 0;

	for (unsigned tries = 0; count < wanted && tries < 4 * wanted; tries++)
		count += sampler_take(sampler, code, &kept[count]);
	return count * 4 < wanted ? NAN : sampler_part(kept, count, part);
}

static void nothing(void *context)
{
	(void)context;
}

bool sampler_start(struct sampler *sampler, const struct sampler_clock *clock)
{
	const struct sampler_code code = { .body = nothing };
	double empty;

	*sampler = (struct sampler){ .clock = *clock };
	empty = sampler_run(sampler, &code, EMPTY_SAMPLES, 0);
	sampler->empty = isnan(empty) ? 0 : empty;
	return !isnan(empty);
}
