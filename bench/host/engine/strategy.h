/* SPDX-License-Identifier: MIT */
/* Strategies by name: a preset, or stack+loader+isolation. */
#pragma once

#include <stddef.h>

#define STRATEGIES_MAX 64

struct strategy {
	char stack[16];
	char loader[16];
	char isolation[16];
	char name[52];  /* the preset's name if it is one, else build */
	char build[52]; /* stack+loader+isolation: the folder of its image */
};

struct strategy_list {
	size_t count;
	struct strategy item[STRATEGIES_MAX];
};

/* The valid names in one line, for messages. */
extern const char strategy_valid[];

/*
 * Returns the name of the preset at `index`, or NULL after the last. `build` gets its combination.
 */
const char *strategy_preset(size_t index, const char **build);

/* Parses one name. Returns 0, or -1 with what is wrong in `why`. */
int strategy_parse(const char *text, struct strategy *strategy, char *why, size_t size);

/* Adds `strategy` unless the list has it already. Returns 0, or -1 if the list is full. */
int strategy_list_add(struct strategy_list *list, const struct strategy *strategy);

/*
 * Adds every strategy that the build offers (`make list-strategies`). Returns 0, or -1 with the
 * reason in `why`.
 */
int strategy_list_add_all(struct strategy_list *list, char *why, size_t size);
