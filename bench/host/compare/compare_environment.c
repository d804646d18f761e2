/* SPDX-License-Identifier: MIT */
#include "bench/host/compare/compare_environment.h"
#include "bench/host/base/text.h"
#include "bench/host/engine/compiler.h"

#include <stdio.h>
#include <string.h>

#define VALUE_MAX 600

/* The keys of environment.json that compare_print_runs() prints if their values differ. */
static const char *const shown[] = {
	"results.format",      "run.benchmarks", "run.samples",    "run.seed",      "run.layout",
	"run.rounds",          "run.cpus",       "run.memory",     "run.ips",       "run.pcid",
	"run.window_flush",    "run.profile",    "measure.append", "measure.until", "measure.instructions",
	"sha256.initrd",       "sha256.input",   "run.compiler",   "tool.compiler", "tool.gcc",
	"tool.nasm",           "tool.ld",        "tool.bochs",     "tool.qemu",     "host.cpu",
	"host.microcode",      "host.kernel",    "host.governor",  "host.smt",      "kvm.backend",
	"tool.linux-programs",
};

/* The keys that can explain why exact counts differ. The hash of the image can explain it too. */
static const char *const causes[] = {
	"run.benchmarks", "run.samples",          "run.seed",        "run.layout",       "run.rounds",
	"run.cpus",       "run.memory",           "run.pcid",        "run.window_flush", "run.profile",
	"tool.bochs",     "sha256.bochs-library", "sha256.programs",
};

/* The keys that can explain why images differ. */
static const char *const makers[] = { "run.compiler", "tool.compiler", "tool.gcc",
	                              "tool.nasm",    "tool.ld",       "source.revision" };

struct values {
	char a[VALUE_MAX], b[VALUE_MAX];
};

/* Copies a run's value of `key`, or "unknown" if the run lacks the key. A run without the key
 * run.compiler is from an older version, which used the default compiler. */
static void value_of(const struct results *run, const char *key, char *value)
{
	results_environment(run, key, value, VALUE_MAX);
	if (strcmp(key, "run.compiler") == 0 && strcmp(value, "unknown") == 0)
		snprintf(value, VALUE_MAX, "%s", compiler_default);
}

/* Stores both runs' values of `key` in `values`. Returns true if they differ. */
static bool differs(const struct results pair[2], const char *key, struct values *values)
{
	value_of(&pair[0], key, values->a);
	value_of(&pair[1], key, values->b);
	return strcmp(values->a, values->b) != 0;
}

void compare_print_runs(const struct results pair[2], const char *a, const char *b)
{
	const char *const paths[] = { a, b };
	struct values values;

	for (int i = 0; i < 2; i++) {
		char name[VALUE_MAX], revision[VALUE_MAX];

		if (results_is_measured(&pair[i])) {
			results_environment(&pair[i], "measure.file", name, sizeof name);
			if (strcmp(name, "unknown") == 0)
				results_environment(&pair[i], "measure.kernel", name, sizeof name);
			results_environment(&pair[i], "sha256.kernel", revision, sizeof revision);
			text_print(stdout, "%c  %s: kernel %s, SHA-256 %.12s…\n", "AB"[i], paths[i], name,
			           revision);
			continue;
		}
		results_environment(&pair[i], "run.name", name, sizeof name);
		results_environment(&pair[i], "source.revision", revision, sizeof revision);
		text_print(stdout, "%c  %s: run %s, revision %s\n", "AB"[i], paths[i], name, revision);
	}
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (differs(pair, shown[i], &values))
			text_print(stdout, "%s differs: A %s, B %s\n", shown[i], values.a, values.b);
	putchar('\n');
}

static void add(char *text, size_t size, const char *key, const struct values *values)
{
	size_t used = strlen(text);
	bool is_hash = strncmp(key, "sha256.", 7) == 0;

	if (used >= size - 1)
		return;
	if (is_hash)
		snprintf(text + used, size - used, "%s%s differs", used ? "; " : "", key + 7);
	else
		snprintf(text + used, size - used, "%s%s: A %.120s, B %.120s", used ? "; " : "", key,
		         values->a, values->b);
}

bool compare_find_reasons(const struct results pair[2], const char *strategy, char *text, size_t size)
{
	struct values values;
	char key[100];

	text[0] = '\0';
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		if (differs(pair, causes[i], &values))
			add(text, size, causes[i], &values);
	snprintf(key, sizeof key, "sha256.code.%.64s", strategy);
	if (differs(pair, key, &values)) {
		add(text, size, "sha256.the image", &values);
		for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
			if (differs(pair, makers[i], &values))
				add(text, size, makers[i], &values);
	}
	return *text != '\0';
}
