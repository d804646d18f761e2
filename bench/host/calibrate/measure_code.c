/* SPDX-License-Identifier: MIT */
/*
 * Measurements that need generated code. Chains of jumps measure the size of the instruction TLB,
 * and the cost of fetches that miss L1. Instructions between two loads measure how far ahead the
 * core works.
 */
#define _GNU_SOURCE
#include "bench/host/calibrate/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <x86intrin.h>

#define PAGE       4096UL
#define LINE       64UL
#define CODE_PAGES 1024UL
#define JUMPS_MOST 4096UL
#define ROUNDS     8 /* iterations of the loop with two loads in one sample */

/* Generated code, in memory that is either writable or executable, never both. */
struct code {
	unsigned char *memory;
	void *start;
	void **one, **two; /* the chains that the loop with two loads follows */
};

static bool writable(struct code *code, bool yes)
{
	return mprotect(code->memory, CODE_PAGES * PAGE, PROT_READ | (yes ? PROT_WRITE : PROT_EXEC)) == 0;
}

static void run(void *context)
{
	const struct code *code = context;

	__asm__ volatile("call *%0" : : "r"(code->start) : "rax", "rcx", "rdx", "r8", "memory", "cc");
}

/*
 * Writes `count` jumps, `apart` bytes from each other, and links them to a chain in random order.
 * A RET takes the place of the chain's last jump. If `apart` is a page, the jumps are in different
 * sets of the caches.
 */
static void write_chain(struct measure *measure, struct code *code, size_t count, size_t apart)
{
	static uint32_t order[JUMPS_MOST];
	unsigned char *at = NULL;

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	measure_shuffle(measure, order, count);
	for (size_t i = 0; i < count; i++) {
		unsigned char *place = apart == PAGE
		                               ? (unsigned char *)measure_line((char *)code->memory, order[i])
		                               : code->memory + order[i] * apart;

		if (at) {
			const int32_t distance = (int32_t)(place - (at + 5));

			*at = 0xe9;
			memcpy(at + 1, &distance, 4);
		} else {
			code->start = place;
		}
		at = place;
	}
	if (at)
		*at = 0xc3; /* RET */
}

/* Returns the cycles of one jump in a chain of write_chain(), or NAN. */
static double jump(struct measure *measure, struct code *code, size_t count, size_t apart)
{
	if (!writable(code, true))
		return NAN;
	write_chain(measure, code, count, apart);
	if (!writable(code, false))
		return NAN;
	run(code);
	return measure_plain(measure, run, code, (double)count);
}

static void measure_fetch(struct measure *measure, struct code *code)
{
	const struct figures *figures = &measure->figures;
	const double near = jump(measure, code, 256, LINE), far = jump(measure, code, JUMPS_MOST, LINE);
	const double latency =
	        figure_latest(figures, FIGURE_L2_LATENCY) - figure_latest(figures, FIGURE_L1D_LATENCY);

	figure_add(&measure->figures, FIGURE_SHARE_FETCH,
	           far - near > latency ? 1 : fmax(0, far - near) / latency);
}

static void measure_itlb(struct measure *measure, struct code *code)
{
	static const size_t counts[] = { 32, 48, 64, 96, 128, 160, 192, 256, 384, 512 };
	enum { COUNTS = sizeof counts / sizeof *counts };
	double cycles[COUNTS], reach = NAN;

	for (size_t i = 0; i < COUNTS; i++)
		cycles[i] = jump(measure, code, counts[i], PAGE) - jump(measure, code, counts[i], LINE);
	for (size_t i = 0; i < COUNTS && cycles[i] < (cycles[0] + cycles[COUNTS - 1]) / 2; i++)
		reach = (double)counts[i];
	figure_add(&measure->figures, FIGURE_ITLB_4K, cycles[COUNTS - 1] > cycles[0] + 3 ? reach : NAN);
}

static unsigned char *put(unsigned char *at, const char *bytes, size_t count)
{
	memcpy(at, bytes, count);
	return at + count;
}

/* What is between the loads of the loop: copies of one instruction after the first load, of another
 * one after the second. */
struct filling {
	const char *bytes[2];
	size_t length;
};

static unsigned char *fill(unsigned char *at, const struct filling *filling, unsigned which, unsigned count)
{
	for (; count; count--)
		at = put(at, filling->bytes[which], filling->length);
	return at;
}

/* Writes a loop of two loads, which follow different chains, with `count` instructions after each. */
static void write_loop(struct code *code, const struct filling *filling, unsigned count)
{
	unsigned char *at = code->memory, *loop;
	int32_t distance;

	code->start = at;
	at = put(at, "\x48\xb8", 2); /* mov rax, one */
	at = put(at, (const char *)&code->one, 8);
	at = put(at, "\x48\xb9", 2); /* mov rcx, two */
	at = put(at, (const char *)&code->two, 8);
	at = put(at, "\xba", 1); /* mov edx, ROUNDS */
	at = put(at, (const char *)&(int32_t){ ROUNDS }, 4);
	loop = at;
	at = put(at, "\x48\x8b\x00", 3); /* mov rax, [rax] */
	at = fill(at, filling, 0, count);
	at = put(at, "\x48\x8b\x09", 3); /* mov rcx, [rcx] */
	at = fill(at, filling, 1, count);
	at = put(at, "\xff\xca\x0f\x85", 4); /* dec edx; jnz loop */
	distance = (int32_t)(loop - (at + 4));
	at = put(at, (const char *)&distance, 4);
	*at = 0xc3;
}

