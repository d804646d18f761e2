/* SPDX-License-Identifier: MIT */
#include "bench/host/strategy.h"
#include "bench/host/paths.h"
#include "bench/host/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char strategy_valid[] =
        "heap, window, random, best, all, or STACK+LOADER+ISOLATION with STACK heap-sw, "
        "heap-rsp0, fixed-ist or fixed-rsp0,"
        " LOADER sandwich, window, random, direct or self, ISOLATION shared";

static const struct {
	const char *name;
	const char *build;
} presets[] = {
	{ "heap", "heap-sw+sandwich+shared" },
	{ "window", "fixed-ist+window+shared" },
	{ "random", "fixed-ist+random+shared" },
	{ "best", "heap-rsp0+self+shared" },
};

static const char *const stacks[] = { "heap-sw", "heap-rsp0", "fixed-ist", "fixed-rsp0", NULL };
static const char *const loaders[] = { "sandwich", "window", "random", "direct", "self", NULL };
static const char *const isolations[] = { "shared", NULL };

const char *strategy_preset(size_t index, const char **build)
{
	if (index >= sizeof presets / sizeof presets[0])
		return NULL;
	*build = presets[index].build;
	return presets[index].name;
}

/* Copies the value before `end` if it is one of `values`. */
static int take(char out[16], const char *text, size_t length, const char *const values[])
{
	for (; *values; values++) {
		if (strlen(*values) == length && strncmp(*values, text, length) == 0) {
			snprintf(out, 16, "%s", *values);
			return 0;
		}
	}
	return -1;
}

static int parse_axes(const char *text, struct strategy *strategy, char *why, size_t size)
{
	size_t stack = strcspn(text, "+");
	const char *loader = text + stack + (text[stack] == '+');
	size_t loader_length = strcspn(loader, "+");
	const char *isolation = loader + loader_length + (loader[loader_length] == '+');

	if (take(strategy->stack, text, stack, stacks))
		snprintf(why, size, "unknown strategy '%s'", text);
	else if (take(strategy->loader, loader, loader_length, loaders))
		snprintf(why, size, "strategy '%s': unknown loader '%.*s'", text, (int)loader_length, loader);
	else if (strcmp(isolation, "bouncing") == 0)
		snprintf(why, size, "strategy '%s': bouncing isolation is not available in this version",
		         text);
	else if (take(strategy->isolation, isolation, strlen(isolation), isolations))
		snprintf(why, size, "strategy '%s': unknown isolation '%s'", text, isolation);
	else
		return 0;
	return -1;
}

int strategy_parse(const char *text, struct strategy *strategy, char *why, size_t size)
{
	const char *axes = text;

	memset(strategy, 0, sizeof *strategy);
	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
		if (strcmp(text, presets[i].name) == 0)
			axes = presets[i].build;
	if (parse_axes(axes, strategy, why, size))
		return -1;
	path_format(strategy->build, sizeof strategy->build, "%s+%s+%s", strategy->stack, strategy->loader,
	            strategy->isolation);
	path_format(strategy->name, sizeof strategy->name, "%s", strategy->build);
	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
		if (strcmp(strategy->build, presets[i].build) == 0)
			path_format(strategy->name, sizeof strategy->name, "%s", presets[i].name);
	return 0;
}

int strategy_list_add(struct strategy_list *list, const struct strategy *strategy)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i].build, strategy->build) == 0)
			return 0;
	if (list->count == STRATEGIES_MAX)
		return -1;
	list->item[list->count++] = *strategy;
	return 0;
}

int strategy_list_add_all(struct strategy_list *list, char *why, size_t size)
{
	struct arguments make = { 0 };
	char *rest = NULL;
	char *text;
	int result = 0;
	int status;

	arguments_add_all(&make, "make", "-s", "--no-print-directory", "list-strategies");
	text = process_capture(&make, path_root(), 60, false, &status);
	arguments_free(&make);
	if (!text || status != 0) {
		snprintf(why, size, "'make list-strategies' failed, so what 'all' means is not known");
		free(text);
		return -1;
	}
	for (char *line = strtok_r(text, "\n", &rest); line && result == 0;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct strategy strategy;

		result = strategy_parse(line, &strategy, why, size);
		if (result == 0)
			result = strategy_list_add(list, &strategy);
	}
	free(text);
	return result;
}
