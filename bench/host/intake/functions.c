/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/intake/functions.h"
#include "bench/host/intake/counts.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 128
#define STACK_MAX      8192 /* bytes; the innermost frames of a longer stack are left out */
#define NONE           SIZE_MAX

enum { SAMPLE, OVERHEAD, KINDS };

static const char *const kinds[KINDS] = { "sample", "overhead" };

struct sums {
	int64_t value[FUNCTIONS_METRICS_MAX];
};

/*
 * The sums of one frame, or of one function, in the open row. The frames that have sums form a
 * list, which begins at used_frames. The functions that have sums form another, which begins at
 * used_names.
 */
struct share {
	struct sums of[KINDS];
	bool listed;
	size_t next; /* the index of the next item of the list, or NONE */
};

struct frame {
	size_t parent;   /* id of the caller's frame; 0: none */
	size_t function; /* index into functions.function[] */
	unsigned depth;  /* frames from the outermost to this one, both included */
	struct share share;
};

struct function {
	char *name;
	size_t index;
	struct share share;
};

/* A `!function` line that waits for the sample of its region. */
struct pending {
	size_t frame; /* index into functions.frame[] */
	/* Index of the next line of the region. If this line is free: index of the next free line.
	 * NONE at the end of either list. */
	size_t next;
	struct sums sums;
};

/*
 * A region whose sample has not arrived, and the list of its lines in pending[]. Region n is in
 * waiting[n % COUNTS_PENDING], where a newer region replaces an older one, as in counts.h.
 */
struct waiting {
	int64_t region;     /* 0: none */
	size_t first, last; /* indexes into pending[] */
};

struct functions {
	size_t frames, frames_room;
	struct frame *frame; /* frame[id - 1] is the frame with this id */
	size_t names, names_room;
	struct function **function;
	void *by_name; /* the same functions in a tree for tsearch(), ordered by name */
	/* `free`: the first free line in pending[], or NONE */
	size_t pendings, pendings_room, free;
	struct pending *pending;
	struct waiting waiting[COUNTS_PENDING];
	size_t metrics;
	char metric[FUNCTIONS_METRICS_MAX][COUNTS_NAME_MAX];
	int64_t samples[KINDS]; /* number of samples in the open row */
	/* Indexes of the first items of the lists of frames and of functions that have sums; NONE
	 * if a list is empty. */
	size_t used_frames, used_names;
	uint64_t steps;
};

struct functions *functions_new(void)
{
	struct functions *functions = calloc(1, sizeof(struct functions));

	if (functions)
		functions->free = functions->used_frames = functions->used_names = NONE;
	return functions;
}

static void free_function(void *function)
{
	free(((struct function *)function)->name);
	free(function);
}

void functions_free(struct functions *functions)
{
	if (!functions)
		return;
	tdestroy(functions->by_name, free_function);
	free(functions->function);
	free(functions->frame);
	free(functions->pending);
	free(functions);
}

uint64_t functions_steps(const struct functions *functions)
{
	return functions->steps;
}

/*
 * Makes room for one more item of `size` bytes. Returns the array, which may have moved, or NULL if
 * out of memory; then the old array remains valid.
 */
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

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct function *)a)->name, ((const struct function *)b)->name);
}

static struct function *new_function(struct functions *functions, const char *name)
{
	struct function **list =
	        grow(functions->function, functions->names, &functions->names_room, sizeof *list);
	struct function *function = calloc(1, sizeof *function);

	if (list)
		functions->function = list;
	if (function)
		function->name = strdup(name);
	if (!list || !function || !function->name || !tsearch(function, &functions->by_name, by_name)) {
		if (function)
			free_function(function);
		return NULL;
	}
	function->index = functions->names;
	list[functions->names++] = function;
	return function;
}

/* Returns the function with this name, which it adds if it is new; NULL if out of memory. */
static struct function *find_function(struct functions *functions, const char *name)
{
	struct function key = { .name = (char *)name };
	struct function **found = tfind(&key, &functions->by_name, by_name);

	return found ? *found : new_function(functions, name);
}

const char *functions_frame(struct functions *functions, const struct record *record)
{
	const char *name = record_get(record, "function");
	struct function *function;
	struct frame *frames;
	int64_t id, parent;
	unsigned depth;

	if (!record_number(record, "id", &id) || !record_number(record, "parent", &parent) || parent >= id ||
	    (size_t)id != functions->frames + 1)
		return "a frame out of order";
	if (!name || !*name || strlen(name) > NAME_MAX_BYTES || strpbrk(name, "; "))
		return "a frame without a proper name";
	depth = parent ? functions->frame[parent - 1].depth + 1 : 1;
	if (depth > FUNCTIONS_DEPTH_MAX)
		return "a frame of too many calls";
	frames = functions->frames < FUNCTIONS_FRAMES_MAX
	                 ? grow(functions->frame, functions->frames, &functions->frames_room, sizeof *frames)
	                 : NULL;
	if (!frames)
		return "too many frames";
	functions->frame = frames;
	function = find_function(functions, name);
	if (!function)
		return "no memory for a frame";
	frames[functions->frames++] =
	        (struct frame){ .parent = (size_t)parent, .function = function->index, .depth = depth };
	return NULL;
}

