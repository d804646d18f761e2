/* SPDX-License-Identifier: MIT */
/*
 * A source tree with two claims, and the plans of runs in it, for the tests of plan.h. It includes
 * cmocka.h.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/base/paths.h"
#include "bench/host/session/options.h"
#include "bench/host/session/plan.h"

#define BEST "heap-rsp0+self+shared"
#define MIX  "heap-rsp0+sandwich+shared"

static char tree[] = "/tmp/test-plan-XXXXXX";
static char repository[PATH_MAX];
static char why[OPTION_WHY_MAX];

/* Makes `path` the source tree of the harness: overwrites the buffer that path_root() returns. */
static void use_tree(const char *path)
{
	snprintf((char *)path_root(), PATH_MAX, "%s", path);
}

static void write_file(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *out;

	snprintf(path, sizeof path, "%s/%s", tree, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

/* Writes the claims 01 and 02 of the test's tree. Their headers end with `first` and `second`. */
static void write_claims(const char *first, const char *second)
{
	const char *const lines[] = { first, second };

	write_file("bench/claims/notes/s", "q\n");
	for (int i = 0; i < 2; i++) {
		char name[40], text[2000];

		snprintf(name, sizeof name, "bench/claims/0%d-x.sql", i + 1);
		snprintf(text, sizeof text,
		         "-- id: %d\n-- seed: s\n-- quote: q\n-- asks: a\n-- metric: m\n-- margin: m\n-- "
		         "figure: none\n%s",
		         i + 1, lines[i]);
		write_file(name, text);
	}
}

static void remove_about(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/build/host/about.txt", tree);
	remove(path);
}

static int make_tree(void **state)
{
	char path[PATH_MAX];
	(void)state;

	if (!getcwd(repository, sizeof repository) || !mkdtemp(tree))
		return -1;
	snprintf(path, sizeof path, "%s/build/host", tree);
	if (path_make_folders(path))
		return -1;
	snprintf(path, sizeof path, "%s/bench/claims/notes", tree);
	return path_make_folders(path);
}

static int remove_tree(void **state)
{
	static const char *const names[] = { "/bench/claims/01-x.sql",
		                             "/bench/claims/02-x.sql",
		                             "/bench/claims/notes/s",
		                             "/bench/claims/notes",
		                             "/bench/claims",
		                             "/build/host",
		                             "/build",
		                             "/bench",
		                             "/Makefile",
		                             "" };
	char path[PATH_MAX];
	(void)state;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s%s", tree, names[i]);
		remove(path);
	}
	return 0;
}

/*
 * Makes a tree with two claims. Its `make list-strategies` prints three builds: MIX, BEST, and the
 * build of the preset `window`.
 */
static int begin(void **state)
{
	(void)state;
	use_tree(tree);
	write_file("Makefile",
	           "list-strategies:\n\t@printf '%s\\n' fixed-ist+window+shared " MIX " " BEST "\n");
	write_claims("-- needs: " MIX " irq.*\n-- boots: window pitfall.a, heap pitfall.b\n",
	             "-- needs: " MIX " tlb.*, random exec.*\n-- boots: window pitfall.c, " MIX
	             " pitfall.a\n");
	return 0;
}

/*
 * Returns the launches on Bochs that a command line leads to, one per line, in a static buffer, or
 * NULL if the plan fails. A line begins with "+" if the user did not ask for the launch but a claim
 * needs it. Checks that the user asked for all launches on KVM. There is one round unless the
 * command line says otherwise.
 */
#define PLAN(...) plan_of((const char *const[]){ "run-bench.sh", "--rounds", "1", __VA_ARGS__, NULL })

static const char *plan_of(const char *const words[])
{
	static const struct engine *const engines[] = { &engine_kvm, &engine_bochs };
	static char text[8000];
	FILE *out = fmemopen(text, sizeof text, "w");
	struct options options;
	struct plan plan;
	char *argv[16] = { 0 };
	int argc = 0;

	for (; words[argc]; argc++)
		argv[argc] = (char *)words[argc];
	if (options_parse(&options, argc, argv, why) || plan_strategies(&plan, &options, why, sizeof why)) {
		fclose(out);
		return NULL;
	}
	plan_jobs(&plan, &options, engines, 2);
	for (size_t i = 0; i < plan.jobs; i++) {
		const struct job *job = &plan.job[i];
		bool asked = job->strategy >= plan.strategies.item &&
		             job->strategy < &plan.strategies.item[STRATEGIES_MAX];

		if (job->engine == &engine_bochs) {
			fprintf(out, "%s%s%s %s", asked ? "" : "+", job->strategy->name,
			        job->linux_programs ? " linux" : "", job->bench);
			fprintf(out, job->cpus ? " cpus=%u\n" : "\n", job->cpus);
		} else {
			assert_true(asked);
		}
		assert_true(asked || job->seed == options.seed + job->round - 1);
		/* A launch for a claim's line `boots:` must leave out large boot modules. */
		if (strncmp(job->bench, "pitfall.", 8) == 0)
			assert_true(job->module_limit > 0 && !asked);
		else if (asked)
			assert_true((job->module_limit > 0) == job->linux_programs);
	}
	putc('\0', out);
	fclose(out);
	plan_free(&plan);
	return text;
}

#define TEST(test) cmocka_unit_test_setup(test, begin)
