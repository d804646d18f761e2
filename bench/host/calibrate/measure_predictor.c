/* SPDX-License-Identifier: MIT */
/*
 * Measures how many outcomes of conditional branches the processor's predictor remembers. A sequence
 * of random outcomes is executed again and again. If the predictor remembers all of it, no branch is
 * mispredicted; if it remembers nothing, half of them are.
 */
#include "bench/bochs/model/predictor.h"
#include "bench/host/calibrate/measure.h"

#include <math.h>
#include <string.h>

#define LEAST 1024UL
#define MOST  ((size_t)PREDICTOR_OUTCOMES_MOST)
#define LEARN 24     /* how often a sequence is executed before it is measured */
#define STEP  1.4142 /* ratio of two lengths that follow each other */

struct sequence {
	unsigned char outcome[MOST];
	size_t length;
};

/* Not inlined, so that all outcomes are those of one branch. */
static __attribute__((noinline)) void execute(const unsigned char *outcome, size_t count)
{
	uint64_t x = 0;

	for (size_t i = 0; i < count; i++)
		__asm__ volatile("testb $1, (%1)\n\tjz 1f\n\tnop\n1:\tadd $1, %0"
		                 : "+r"(x)
		                 : "r"(outcome + i)
		                 : "cc");
}

static void whole(void *context)
{
	const struct sequence *sequence = context;

	execute(sequence->outcome, sequence->length);
}

/* Returns the cycles of a branch in a sequence of `length` outcomes that was executed often. */
static double branch(struct measure *measure, struct sequence *sequence, size_t length)
{
	const struct sampler_code code = { NULL, whole, sequence };

	sequence->length = length;
	for (unsigned i = 0; i < LEARN; i++)
		whole(sequence);
	return sampler_run(&measure->sampler, &code, measure->samples, 0.5) / (double)length;
}

/* The result is the greatest length up to which less than half of what must be remembered is
 * mispredicted. */
void measure_predictor(struct measure *measure)
{
	static struct sequence sequence;
	const double each = figure_latest(&measure->figures, FIGURE_MISPREDICT_LOAD) / 2;
	double easy, result = NAN;

	memset(sequence.outcome, 0, sizeof sequence.outcome);
	easy = branch(measure, &sequence, LEAST);
	for (size_t i = 0; i < MOST; i++)
		sequence.outcome[i] = measure_random(measure) >> 40 & 1;
	for (double length = LEAST; length < MOST + 1.0; length *= STEP) {
		const double cycles = branch(measure, &sequence, (size_t)length);

		if (!(cycles - easy < each / 2))
			break;
		result = floor(length);
	}
	figure_add(&measure->figures, FIGURE_PREDICTOR, result);
}
