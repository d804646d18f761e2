/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct region {
	int64_t id;       /* 0: free */
	uint64_t present; /* bit n is set if the region has metric[n] of struct counts */
	int64_t value[COUNTS_METRICS_MAX];
};

struct counts {
	size_t metrics;
	char metric[COUNTS_METRICS_MAX][COUNTS_NAME_MAX];
	struct region region[COUNTS_PENDING];
};

_Static_assert(COUNTS_METRICS_MAX <= 64, "region.present has one bit per metric");

struct counts *counts_new(void)
{
	return calloc(1, sizeof(struct counts));
}

void counts_free(struct counts *counts)
{
	free(counts);
}

/*
 * Returns the index of a metric's name, which it adds if it is new. Returns -1 if the name is
 * malformed or there is no room for it.
 */
static int metric_index(struct counts *counts, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < counts->metrics; i++)
		if (strcmp(counts->metric[i], name) == 0)
			return (int)i;
	if (counts->metrics == COUNTS_METRICS_MAX || length >= COUNTS_NAME_MAX ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
		return -1;
	memcpy(counts->metric[counts->metrics], name, length + 1);
	return (int)counts->metrics++;
}

const char *counts_add(struct counts *counts, const struct record *record)
{
	struct region *region;
	int64_t id;

	if (!record_number(record, "region", &id) || id == 0)
		return "a count without a region";
	region = &counts->region[id % COUNTS_PENDING];
	memset(region, 0, sizeof *region);
	for (size_t i = 0; i < record->pairs; i++) {
		int64_t value;
		int index;

		if (strcmp(record->pair[i].key, "region") == 0)
			continue;
		index = metric_index(counts, record->pair[i].key);
		if (index < 0 || !record_decimal(record->pair[i].value, &value))
			return "a count that is not a number";
		region->present |= 1ULL << index;
		region->value[index] = value;
	}
	region->id = id;
	return NULL;
}

/* Sets *value to the region's count of a metric. Returns false if it has none. */
static bool find_count(const struct counts *counts, const struct region *region, const char *metric,
                       int64_t *value)
{
	for (size_t i = 0; i < counts->metrics; i++) {
		if (!(region->present >> i & 1) || strcmp(counts->metric[i], metric) != 0)
			continue;
		*value = region->value[i];
		return true;
	}
	return false;
}

bool counts_take(struct counts *counts, int64_t id, void (*each)(void *, const char *, int64_t),
                 void *context)
{
	struct region *region = &counts->region[id % COUNTS_PENDING];
	int64_t instructions, rounds, work;

	if (id <= 0 || region->id != id)
		return false;
	for (size_t i = 0; i < counts->metrics; i++)
		if (region->present >> i & 1)
			each(context, counts->metric[i], region->value[i]);
	if (find_count(counts, region, "instructions", &instructions) &&
	    find_count(counts, region, "rep_iterations", &rounds) &&
	    !__builtin_add_overflow(instructions, rounds, &work))
		each(context, COUNTS_WORK, work);
	region->id = 0;
	return true;
}

const char *counts_unit(const char *metric)
{
	if (strcmp(metric, "instructions") == 0)
		return "instructions";
	if (strcmp(metric, COUNTS_WORK) == 0)
		return COUNTS_WORK_UNIT;
	if (strcmp(metric, "off") == 0)
		return "tsc-ticks";
	return strncmp(metric, "cycles_", 7) == 0 || strncmp(metric, "due_", 4) == 0 ? "cycles" : "events";
}
