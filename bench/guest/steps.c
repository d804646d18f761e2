/* SPDX-License-Identifier: MIT */
/* The order of a row's samples, and the length of its warm-up. */
#include "bench/guest/bench.h"

#define BLOCK       5  /* warm-up samples in a block; the medians of two blocks are compared */
#define BLOCK_QUICK 3  /* warm-up samples in a block with samples=quick */
#define BLOCKS_MAX  12 /* the most blocks in a warm-up */
#define STABLE      50 /* medians may differ by one part in 50 */

static uint64_t recent[2 * BLOCK]; /* TSC ticks of warm-up sample i at i % (2 * BLOCK) */

void bench_plan_warmup(struct bench *b)
{
	unsigned block = bench_plan.quick ? BLOCK_QUICK : BLOCK;

	b->warmup_most = b->warmup;
	if (!bench_plan.stable || !b->warmup || b->samples < bench_plan.samples)
		return; /* the body of a row with few samples is long enough to warm up by itself */
	b->warmup = 2 * block;
	b->warmup_most = BLOCKS_MAX * block;
}

bool bench_step(const struct bench *b, unsigned index, struct bench_step *step)
{
	const struct {
		unsigned count;
		struct bench_step step;
	} phases[] = {
		{ b->warmup, { false, false, 0, "warmup" } },
		{ b->samples, { false, false, 0, "-" } },
		{ b->counters ? b->samples : 0, { false, true, b->samples, "-" } },
		{ b->overhead, { true, false, 0, "overhead" } },
		{ b->counters ? b->overhead : 0, { true, true, b->overhead, "overhead" } },
	};

	for (unsigned i = 0; i < sizeof phases / sizeof *phases; i++) {
		if (index < phases[i].count) {
			*step = phases[i].step;
			step->number += index;
			return true;
		}
		index -= phases[i].count;
	}
	return false;
}

/* Returns the median of `n` values, an odd number. Sorts the values. */
static uint64_t median(uint64_t *values, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned j = i; j > 0 && values[j - 1] > values[j]; j--) {
			uint64_t swap = values[j];

			values[j] = values[j - 1];
			values[j - 1] = swap;
		}
	return values[n / 2];
}

static bool is_stable(unsigned block, unsigned end)
{
	uint64_t blocks[2][BLOCK], before, now;

	for (unsigned i = 0; i < 2 * block; i++)
		blocks[i / block][i % block] = recent[(end - 2 * block + i) % (2 * BLOCK)];
	before = median(blocks[0], block);
	now = median(blocks[1], block);
	return (before > now ? before - now : now - before) * STABLE <= now;
}

void bench_warm(struct bench *b, unsigned index)
{
	unsigned block = bench_plan.quick ? BLOCK_QUICK : BLOCK;

	recent[index % (2 * BLOCK)] = b->t1 > b->t0 ? b->t1 - b->t0 : 0;
	if (index + 1 != b->warmup || b->warmup_most <= 2 * block || is_stable(block, index + 1))
		return;
	if (b->warmup < b->warmup_most)
		b->warmup += block;
	else if (!b->why)
		b->why = "warm-up ended without getting stable";
}

bool bench_stamped(struct bench *b)
{
	return b->t1 > b->t0;
}