/* Flushes from the caches the lines that the next sample loads. */
static void forget(void **at)
{
	void **line = at;

	for (int i = 0; i < ROUNDS; i++) {
		void **next = *line;

		_mm_clflush(line);
		line = next;
	}
}

static double loop(struct measure *measure, struct code *code, const struct filling *filling, unsigned count)
{
	double cycles[64];
	const struct sampler_code sample = { NULL, run, code };
	size_t kept = 0;

	if (!writable(code, true))
		return NAN;
	write_loop(code, filling, count);
	if (!writable(code, false))
		return NAN;
	for (unsigned i = 0; i < 64; i++) {
		forget(code->one);
		forget(code->two);
		kept += sampler_take(&measure->sampler, &sample, &cycles[kept]);
	}
	return kept < 16 ? NAN : sampler_part(cycles, kept, 0.25) / ROUNDS;
}

/*
 * Measures how many instructions two loads from memory may have between them and still overlap. The
 * loads overlap if the second starts before the first has ended. An iteration then takes the latency
 * of one load, otherwise the latency of both.
 */
static void measure_overlap(struct measure *measure, struct code *code, enum figure_id figure,
                            const struct filling *filling, const unsigned *counts, size_t length)
{
	double least = NAN, last = NAN, result = NAN;
	bool overlap = true;

	for (size_t i = 0; i < length; i++) {
		last = loop(measure, code, filling, counts[i]);
		if (i == 0)
			least = last;
		overlap &= last < 1.5 * least;
		if (overlap)
			result = counts[i];
	}
	figure_add(&measure->figures, figure, last > 1.5 * least ? result : NAN);
}

/* Links the lines of the area to a chain in random order. The loop follows it from two places. */
static bool make_chains(struct measure *measure, struct code *code)
{
	const size_t lines = measure->area_bytes / PAGE;
	uint32_t *order = malloc(lines * sizeof *order);

	if (!order)
		return false;
	for (size_t i = 0; i < lines; i++)
		order[i] = (uint32_t)i;
	measure_shuffle(measure, order, lines);
	for (size_t i = 0; i < lines; i++)
		*(void **)measure_line(measure->area, order[i]) =
		        measure_line(measure->area, order[(i + 1) % lines]);
	code->one = (void **)measure_line(measure->area, order[0]);
	code->two = (void **)measure_line(measure->area, order[lines / 2]);
	free(order);
	return true;
}

/* NOPs wait for nothing, so only the window limits how many the core takes. The other instructions
 * wait for the load before them, but not for each other, so the scheduler limits their number. */
static void measure_ahead(struct measure *measure, struct code *code)
{
	static const struct filling nops = { { "\x90", "\x90" }, 1 };
	static const struct filling waiting = { { "\x4c\x8d\x04\x00", "\x4c\x8d\x04\x09" }, 4 };
	/* lea r8, [rax + rax]; lea r8, [rcx + rcx] */
	static const unsigned of_nops[] = { 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768 };
	static const unsigned of_waiting[] = { 8,  16, 24, 32,  40,  48,  56,  64,  72,  80,  84,
		                               88, 92, 96, 104, 112, 128, 160, 192, 224, 256, 320 };

	if (!make_chains(measure, code))
		return;
	measure_overlap(measure, code, FIGURE_WINDOW, &nops, of_nops, sizeof of_nops / sizeof *of_nops);
	measure_overlap(measure, code, FIGURE_SCHEDULER, &waiting, of_waiting,
	                sizeof of_waiting / sizeof *of_waiting);
}

void measure_code(struct measure *measure)
{
	static const enum figure_id ids[] = { FIGURE_SHARE_FETCH, FIGURE_ITLB_4K, FIGURE_WINDOW,
		                              FIGURE_SCHEDULER };
	struct code code = { 0 };

	code.memory =
	        mmap(NULL, CODE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code.memory == MAP_FAILED || !writable(&code, false) || !writable(&code, true)) {
		for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
			figure_absent(&measure->figures, ids[i], "this system forbids generated code");
	} else {
		madvise(code.memory, CODE_PAGES * PAGE, MADV_NOHUGEPAGE);
		memset(code.memory, 0xcc, CODE_PAGES * PAGE);
		measure_fetch(measure, &code);
		measure_itlb(measure, &code);
		measure_ahead(measure, &code);
	}
	if (code.memory != MAP_FAILED)
		munmap(code.memory, CODE_PAGES * PAGE);
}
