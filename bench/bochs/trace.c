/* SPDX-License-Identifier: MIT */
#include "bench/bochs/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/output.h"

enum { LINES_DEFAULT = 1000000 };

static FILE *file;
static const char *path;
static uint64_t events, limit = LINES_DEFAULT;

static void check(bool written)
{
	if (!written)
		output_fail(1, "%s cannot be written: %s", path, strerror(errno));
}

void trace_open(void)
{
	const char *lines = getenv("PALIMPSEST_TRACE_LINES");

	path = getenv("PALIMPSEST_TRACE");
	if (!path || !output_wanted())
		return;
	if (lines) {
		char *end;

		limit = strtoull(lines, &end, 10);
		if (*lines < '0' || *lines > '9' || *end)
			output_fail(2, "PALIMPSEST_TRACE_LINES is not a number: %s", lines);
	}
	file = fopen(path, "we");
	if (!file)
		output_fail(2, "%s cannot be created: %s", path, strerror(errno));
	setvbuf(file, NULL, _IOLBF, BUFSIZ); /* keeps the lines so far if Bochs is killed */
	check(fprintf(file, "# region cpu instructions cycles event address function detail\n") > 0);
}

bool trace_wanted(void)
{
	return file;
}

void trace_event(const struct trace_moment *moment, const char *event, uint64_t address, const char *detail)
{
	if (++events > limit)
		return;
	check(fprintf(file, "%" PRIu32 " %u %" PRIu64 " %" PRIu64 " %s %#" PRIx64 " %s %s\n", moment->region,
	              moment->cpu, moment->instructions, moment->cycles, event, address, moment->function,
	              detail) > 0);
}

void trace_close(void)
{
	if (!file)
		return;
	check(fprintf(file, "# end: %" PRIu64 " events, %" PRIu64 " of them left out\n", events,
	              events > limit ? events - limit : 0) > 0);
	check(fclose(file) == 0);
	file = NULL;
}
