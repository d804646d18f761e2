/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/functions.h"
#include "bench/host/counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 128
#define STACK_MAX      8192 /* bytes of a collapsed stack; a longer one loses its innermost frames */
#define STALE          8192 /* regions after which one that no sample named is forgotten */

struct sums {
	int64_t value[FUNCTIONS_METRICS_MAX];
};

struct frame {
	size_t parent;     /* frame id; 0: none */
	size_t function;   /* index */
	struct sums of[2]; /* of the open row: samples, overhead */
};

struct pending {
	int64_t region;
	size_t frame;
	struct sums sums;
};

struct functions {
	size_t frames, frames_room;
	struct frame *frame; /* id 1 is frame[0] */
	size_t names, names_room;
	char **name;
	size_t pendings, pendings_room;
	struct pending *pending;
	size_t metrics;
	char metric[FUNCTIONS_METRICS_MAX][COUNTS_NAME_MAX];
	int64_t samples[2]; /* of the open row */
};

static const char *const kinds[2] = { "sample", "overhead" };

struct functions *functions_new(void)
{
	return calloc(1, sizeof(struct functions));
}

void functions_free(struct functions *functions)
{
	if (!functions)
		return;
	for (size_t i = 0; i < functions->names; i++)
		free(functions->name[i]);
	free(functions->name);
	free(functions->frame);
	free(functions->pending);
	free(functions);
}

/* Room for one more item; NULL without memory. */
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
	size_t larger = *room ? *room * 2 : 64;
	void *moved;

	if (count < *room)
		return items;
	moved = reallocarray(items, larger, size);
	if (moved)
		*room = larger;
	return moved;
}

/* The index of a function's name, which is added when it is new; -1 without memory. */
static int64_t find_name(struct functions *functions, const char *text)
{
	char **names;

	for (size_t i = 0; i < functions->names; i++)
		if (strcmp(functions->name[i], text) == 0)
			return (int64_t)i;
	names = grow(functions->name, functions->names, &functions->names_room, sizeof *names);
	if (!names)
		return -1;
	functions->name = names;
	names[functions->names] = strdup(text);
	return names[functions->names] ? (int64_t)functions->names++ : -1;
}

const char *functions_frame(struct functions *functions, const struct record *record)
{
	const char *name = record_get(record, "function");
	struct frame *frames;
	int64_t id, parent, index;

	if (!record_number(record, "id", &id) || !record_number(record, "parent", &parent) || parent >= id ||
	    (size_t)id != functions->frames + 1)
		return "a frame out of order";
	if (!name || !*name || strlen(name) > NAME_MAX_BYTES || strpbrk(name, "; "))
		return "a frame without a proper name";
	frames = functions->frames < FUNCTIONS_FRAMES_MAX
	                 ? grow(functions->frame, functions->frames, &functions->frames_room, sizeof *frames)
	                 : NULL;
	if (!frames)
		return "too many frames";
	functions->frame = frames;
	index = find_name(functions, name);
	if (index < 0)
		return "no memory for a frame";
	frames[functions->frames++] = (struct frame){ .parent = (size_t)parent, .function = (size_t)index };
	return NULL;
}

static int find_metric(struct functions *functions, const char *name)
{
	for (size_t i = 0; i < functions->metrics; i++)
		if (strcmp(functions->metric[i], name) == 0)
			return (int)i;
	if (functions->metrics == FUNCTIONS_METRICS_MAX || strlen(name) >= COUNTS_NAME_MAX ||
	    !row_is_name(name))
		return -1;
	snprintf(functions->metric[functions->metrics], COUNTS_NAME_MAX, "%s", name);
	return (int)functions->metrics++;
}

static const char *read_sums(struct functions *functions, const struct record *record, struct sums *sums)
{
	for (size_t i = 0; i < record->pairs; i++) {
		const char *key = record->pair[i].key;
		int index;

		if (strcmp(key, "region") == 0 || strcmp(key, "frame") == 0)
			continue;
		index = find_metric(functions, key);
		if (index < 0 || !record_decimal(record->pair[i].value, &sums->value[index]))
			return "a function's count that is not a number";
	}
	return NULL;
}

