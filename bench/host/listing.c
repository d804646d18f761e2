/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/listing.h"
#include "bench/host/launch.h"
#include "bench/host/paths.h"
#include "bench/host/profiles.h"
#include "bench/host/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_SECONDS 30

#define ABOUT_MAX    200
#define COLUMN       22

/* A line of bench/guest/about.txt. */
struct about {
	char name[64], text[120];
	bool listed;
};

struct benchmarks {
	FILE *out;
	char name[64]; /* of the row before; "" at first */
	struct about about[ABOUT_MAX];
	size_t abouts;
};

/* Without the file, or for a benchmark that is not in it, there is no explanation. */
static void read_about(struct benchmarks *list)
{
	char path[PATH_MAX];
	char line[300];
	FILE *in;

	path_format(path, sizeof path, "%s/bench/guest/about.txt", path_root());
	in = fopen(path, "re");
	while (in && list->abouts < ABOUT_MAX && fgets(line, sizeof line, in)) {
		struct about *about = &list->about[list->abouts];

		if (*line != '#' && sscanf(line, "%63[^\t]\t%119[^\n]", about->name, about->text) == 2)
			list->abouts++;
	}
	if (in)
		fclose(in);
}

static struct about *find_about(struct benchmarks *list, const char *name)
{
	for (size_t i = 0; i < list->abouts; i++)
		if (strcmp(list->about[i].name, name) == 0)
			return &list->about[i];
	return NULL;
}

static void print_name(struct benchmarks *list, const char *name)
{
	struct about *about = find_about(list, name);

	fprintf(list->out, "  %-*s%s%s", COLUMN - 1, name, about ? " " : "", about ? about->text : "");
	if (about)
		about->listed = true;
}

/* Rows of one benchmark follow each other, one per parameter: they become one line. */
static void observe(void *context, const struct record *record)
{
	struct benchmarks *list = context;
	const char *name = record_get(record, "name");
	const char *unit = record_get(record, "unit");
	const char *parameter = record_get(record, "parameter");

	if (strcmp(record->type, "bench") != 0 || !name || !unit || !parameter)
		return;
	if (strcmp(list->name, name) != 0) {
		fputs(*list->name ? "\n" : "", list->out);
		print_name(list, name);
		snprintf(list->name, sizeof list->name, "%s", name);
		if (strcmp(unit, "none") == 0)
			return;
		fprintf(list->out, "\n%*s%.*s:", COLUMN + 2, "", (int)strcspn(unit, "/"), unit);
	}
	fprintf(list->out, " %s%s", parameter, unit + strcspn(unit, "/"));
}

static int list_benchmarks(FILE *out)
{
	char directory[PATH_MAX];
	char reason[LAUNCH_WHY_MAX] = "";
	struct benchmarks list = { .out = out };
	bool more = false;
	struct strategy strategy;
	struct store_outcome outcome;
	struct launch_setup setup = { .engine = &engine_tcg,
		                      .strategy = &strategy,
		                      .directory = directory,
		                      .mode = "list",
		                      .bench = "*",
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
	fprintf(out, "\nbenchmarks, and their parameters\n");
	fflush(out);
	status = launch_alone(&setup, &outcome, reason);
	fputs(*list.name ? "\n" : "", out);
	for (size_t i = 0; i < list.abouts && *list.name; i++) {
		if (list.about[i].listed)
			continue;
		fputs(more ? ""
		           : "\nexperiments that break something on purpose, and parts of the cycle model: "
		             "for claims, or when --bench names them\n",
		      out);
		more = true;
		print_name(&list, list.about[i].name);
		putc('\n', out);
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
	fprintf(out, "  also STACK+LOADER+ISOLATION: 'make list-strategies' prints every combination\n");
	fprintf(out, "\nprofiles of the cycle model (engine bochs)\n");
	profiles_print(out);
	return list_benchmarks(out);
}
