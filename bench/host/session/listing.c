/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/listing.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/base/text.h"
#include "bench/host/engine/profiles.h"
#include "bench/host/launch/launch.h"
#include "strategies.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_SECONDS    30

#define ABOUT_MAX       200
#define COLUMN          22
#define PARAMETERS_SIZE 400

/* A benchmark, from build/host/about.txt or from the kernel's list. */
struct about {
	char name[NAME_SIZE], text[120]; /* `text`: the description in about.txt; "" if missing */
	/* The heading above the benchmark's line in about.txt; "" if there is none. */
	char subject[64];
	/* Unit and values of the parameter, as in "bytes: 4096 65536"; "" without a parameter. */
	char parameters[PARAMETERS_SIZE];
	bool listed; /* the kernel runs it if the glob is `*` */
};

struct benchmarks {
	struct about about[ABOUT_MAX];
	size_t abouts;
};

/*
 * Reads the descriptions in build/host/about.txt. If the file is missing, the list remains empty.
 */
static void read_about(struct benchmarks *list)
{
	char subject[64] = "";
	char path[PATH_MAX];
	char line[300];
	FILE *in;

	path_format(path, sizeof path, "%s/build/host/about.txt", path_root());
	in = fopen(path, "re");
	while (in && list->abouts < ABOUT_MAX && fgets(line, sizeof line, in)) {
		struct about *about = &list->about[list->abouts];

		if (sscanf(line, "= %63[^\n]", subject) == 1 || *line == '#')
			continue;
		if (sscanf(line, "%63[^\t]\t%119[^\t\n]", about->name, about->text) != 2)
			continue;
		snprintf(about->subject, sizeof about->subject, "%s", subject);
		list->abouts++;
	}
	if (in)
		fclose(in);
}

/* Returns the benchmark with this name, which it adds if it is new; NULL if there are too many. */
static struct about *find_about(struct benchmarks *list, const char *name)
{
	for (size_t i = 0; i < list->abouts; i++)
		if (strcmp(list->about[i].name, name) == 0)
			return &list->about[i];
	if (list->abouts == ABOUT_MAX)
		return NULL;
	snprintf(list->about[list->abouts].name, NAME_SIZE, "%s", name);
	snprintf(list->about[list->abouts].subject, sizeof list->about->subject, "Others");
	return &list->about[list->abouts++];
}

/* Called for each record of the kernel. If it is a `bench` record, adds its parameter to the
 * benchmark that the record names. */
static void observe(void *context, const struct record *record)
{
	const char *name = record_get(record, "name");
	const char *unit = record_get(record, "unit");
	const char *parameter = record_get(record, "parameter");
	struct about *about;
	size_t used;

	if (strcmp(record->type, "bench") != 0 || !name || !unit || !parameter)
		return;
	about = find_about(context, name);
	if (!about)
		return;
	about->listed = true;
	used = strlen(about->parameters);
	if (strcmp(unit, "none") == 0 || used > PARAMETERS_SIZE - 100)
		return;
	if (used == 0)
		used = (size_t)snprintf(about->parameters, PARAMETERS_SIZE, "%.*s:", (int)strcspn(unit, "/"),
		                        unit);
	snprintf(about->parameters + used, PARAMETERS_SIZE - used, " %s%s", parameter,
	         unit + strcspn(unit, "/"));
}

/* Prints the benchmarks whose field `listed` equals the parameter `listed`, grouped by subject. */
static void print_benchmarks(const struct benchmarks *list, bool listed, FILE *out)
{
	const char *subject = "";

	for (size_t i = 0; i < list->abouts; i++) {
		const struct about *about = &list->about[i];

		if (about->listed != listed)
			continue;
		if (strcmp(subject, about->subject) != 0)
			fprintf(out, "  %s\n", about->subject);
		subject = about->subject;
		fprintf(out, "    %-*s%s%s\n", COLUMN - 1, about->name, *about->text ? " " : "", about->text);
		if (*about->parameters)
			fprintf(out, "%*s%s\n", COLUMN + 4, "", about->parameters);
	}
}

static int list_benchmarks(FILE *out)
{
	char directory[PATH_MAX];
	char reason[LAUNCH_WHY_MAX] = "";
	static struct benchmarks list;
	struct strategy strategy;
	struct store_outcome outcome;
	struct launch_setup setup = { .engine = &engine_tcg,
		                      .strategy = &strategy,
		                      .directory = directory,
		                      .mode = "list",
		                      .bench = "*",
		                      .samples = "full",
		                      .cpus = 1,
		                      .memory = 512,
		                      .timeout = LIST_SECONDS,
		                      .seed = 1,
		                      .observe = observe,
		                      .context = &list };
	int status;

	if (strategy_parse("window", &strategy, reason, sizeof reason))
		return -1;
	if (path_make_temporary(directory, "list")) {
		message_error("the benchmarks cannot be listed: %s: %s", directory, strerror(errno));
		return -1;
	}
	read_about(&list);
	status = launch_alone(&setup, &outcome, reason);
	if (status == 0 && !*reason) {
		fprintf(out, "\nbenchmarks by subject, and their parameters\n");
		print_benchmarks(&list, true, out);
		fputs("\nonly for claims, or when --bench names them\n", out);
		print_benchmarks(&list, false, out);
	}
	engine_unlink(directory, "records.txt");
	engine_unlink(directory, "engine.log");
	engine_unlink(directory, "serial.log");
	rmdir(directory);
	if (status == 0 && !*reason)
		return 0;
	message_error("the benchmarks cannot be listed: booting the kernel under tcg: %s", reason);
	return -1;
}

int listing_print(FILE *out)
{
	const char *build;

	fprintf(out, "engines\n");
	for (size_t i = 0; engine_at(i); i++)
		fprintf(out, "  %-22s%s\n", engine_at(i)->name, engine_at(i)->meaning);
	fprintf(out, "\nstrategies\n");
	for (size_t i = 0; strategy_preset(i, &build); i++)
		fprintf(out, "  %-22s%s\n", strategy_preset(i, &build), build);
	fprintf(out, "  also STACK+LOADER+ISOLATION ('make list-strategies' prints every combination):\n");
	fprintf(out, "    STACK               " AXIS_STACKS "\n    LOADER              " AXIS_LOADERS "\n");
	fprintf(out, "    ISOLATION           " AXIS_ISOLATIONS "\n");
	fprintf(out, "\nprofiles of the cycle model (engine bochs)\n");
	profiles_print(out);
	return list_benchmarks(out);
}
