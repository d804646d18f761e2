/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/strategy.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"
#include "strategies.h" /* made from kernel/axes.txt */

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char strategy_valid[] = STRATEGY_VALID;

#define NAME(name, curve, point) name,
static const char *const stacks[] = { STACKS(NAME) NULL };
static const char *const loaders[] = { LOADERS(NAME) NULL };
static const char *const isolations[] = { ISOLATIONS(NAME) NULL };

#define FITS(name, curve, point)                                                                         \
	_Static_assert(sizeof name <= sizeof((struct strategy){ 0 }.stack), "struct strategy holds the " \
	                                                                    "name");
STACKS(FITS)
LOADERS(FITS)
ISOLATIONS(FITS)

#define PRESET(name, stack, loader, isolation) { name, stack "+" loader "+" isolation },
static const struct {
	const char *name, *build;
} presets[] = { PRESETS(PRESET) };

#define EXCLUSION(pattern, reason) { pattern, reason },
static const struct {
	const char *pattern, *reason;
} exclusions[] = { EXCLUDED(EXCLUSION){ NULL, NULL } };

const char *strategy_preset(size_t index, const char **build)
{
	if (index >= sizeof presets / sizeof *presets)
		return NULL;
	*build = presets[index].build;
	return presets[index].name;
}

/* Returns why the combination `build` is excluded, or NULL if it is not. */
static const char *why_excluded(const char *build)
{
	for (size_t i = 0; exclusions[i].pattern; i++)
		if (fnmatch(exclusions[i].pattern, build, 0) == 0)
			return exclusions[i].reason;
	return NULL;
}

/*
 * Copies the first `length` bytes of `text` to `out` if they are one of `values`, which end with
 * NULL. Returns 0, or -1 if they are not.
 */
static int take(char out[16], const char *text, size_t length, const char *const *values)
{
	for (; *values; values++)
		if (strlen(*values) == length && strncmp(*values, text, length) == 0) {
			snprintf(out, 16, "%s", *values);
			return 0;
		}
	return -1;
}

static int parse_axes(const char *text, struct strategy *strategy, char *why, size_t size)
{
	size_t stack = strcspn(text, "+");
	const char *loader = text + stack + (text[stack] == '+');
	size_t loader_length = strcspn(loader, "+");
	const char *isolation = loader + loader_length + (loader[loader_length] == '+');
	const char *reason = why_excluded(text);

	if (reason)
		snprintf(why, size, "strategy '%s': %s", text, reason);
	else if (take(strategy->stack, text, stack, stacks))
		snprintf(why, size, "unknown strategy '%s'", text);
	else if (take(strategy->loader, loader, loader_length, loaders))
		snprintf(why, size, "strategy '%s': unknown loader '%.*s'", text, (int)loader_length, loader);
	else if (take(strategy->isolation, isolation, strlen(isolation), isolations))
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
	strategy_set_compiler(strategy, compiler_default);
	return 0;
}

void strategy_set_compiler(struct strategy *strategy, const char *compiler)
{
	const bool is_default = strcmp(compiler, compiler_default) == 0;

	path_format(strategy->compiler, sizeof strategy->compiler, "%s", compiler);
	path_format(strategy->folder, sizeof strategy->folder, "%s%s%s", strategy->build,
	            is_default ? "" : "@", is_default ? "" : compiler);
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

void strategy_list_add_defaults(struct strategy_list *list)
{
	char names[] = PRESET_DEFAULTS;
	char *rest = NULL;

	for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		struct strategy strategy;
		char why[200];

		if (!strategy_parse(name, &strategy, why, sizeof why))
			strategy_list_add(list, &strategy);
	}
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
