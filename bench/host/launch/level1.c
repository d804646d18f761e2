/* SPDX-License-Identifier: MIT */
#include "bench/host/launch/level1.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/process.h"
#include "bench/host/base/progress.h"
#include "bench/host/launch/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUILD   "heap"
#define SECONDS 3600 /* for all boots together */

const char *const level1_levels[] = { "-O2", "-Og", "-O0", NULL };

void level1_strategy(struct strategy *strategy)
{
	char why[160];

	strategy_parse(BUILD, strategy, why, sizeof why);
}

bool level1_read_row(const char *line, struct level1_row *row)
{
	int used = 0;

	return sscanf(line, "%63s %" SCNd64 " %15s %31s %15s %" SCNd64 "%n", row->benchmark, &row->parameter,
	              row->parameter_unit, row->metric, row->unit, &row->value, &used) == 6 &&
	       strncmp(row->benchmark, LEVEL1_ENGINE ".", strlen(LEVEL1_ENGINE ".")) == 0 &&
	       line[used] == '\n' && row->value >= 0;
}

/* Runs the script. Returns its output, which the caller frees, or NULL after a message. */
static char *boot_all(const struct strategy *strategy)
{
	struct arguments command = { 0 };
	char script[PATH_MAX];
	int status = 0;
	char *output;

	path_format(script, sizeof script, "%s/bench/level1/measure.sh", path_root());
	arguments_add_all(&command, script, strategy->build);
	arguments_add(&command, "%d", LEVEL1_CPUS);
	for (size_t i = 0; level1_levels[i]; i++)
		arguments_add(&command, "%s", level1_levels[i] + 1);
	message("booting kernels in the level-1 environment, which takes minutes");
	output = process_capture(&command, NULL, SECONDS, false, &status);
	arguments_free(&command);
	if (output && status == 0)
		return output;
	message_error("run-bench: --level1: bench/level1/measure.sh failed");
	free(output);
	return NULL;
}

static int store_rows(struct store *store, int64_t launch, const char *output)
{
	for (const char *line = output; *line; line = strchr(line, '\n') + 1) {
		struct level1_row row;
		struct store_row stored = { .launch = launch,
			                    .benchmark = row.benchmark,
			                    .parameter_unit = row.parameter_unit };

		if (!level1_read_row(line, &row)) {
			message_error("run-bench: --level1: not a row: %.*s", (int)strcspn(line, "\n"), line);
			return -1;
		}
		stored.parameter = row.parameter;
		if (store_sample(store, &stored, 0, row.metric, row.unit, row.value, ""))
			return -1;
	}
	return 0;
}

int level1_measure(struct store *store)
{
	struct strategy strategy;
	char sha256[IMAGE_SHA256_MAX], path[PATH_MAX];
	struct store_launch launch = { .engine = LEVEL1_ENGINE,
		                       .cpus = LEVEL1_CPUS,
		                       .memory = 512,
		                       .round = 1,
		                       .bench = LEVEL1_ENGINE ".*",
		                       .sha256 = sha256 };
	struct store_outcome outcome = {
		.state = "complete", .reason = "", .status = -1, .revision = "", .compiler = ""
	};
	const double start = clock_seconds();
	char *output;
	int64_t id;
	int status;

	level1_strategy(&strategy);
	launch.strategy = strategy.name;
	launch.stack = strategy.stack;
	launch.loader = strategy.loader;
	launch.isolation = strategy.isolation;
	output = boot_all(&strategy);
	if (!output)
		return -1;
	path_format(path, sizeof path, "%s/build/level1.elf32", path_root());
	image_sha256(path, sha256);
	id = store_launch_start(store, &launch);
	status = id < 0 ? -1 : store_rows(store, id, output);
	free(output);
	if (status && id >= 0)
		store_launch_clear(store, id);
	outcome.seconds = clock_seconds() - start;
	outcome.state = status ? "failed" : "complete";
	outcome.reason = status ? "a row could not be stored" : "";
	return id < 0 || store_launch_finish(store, id, &outcome) ? -1 : status;
}