const char *functions_add(struct functions *functions, const struct record *record)
{
	struct pending *pendings, new = { 0 };
	const char *why;
	int64_t frame;

	if (!record_number(record, "region", &new.region) || !record_number(record, "frame", &frame) ||
	    frame < 1 || (size_t)frame > functions->frames)
		return "a function of no region or frame";
	new.frame = (size_t)frame - 1;
	why = read_sums(functions, record, &new.sums);
	if (why)
		return why;
	pendings = functions->pendings < FUNCTIONS_PENDING_MAX
	                   ? grow(functions->pending, functions->pendings, &functions->pendings_room,
	                          sizeof *pendings)
	                   : NULL;
	if (!pendings)
		return "too many functions without a sample";
	functions->pending = pendings;
	pendings[functions->pendings++] = new;
	return NULL;
}

static void add(struct sums *sums, const struct sums *more)
{
	for (size_t i = 0; i < FUNCTIONS_METRICS_MAX; i++)
		sums->value[i] += more->value[i];
}

void functions_take(struct functions *functions, int64_t region, enum row_class class)
{
	size_t kept = 0;

	for (size_t i = 0; i < functions->pendings; i++) {
		const struct pending *pending = &functions->pending[i];

		if (pending->region == region && class != ROW_WARMUP)
			add(&functions->frame[pending->frame].of[class == ROW_OVERHEAD], &pending->sums);
		else if (pending->region != region && pending->region + STALE > region)
			functions->pending[kept++] = *pending;
	}
	functions->pendings = kept;
	if (class != ROW_WARMUP)
		functions->samples[class == ROW_OVERHEAD]++;
}

static int store_names(struct functions *functions, struct store *store, struct store_function *out, int kind)
{
	struct sums *sums = calloc(functions->names + 1, sizeof *sums);
	int status = sums ? 0 : -1;

	for (size_t i = 0; sums && i < functions->frames; i++)
		add(&sums[functions->frame[i].function], &functions->frame[i].of[kind]);
	for (size_t i = 0; i < functions->names && status == 0; i++)
		for (size_t m = 0; m < functions->metrics && status == 0; m++) {
			if (!sums[i].value[m])
				continue;
			out->name = functions->name[i];
			out->metric = functions->metric[m];
			out->unit = counts_unit(out->metric);
			out->value = sums[i].value[m];
			status = store_function(store, out);
		}
	free(sums);
	return status;
}

/* "outermost;…;innermost" */
static void collapse(const struct functions *functions, size_t index, char text[STACK_MAX])
{
	const struct frame *frame = &functions->frame[index];
	const char *name = functions->name[frame->function];
	size_t length;

	*text = '\0';
	if (frame->parent)
		collapse(functions, frame->parent - 1, text);
	length = strlen(text);
	if (length + strlen(name) + 2 < STACK_MAX)
		snprintf(text + length, STACK_MAX - length, "%s%s", length ? ";" : "", name);
}

static int store_stacks(const struct functions *functions, struct store *store, struct store_function *out,
                        int kind)
{
	size_t metric = 0;
	char text[STACK_MAX];

	while (metric < functions->metrics && strcmp(functions->metric[metric], "cycles_nominal") != 0)
		metric++;
	for (size_t i = 0; metric == functions->metrics && i < functions->metrics; i++)
		if (strcmp(functions->metric[i], "instructions") == 0)
			metric = i;
	if (metric == functions->metrics)
		return 0;
	for (size_t i = 0; i < functions->frames; i++) {
		out->value = functions->frame[i].of[kind].value[metric];
		if (!out->value)
			continue;
		collapse(functions, i, text);
		out->name = text;
		out->metric = functions->metric[metric];
		out->unit = counts_unit(out->metric);
		if (store_stack(store, out))
			return -1;
	}
	return 0;
}

int functions_store(struct functions *functions, struct store *store, const struct store_row *row)
{
	int status = 0;

	for (int kind = 0; kind < 2; kind++) {
		struct store_function out = { .row = row,
			                      .kind = kinds[kind],
			                      .samples = functions->samples[kind] };

		if (functions->samples[kind] && status == 0)
			status = store_names(functions, store, &out, kind);
		if (functions->samples[kind] && status == 0)
			status = store_stacks(functions, store, &out, kind);
		functions->samples[kind] = 0;
	}
	for (size_t i = 0; i < functions->frames; i++)
		memset(functions->frame[i].of, 0, sizeof functions->frame[i].of);
	return status;
}
