/* SPDX-License-Identifier: MIT */
/* Writes a region's counts as a `!count` line of the stream (docs/records.md). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/bochs/irq_off.h"
#include "bench/bochs/metrics.h"
#include "bench/bochs/model/metrics.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/nested.h"
#include "bench/bochs/output.h"
#include "bench/bochs/region_internal.h"
#include "bench/bochs/rounding.h"

/* Writes the model's counts to `line`, as fields " NAME=VALUE". Returns their length in bytes. */
static int add_model_counts(char *line, size_t size, const struct model_counts *counts)
{
	enum { EVENTS = SETS, CAUSES = EVENTS + MODEL_EVENTS, VALUES = CAUSES + MODEL_CAUSES };
	uint64_t values[VALUES];
#define METRIC_NAME(id, name) name,
	static const char *const names[] = { MODEL_METRICS(METRIC_NAME) };
#undef METRIC_NAME
	int length = 0;

	_Static_assert(sizeof names / sizeof names[0] == VALUES, "each name has its value");
	memcpy(values, counts->cycles.of, SETS * sizeof values[0]);
	memcpy(values + EVENTS, counts->events, MODEL_EVENTS * sizeof values[0]);
	memcpy(values + CAUSES, counts->causes, MODEL_CAUSES * sizeof values[0]);
	for (unsigned set = 0; set < SETS; set++)
		round_together(&values[set], 1);
	round_together(values + CAUSES, MODEL_CAUSES);
	for (unsigned i = 0; i < VALUES; i++)
		length += snprintf(line + length, size - (size_t)length, " %s=%" PRIu64, names[i], values[i]);
	return length;
}

/* Writes to `line` the beginning of a `!count` line: its fields `which` and the counts. Returns its
 * length in bytes. */
static int begin_line(char *line, size_t size, const char *which, const uint64_t *counts,
                      const struct model_counts *model)
{
#define METRIC_FORMAT(id, name) " " name "=%" PRIu64
#define METRIC_VALUE(id, name)  , counts[METRIC_##id]
	int length = snprintf(line, size, "!count %s" METRICS(METRIC_FORMAT), which METRICS(METRIC_VALUE));
#undef METRIC_FORMAT
#undef METRIC_VALUE

	if (model)
		length += add_model_counts(line + length, size - (size_t)length, model);
	return length;
}

static void write_counts(const struct region *region, const struct model *model)
{
	const unsigned cpu = (unsigned)(region - regions);
	char line[1024], which[32];
	int length;

	snprintf(which, sizeof which, "region=%" PRIu32, region->id);
	length = begin_line(line, sizeof line, which, region->counts, model ? model_read(model, cpu) : NULL);
	if (nested_wanted())
		length += snprintf(line + length, sizeof line - (size_t)length, " vm_exits=%" PRIu64,
		                   nested_exits(cpu));
	line[length++] = '\n';
	output_line(line, (size_t)length);
}

void region_write_call(uint32_t id, uint64_t call, const uint64_t *counts, const struct model_counts *model)
{
	char line[1024], which[64];
	int length;

	snprintf(which, sizeof which, "region=%" PRIu32 " call=%" PRIu64, id, call);
	length = begin_line(line, sizeof line, which, counts, model);
	line[length++] = '\n';
	output_line(line, (size_t)length);
}

void region_write(const struct region *region, const struct model *model)
{
	char line[80];

	if (!region->irq_off) {
		write_counts(region, model);
		return;
	}
	output_line(line, (size_t)snprintf(line, sizeof line, "!count region=%" PRIu32 " off=%" PRIu64 "\n",
	                                   region->id, irq_off_longest((unsigned)(region - regions)).ticks));
}
