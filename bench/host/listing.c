/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/listing.h"
#include "bench/host/launch.h"
#include "bench/host/profiles.h"
#include "bench/host/progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_SECONDS 30

struct benchmarks {
	FILE *out;
	char name[64]; /* of the row before; "" at first */
};

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
		fprintf(list->out, "%s  %s", *list->name ? "\n" : "", name);
		snprintf(list->name, sizeof list->name, "%s", name);
		if (strcmp(unit, "none") == 0)
			return;
		fprintf(list->out, "%*s%s:", strlen(name) < 22 ? (int)(22 - strlen(name)) : 1, "", unit);
	}
	fprintf(list->out, " %s", parameter);
}

static int list_benchmarks(FILE *out)
{
	char directory[] = "/tmp/palimpsest-list-XXXXXX";
	char reason[LAUNCH_WHY_MAX] = "";
	struct benchmarks list = { .out = out };
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

	if (strategy_parse("window", &strategy, reason, sizeof reason) || !mkdtemp(directory)) {
		message_error("the benchmarks cannot be listed: no temporary folder");
		return -1;
	}
	fprintf(out, "\nbenchmarks (name, parameters)\n");
	fflush(out);
	status = launch_alone(&setup, &outcome, reason);
	fputs(*list.name ? "\n" : "", out);
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
