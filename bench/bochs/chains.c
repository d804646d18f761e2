/* SPDX-License-Identifier: MIT */
#include "bench/bochs/chains.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/output.h"
#include "bench/bochs/rounding.h"

/* Maximum number of chains in all trees to which chains_add() adds. The harness accepts 100,000
 * chains in a run. */
enum { ADDED_MAX = 90000 };

#define METRIC_NAME(id, name) name,
static const char *const value_names[] = { METRICS(METRIC_NAME) "cycles_low",
	                                   "cycles_nominal",
	                                   "cycles_high",
	                                   "itlb_misses",
	                                   "dtlb_misses",
	                                   "stlb_misses",
	                                   "l1_misses",
	                                   "l2_misses",
	                                   "l3_misses",
	                                   "mispredicts" };
#undef METRIC_NAME

_Static_assert(sizeof value_names / sizeof value_names[0] == CHAIN_VALUES, "each value has its name");

const struct symbol chains_rest = { .name = "[rest]" };

static unsigned written, added;

static void *allocate(size_t size)
{
	void *memory = calloc(1, size);

	if (!memory)
		output_fail(1, "no memory for the functions of a region");
	return memory;
}

struct chain *chains_extend(struct chains *chains, struct chain *parent, const struct symbol *function,
                            unsigned max)
{
	struct chain *chain = parent->child;

	while (chain && chain->function != function)
		chain = chain->sibling;
	if (chain || chains->count >= max)
		return chain;
	chains->count++;
	chain = allocate(sizeof *chain);
	chain->function = function;
	chain->parent = parent;
	chain->sibling = parent->child;
	parent->child = chain;
	return chain;
}

void chains_use(struct chains *chains, struct chain *chain)
{
	if (chain->used)
		return;
	chain->used = true;
	chain->next_used = chains->used;
	chains->used = chain;
}

void chains_round(struct chains *chains)
{
	size_t count = 0, i = 0;
	uint64_t *values;

	for (struct chain *chain = chains->used; chain; chain = chain->next_used)
		count++;
	values = allocate((count + 1) * sizeof *values);
	for (unsigned set = 0; set < SETS; set++) {
		i = 0;
		for (struct chain *chain = chains->used; chain; chain = chain->next_used)
			values[i++] = chain->values[CHAIN_FIRST_CYCLES + set];
		round_together(values, count);
		i = 0;
		for (struct chain *chain = chains->used; chain; chain = chain->next_used)
			chain->values[CHAIN_FIRST_CYCLES + set] = values[i++];
	}
	free(values);
}

/* Returns the chain of `to` with the same functions as `chain`, or NULL if there is no room. */
static struct chain *twin_of(struct chains *to, struct chain *chain)
{
	struct chain *parent;
	unsigned before;

	if (!chain->function)
		return &to->top;
	if (chain->twin)
		return chain->twin;
	parent = twin_of(to, chain->parent);
	before = to->count;
	if (parent)
		chain->twin = chains_extend(to, parent, chain->function,
		                            added < ADDED_MAX ? UINT32_MAX : to->count);
	added += to->count - before;
	return chain->twin;
}

void chains_add(struct chains *to, struct chains *from)
{
	for (struct chain *chain = from->used; chain; chain = chain->next_used) {
		struct chain *twin = twin_of(to, chain);

		if (!twin)
			twin = chains_extend(to, &to->top, &chains_rest, UINT32_MAX);
		chains_use(to, twin);
		for (unsigned i = 0; i < CHAIN_VALUES; i++)
			twin->values[i] += chain->values[i];
	}
}

static void write_frame(struct chain *chain)
{
	char line[256], name[100];
	size_t length = strlen(chain->function->name);

	if (chain->id)
		return;
	if (chain->parent->function)
		write_frame(chain->parent);
	chain->id = ++written;
	if (length >= sizeof name)
		length = sizeof name - 1;
	/* Replaces separators, escape characters and unprintable bytes by _. */
	for (size_t i = 0; i < length; i++)
		name[i] = chain->function->name[i] <= ' ' || chain->function->name[i] > '~' ||
		                          strchr(";%~", chain->function->name[i])
		                  ? '_'
		                  : chain->function->name[i];
	name[length] = '\0';
	output_line(line, (size_t)snprintf(line, sizeof line, "!frame id=%u parent=%u function=%s\n",
	                                   chain->id, chain->parent->id, name));
}

static void write_values(struct chain *chain, uint32_t region)
{
	char line[1024];
	int length = snprintf(line, sizeof line, "!function region=%" PRIu32 " frame=%u", region, chain->id);
	int empty = length;

	for (unsigned i = 0; i < CHAIN_VALUES; i++)
		if (chain->values[i])
			length += snprintf(line + length, sizeof line - (size_t)length, " %s=%" PRIu64,
			                   value_names[i], chain->values[i]);
	if (length == empty)
		return;
	line[length++] = '\n';
	output_line(line, (size_t)length);
}

void chains_write(struct chains *chains, uint32_t region)
{
	for (struct chain *chain = chains->used; chain; chain = chain->next_used) {
		write_frame(chain);
		write_values(chain, region);
	}
}

void chains_clear(struct chains *chains)
{
	for (struct chain *chain = chains->used; chain; chain = chain->next_used) {
		chain->used = false;
		memset(chain->values, 0, sizeof chain->values);
	}
	chains->used = NULL;
}

void chains_free(struct chains *chains)
{
	struct chain *chain = chains->top.child, *next;

	/* Goes down to a chain without callees, frees it, and continues with its caller's next callee. */
	for (; chain; chain = next) {
		next = chain->child;
		if (next)
			continue;
		chain->parent->child = chain->sibling;
		next = chain->sibling ? chain->sibling : chain->parent->function ? chain->parent : NULL;
		free(chain);
	}
	*chains = (struct chains){ 0 };
}
