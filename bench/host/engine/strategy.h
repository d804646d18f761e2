/* SPDX-License-Identifier: MIT */
/* Strategies. A strategy's name is that of a preset, or STACK+LOADER+ISOLATION. */
#pragma once

#include "bench/host/engine/compiler.h"

#include <stddef.h>

#define STRATEGIES_MAX 128

struct strategy {
	char stack[16];
	char loader[16];
	char isolation[16];
	char name[52];  /* name of the preset with this build; the same as `build` if there is none */
	char build[52]; /* STACK+LOADER+ISOLATION */
	char compiler[COMPILER_NAME_MAX]; /* the compiler of the image; "": any */
	/* The folder in build/ that has the image: `build`, followed by @COMPILER unless the
	 * default compiler built it. */
	char folder[52 + COMPILER_NAME_MAX];
};

struct strategy_list {
	size_t count;
	struct strategy item[STRATEGIES_MAX];
};

/* A line for messages: it says which names of strategies are valid. */
extern const char strategy_valid[];

/*
 * Returns the name of preset number `index` (from 0) and stores its STACK+LOADER+ISOLATION in
 * *build. Returns NULL if there are fewer presets.
 */
const char *strategy_preset(size_t index, const char **build);

/*
 * Parses the name of a strategy. Returns 0, or -1 with the reason in `why`, which has `size` bytes.
 */
int strategy_parse(const char *text, struct strategy *strategy, char *why, size_t size);

/* Selects the image that `compiler` built (compiler.h). After strategy_parse() a strategy has the
 * image of the default compiler. */
void strategy_set_compiler(struct strategy *strategy, const char *compiler);

/* Adds a strategy unless the list has it already. Returns 0, or -1 if the list is full. */
int strategy_list_add(struct strategy_list *list, const struct strategy *strategy);

/* Adds the presets that a run measures if the user names no strategy. */
void strategy_list_add_defaults(struct strategy_list *list);

/*
 * Adds every strategy that the build offers (`make list-strategies`). Returns 0, or -1 with the
 * reason in `why`.
 */
int strategy_list_add_all(struct strategy_list *list, char *why, size_t size);
