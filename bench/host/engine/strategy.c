/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/strategy.h"
#include "axes.h" /* made from kernel/kernel.mk */
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char strategy_valid[] = STRATEGY_VALID;

/* The word at place `index` of a list with spaces between; its length in *length. NULL: the list has fewer. */
static const char *word_at(const char *list, size_t index, size_t *length)
{
	for (; *list; index--, list += *length + (list[*length] == ' ')) {
		*length = strcspn(list, " ");
		if (index == 0)
			return list;
	}
	return NULL;
}

const char *strategy_preset(size_t index, const char **build)
{
	static char names[STRATEGIES_MAX][32], builds[STRATEGIES_MAX][52];
	size_t length, build_length;
	const char *name = word_at(PRESET_NAMES, index, &length);
	const char *from = word_at(PRESET_BUILDS, index, &build_length);

	if (!name || !from || index >= STRATEGIES_MAX)
		return NULL;
	path_format(names[index], sizeof names[index], "%.*s", (int)length, name);
	path_format(builds[index], sizeof builds[index], "%.*s", (int)build_length, from);
	*build = builds[index];
	return names[index];
}

/* Copies the first `length` bytes of `text` if they are a word of `values`. */
static int take(char out[16], const char *text, size_t length, const char *values)
{
	const char *word;
	size_t word_length;

	for (size_t i = 0; (word = word_at(values, i, &word_length)); i++) {
		if (word_length == length && strncmp(word, text, length) == 0) {
			snprintf(out, 16, "%.*s", (int)length, word);
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

	if (take(strategy->stack, text, stack, AXIS_STACKS))
		snprintf(why, size, "unknown strategy '%s'", text);
	else if (take(strategy->loader, loader, loader_length, AXIS_LOADERS))
		snprintf(why, size, "strategy '%s': unknown loader '%.*s'", text, (int)loader_length, loader);
	else if (strcmp(isolation, "bouncing") == 0)
		snprintf(why, size, "strategy '%s': bouncing isolation is not available in this version",
		         text);
	else if (take(strategy->isolation, isolation, strlen(isolation), AXIS_ISOLATIONS))
		snprintf(why, size, "strategy '%s': unknown isolation '%s'", text, isolation);
	else
		return 0;
	return -1;
}

int strategy_parse(const char *text, struct strategy *strategy, char *why, size_t size)
{
	const char *axes = text;
	const char *preset, *build;

	memset(strategy, 0, sizeof *strategy);
	for (size_t i = 0; (preset = strategy_preset(i, &build)); i++)
		if (strcmp(text, preset) == 0)
			axes = build;
	if (parse_axes(axes, strategy, why, size))
		return -1;
	path_format(strategy->build, sizeof strategy->build, "%s+%s+%s", strategy->stack, strategy->loader,
	            strategy->isolation);
	path_format(strategy->name, sizeof strategy->name, "%s", strategy->build);
	for (size_t i = 0; (preset = strategy_preset(i, &build)); i++)
		if (strcmp(strategy->build, build) == 0)
			path_format(strategy->name, sizeof strategy->name, "%s", preset);
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
