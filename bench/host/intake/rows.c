/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct row *find(const struct rows *rows, const char *name, int64_t parameter)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->row[i].parameter == parameter && strcmp(rows->row[i].name, name) == 0)
			return &rows->row[i];
	return NULL;
}

static struct row *append(struct rows *rows)
{
	if (rows->count % 64 == 0) {
		struct row *larger = realloc(rows->row, (rows->count + 64) * sizeof *larger);

		if (!larger)
			return NULL;
		rows->row = larger;
	}
	return &rows->row[rows->count++];
}

const char *rows_open(struct rows *rows, const struct record *record)
{
	const char *name = record_get(record, "name");
	const char *unit = record_get(record, "unit");
	int64_t parameter, samples, warmup;
	struct row *row;

	if (rows->opened++ >= ROWS_MAX)
		return "too many rows";
	if (!name)
		return "a row without a name";
	if (!unit || strlen(unit) >= sizeof row->unit)
		return "a row without a proper unit";
	if (!record_number(record, "parameter", &parameter) || !record_number(record, "samples", &samples) ||
	    !record_number(record, "warmup", &warmup) || samples > ROW_SAMPLES_MAX ||
	    warmup > ROW_SAMPLES_MAX)
		return "a row without proper numbers";
	if (find(rows, name, parameter))
		return "a row comes twice";
	row = append(rows);
	if (!row)
		return "no memory for a row";
	*row = (struct row){
		.parameter = parameter, .samples = samples, .warmup = warmup, .last = { -1, -1, -1 }
	};
	snprintf(row->name, sizeof row->name, "%s", name);
	snprintf(row->unit, sizeof row->unit, "%s", unit);
	return NULL;
}

struct row *rows_current(struct rows *rows, const struct record *record)
{
	const char *name = record_get(record, "name");
	struct row *row = rows->count ? &rows->row[rows->count - 1] : NULL;
	int64_t parameter;

	if (!row || !name || !record_number(record, "parameter", &parameter))
		return NULL;
	return row->parameter == parameter && strcmp(row->name, name) == 0 ? row : NULL;
}

const char *row_take(struct row *row, enum row_class class, int64_t number)
{
	if (number <= row->last[class])
		return "a sample's number comes twice or too late";
	if (class != ROW_OVERHEAD &&
	    row->taken[ROW_SAMPLE] + row->taken[ROW_WARMUP] >= row->samples + row->warmup)
		return "more samples than announced";
	row->last[class] = number;
	row->taken[class]++;
	return NULL;
}

bool row_is_short(const struct row *row)
{
	return row->taken[ROW_SAMPLE] < row->samples;
}

void rows_free(struct rows *rows)
{
	free(rows->row);
	rows->row = NULL;
	rows->count = 0;
}
