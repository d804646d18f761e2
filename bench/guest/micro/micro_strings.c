/* SPDX-License-Identifier: MIT */
/*
 * micro.movsb (parameter: bytes): copies with REP MOVSB. Each copy starts with the caches as the
 * previous copy left them.
 */
#include "bench/guest/micro/micro.h"
#include "lib/string.h"

#define COPY_MAX MIB
#define COPIES   8

static const uint64_t sizes[] = { 4 * KIB, 8 * KIB, 64 * KIB, COPY_MAX, BENCH_LIST_END };

static uint8_t *const from = (uint8_t *)MICRO_LARGE_BASE;

/* Returns the destination, which follows the source in the same 2 MiB page. */
static uint8_t *target(const struct bench *b)
{
	return from + b->parameter;
}

static void copy(const struct bench *b)
{
	void *to = target(b);
	const void *source = from;
	uint64_t left = b->parameter;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(left) : : "memory");
}

static void fill(const struct bench *b, uint64_t value)
{
	uint64_t *words = (uint64_t *)from;

	for (uint64_t i = 0; i < b->parameter / sizeof *words; i++)
		words[i] = value + i;
}

static int map_both(struct bench *b)
{
	return micro_memory_take(2 * b->parameter);
}

static void give_both(struct bench *b)
{
	(void)b;
	micro_memory_give();
}

static void refill(struct bench *b)
{
	memset(target(b), 0, b->parameter);
	fill(b, ++b->phase);
	copy(b); /* warms the caches */
	fill(b, ++b->phase);
}

static void copy_often(struct bench *b)
{
	for (unsigned i = 0; i < COPIES; i++)
		copy(b);
}

static bool arrived(struct bench *b)
{
	return micro_operations(b, COPIES) && memcmp(from, target(b), b->parameter) == 0;
}

BENCH(micro_movsb, "REP MOVSB of n bytes", .name = "micro.movsb", .own_boot = true, .unit = "bytes",
      .parameters = sizes, .setup = map_both, .prepare = refill, .body = copy_often, .check = arrived,
      .teardown = give_both);