static int find_metric(struct functions *functions, const char *name)
{
	for (size_t i = 0; i < functions->metrics; i++)
		if (strcmp(functions->metric[i], name) == 0)
			return (int)i;
	if (functions->metrics == FUNCTIONS_METRICS_MAX || strlen(name) >= COUNTS_NAME_MAX ||
	    !name_is_good(name))
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

/* Removes a region and puts its lines on the list of free lines. */
static void forget(struct functions *functions, struct waiting *waiting)
{
	if (!waiting->region)
		return;
	functions->pending[waiting->last].next = functions->free;
	functions->free = waiting->first;
	waiting->region = 0;
}

/* Returns the index of an unused line, or NONE if too many are pending or memory runs out. */
static size_t new_pending(struct functions *functions)
{
	size_t index = functions->free;
	struct pending *pendings;

	if (index != NONE) {
		functions->free = functions->pending[index].next;
		return index;
	}
	if (functions->pendings == FUNCTIONS_PENDING_MAX)
		return NONE;
	pendings = grow(functions->pending, functions->pendings, &functions->pendings_room, sizeof *pendings);
	if (!pendings)
		return NONE;
	functions->pending = pendings;
	return functions->pendings++;
}

const char *functions_add(struct functions *functions, const struct record *record)
{
	struct pending new = { .next = NONE };
	struct waiting *waiting;
	int64_t frame, region;
	const char *why;
	size_t index;

	if (!record_number(record, "region", &region) || region == 0 ||
	    !record_number(record, "frame", &frame) || frame < 1 || (size_t)frame > functions->frames)
		return "a function of no region or frame";
	new.frame = (size_t)frame - 1;
	why = read_sums(functions, record, &new.sums);
	if (why)
		return why;
	waiting = &functions->waiting[region % COUNTS_PENDING];
	if (waiting->region != region)
		forget(functions, waiting);
	index = new_pending(functions);
	if (index == NONE)
		return "too many functions without a sample";
	functions->pending[index] = new;
	if (waiting->region)
		functions->pending[waiting->last].next = index;
	else
		waiting->first = index;
	*waiting = (struct waiting){ .region = region, .first = waiting->first, .last = index };
	return NULL;
}

/* Adds `more` to `sums`. If a sum would overflow, sets it to INT64_MAX and returns false. */
static bool add(struct sums *sums, const struct sums *more)
{
	bool fits = true;

	for (size_t i = 0; i < FUNCTIONS_METRICS_MAX; i++) {
		if (!__builtin_add_overflow(sums->value[i], more->value[i], &sums->value[i]))
			continue;
		sums->value[i] = INT64_MAX;
		fits = false;
	}
	return fits;
}

/*
 * Adds `more` to the sums of this kind (samples or overhead) in `share`, which belongs to the frame
 * or function with the number `index`. If these are its first sums, puts `index` at the front of
 * *list. Returns false if a sum would overflow.
 */
static bool add_share(struct share *share, size_t index, size_t *list, int kind, const struct sums *more)
{
	if (!share->listed) {
		share->listed = true;
		share->next = *list;
		*list = index;
	}
	return add(&share->of[kind], more);
}

static bool add_pending(struct functions *functions, const struct pending *pending, int kind)
{
	struct frame *frame = &functions->frame[pending->frame];
	bool fits = add_share(&frame->share, pending->frame, &functions->used_frames, kind, &pending->sums);

	return add_share(&functions->function[frame->function]->share, frame->function,
	                 &functions->used_names, kind, &pending->sums) &&
	       fits;
}

const char *functions_take(struct functions *functions, int64_t region, enum row_class class)
{
	struct waiting *waiting = &functions->waiting[region % COUNTS_PENDING];
	int kind = class == ROW_OVERHEAD ? OVERHEAD : SAMPLE;
	bool fits = true;

	if (class != ROW_WARMUP)
		functions->samples[kind]++;
	if (waiting->region != region)
		return NULL;
	for (size_t i = waiting->first; class != ROW_WARMUP && i != NONE; i = functions->pending[i].next) {
		fits &= add_pending(functions, &functions->pending[i], kind);
		functions->steps++;
	}
	forget(functions, waiting);
	return fits ? NULL : "a function's counts add up to more than 2^63 - 1";
}

/* Stores a value of a function, unless it is 0. Returns NULL, or the limit that is now exceeded. */
static const char *store_value(struct functions *functions, struct store *store, struct store_function *out,
                               const char *metric, int64_t value, struct budget *budget)
{
	const char *over;

	if (!value)
		return NULL;
	out->metric = metric;
	out->unit = counts_unit(metric);
	out->value = value;
	over = budget_values(budget, 1, strlen(out->name));
	functions->steps++;
	if (!over)
		store_function(store, out);
	return over;
}

/*
 * Returns instructions + iterations of REP instructions, the sum that counts_take() computes for a
 * sample. Returns 0 if the sum exceeds INT64_MAX.
 */
static int64_t work_of(const struct functions *functions, const struct sums *sums)
{
	int64_t work = 0;

	for (size_t i = 0; i < functions->metrics; i++)
		if ((strcmp(functions->metric[i], "instructions") == 0 ||
		     strcmp(functions->metric[i], "rep_iterations") == 0) &&
		    __builtin_add_overflow(work, sums->value[i], &work))
			return 0;
	return work;
}

static const char *store_names(struct functions *functions, struct store *store, struct store_function *out,
                               int kind, struct budget *budget)
{
	const char *over = NULL;

	for (size_t i = functions->used_names; i != NONE && !over; i = functions->function[i]->share.next) {
		const struct function *function = functions->function[i];
		const struct sums *sums = &function->share.of[kind];

		out->name = function->name;
		for (size_t m = 0; m < functions->metrics && !over; m++)
			over = store_value(functions, store, out, functions->metric[m], sums->value[m],
			                   budget);
		if (!over)
			over = store_value(functions, store, out, COUNTS_WORK, work_of(functions, sums),
			                   budget);
	}
	return over;
}

/*
 * Writes the chain of calls of the frame with this index as "outermost;…;innermost". Leaves out the
 * innermost functions if the text would exceed STACK_MAX bytes.
 */
static void collapse(struct functions *functions, size_t index, char text[STACK_MAX])
{
	size_t chain[FUNCTIONS_DEPTH_MAX] = { 0 };
	size_t depth = functions->frame[index].depth;
	size_t used = 0;

	for (size_t i = depth; i-- > 0; index = functions->frame[index].parent - 1) {
		chain[i] = functions->frame[index].function;
		functions->steps++;
	}
	*text = '\0';
	for (size_t i = 0; i < depth; i++) {
		const char *name = functions->function[chain[i]]->name;

		if (used + strlen(name) + 2 > STACK_MAX)
			return;
		used += (size_t)snprintf(text + used, STACK_MAX - used, "%s%s", i ? ";" : "", name);
	}
}

/*
 * Returns the index of the metric in which stacks are stored: cycles_nominal, else instructions.
 * Returns the number of metrics if the launch has neither.
 */
static size_t stacks_metric(const struct functions *functions)
{
	size_t found = functions->metrics;

	for (size_t i = 0; i < functions->metrics; i++) {
		if (strcmp(functions->metric[i], "cycles_nominal") == 0)
			return i;
		if (strcmp(functions->metric[i], "instructions") == 0)
			found = i;
	}
	return found;
}

static const char *store_stacks(struct functions *functions, struct store *store, struct store_function *out,
                                int kind, struct budget *budget)
{
	size_t metric = stacks_metric(functions);
	char text[STACK_MAX];

	if (metric == functions->metrics)
		return NULL;
	for (size_t i = functions->used_frames; i != NONE; i = functions->frame[i].share.next) {
		const char *over;

		out->value = functions->frame[i].share.of[kind].value[metric];
		if (!out->value)
			continue;
		collapse(functions, i, text);
		over = budget_values(budget, 1, strlen(text));
		if (over)
			return over;
		out->name = text;
		out->metric = functions->metric[metric];
		out->unit = counts_unit(out->metric);
		store_stack(store, out);
	}
	return NULL;
}

/* Clears all sums, lists and numbers of samples for the next row. */
static void begin_anew(struct functions *functions)
{
	size_t next;

	for (size_t i = functions->used_frames; i != NONE; i = next) {
		next = functions->frame[i].share.next;
		functions->frame[i].share = (struct share){ 0 };
	}
	for (size_t i = functions->used_names; i != NONE; i = next) {
		next = functions->function[i]->share.next;
		functions->function[i]->share = (struct share){ 0 };
	}
	functions->used_frames = functions->used_names = NONE;
	memset(functions->samples, 0, sizeof functions->samples);
}

const char *functions_store(struct functions *functions, struct store *store, const struct store_row *row,
                            struct budget *budget)
{
	const char *over = NULL;

	for (int kind = 0; kind < KINDS; kind++) {
		struct store_function out = { .row = row,
			                      .kind = kinds[kind],
			                      .samples = functions->samples[kind] };

		if (functions->samples[kind] && !over)
			over = store_names(functions, store, &out, kind, budget);
		if (functions->samples[kind] && !over)
			over = store_stacks(functions, store, &out, kind, budget);
	}
	begin_anew(functions);
	return over;
}
