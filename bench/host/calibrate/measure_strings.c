/* SPDX-License-Identifier: MIT */
/* Measures REP instructions. */
#include "bench/host/calibrate/measure.h"

#include <math.h>

#define TIMES     32
#define SHORT     64UL
#define LONG_LESS 2048UL
#define LONG_MORE 8192UL
#define SCAN      1024UL

struct string {
	char *from, *to;
	uint64_t count;
};

/* Defines a function that executes a REP instruction TIMES times. */
#define STRING(name, code)                                                   \
	static void name(void *context)                                      \
	{                                                                    \
		const struct string *string = context;                       \
		for (int i = 0; i < TIMES; i++) {                            \
			char *to = string->to, *from = string->from;         \
			uint64_t count = string->count;                      \
			__asm__ volatile(code                                \
			                 : "+D"(to), "+S"(from), "+c"(count) \
			                 : "a"(1)                            \
			                 : "memory", "cc");                  \
		}                                                            \
	}

STRING(movsb, "rep movsb")
STRING(movsq, "rep movsq")
STRING(stosb, "rep stosb")
STRING(stosq, "rep stosq")
STRING(scasb, "repne scasb")

static double string(struct measure *measure, void (*body)(void *), uint64_t count)
{
	struct string string = { measure->area, measure->area + 5 * LONG_MORE + 2048, count };

	return measure_plain(measure, body, &string, TIMES);
}

void measure_strings(struct measure *measure)
{
	struct figures *figures = &measure->figures;
	const double start[] = { string(measure, movsb, SHORT), string(measure, movsq, SHORT / 8),
		                 string(measure, stosb, SHORT), string(measure, stosq, SHORT / 8) };

	figure_add(figures, FIGURE_MOVSB_START, start[0]);
	figure_add(figures, FIGURE_MOVSQ_START, start[1]);
	figure_add(figures, FIGURE_STOSB_START, start[2]);
	figure_add(figures, FIGURE_STOSQ_START, start[3]);
	figure_add(figures, FIGURE_REP_START, measure_median(start, 4));
	figure_add(figures, FIGURE_REP_64_BYTES,
	           (string(measure, movsb, LONG_MORE) - string(measure, movsb, LONG_LESS)) /
	                   ((LONG_MORE - LONG_LESS) / 64));
	/* AL holds 1. No byte in the area is 1, so the scan ends only after `count` bytes. */
	for (size_t i = 0; i < SCAN; i++)
		measure->area[5 * LONG_MORE + 2048 + i] = 2;
	figure_add(figures, FIGURE_REP_OTHER, string(measure, scasb, SCAN) / SCAN);
}
