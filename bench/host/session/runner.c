/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/runner.h"
#include "bench/host/base/interrupt.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/progress.h"
#include "bench/host/launch/image.h"
#include "bench/host/launch/launch.h"
#include "bench/host/session/timing.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SLOTS_MAX      64
#define POLL_MS        100

#define PROFILE_SLOWER 3 /* factor for an engine's default timeout if the cycle model is used */

/* A running launch. */
struct slot {
	const struct job *job;
	struct launch *launch;
	int64_t id;               /* id in the table launches */
	char directory[PATH_MAX]; /* folder for the logs of the launch */
};

struct runner {
	const struct runner_setup *setup;
	size_t limit;                /* maximum number of launches at a time */
	size_t active;               /* launches running now */
	size_t next;                 /* index of the next job to start */
	bool stopping;               /* true if no further job may start */
	struct timing *timing;       /* NULL if out of memory */
	struct slot slot[SLOTS_MAX]; /* the first `active` are in use */
	struct runner_result result;
	char unpriced[UNPRICED_MAX]; /* instructions without a price so far (unpriced.h) */
};

static unsigned default_timeout(const struct runner *runner, const struct job *job)
{
	unsigned chosen = runner->setup->options->timeout;

	if (chosen)
		return chosen;
	return job->engine->timeout * (runner->setup->options->profile && !job->plain ? PROFILE_SLOWER : 1);
}

static unsigned cpus_of(const struct runner *runner, const struct job *job)
{
	return job->cpus ? job->cpus : runner->setup->options->cpus;
}

/* Returns true for the boot of benchmarks that take a fixed number of samples. */
static bool is_fixed(const struct job *job)
{
	return job->rows && strcmp(job->rows, "fixed") == 0;
}

static void describe(const struct job *job, char *text, size_t size)
{
	snprintf(text, size, "%s %s%s%s%s", job->engine->name, job->strategy->name, job->variant ? " " : "",
	         job->variant ? job->variant : "",
	         job->self_test        ? " self-test"
	         : job->linux_programs ? ", Linux programs"
	         : is_fixed(job)       ? ", experiments"
	                               : "");
	if (job->round == 0)
		snprintf(text + strlen(text), size - strlen(text), "%s",
		         job->profile_guest ? ", guest profile" : ", VM exits");
	else if (job->round > 1)
		snprintf(text + strlen(text), size - strlen(text), ", round %u", job->round);
}

static int64_t store_start(struct runner *runner, const struct job *job)
{
	const struct options *options = runner->setup->options;
	char image[PATH_MAX];
	char sha256[IMAGE_SHA256_MAX];
	struct store_launch launch = { .engine = job->engine->name,
		                       .variant = job->variant ? job->variant : "",
		                       .strategy = job->strategy->name,
		                       .stack = job->strategy->stack,
		                       .loader = job->strategy->loader,
		                       .isolation = job->strategy->isolation,
		                       .cpus = cpus_of(runner, job),
		                       .memory = options->memory,
		                       .round = job->round,
		                       .seed = job->seed,
		                       .layout = job->layout,
		                       .bench = job->bench,
		                       .sha256 = sha256 };

	engine_image_path(image, job->strategy, "elf32");
	image_sha256(image, sha256);
	return store_launch_start(runner->setup->store, &launch);
}

static void finish(struct runner *runner, const struct slot *slot, const struct store_outcome *outcome)
{
	bool complete = strcmp(outcome->state, "complete") == 0;
	char name[120];

	describe(slot->job, name, sizeof name);
	store_launch_finish(runner->setup->store, slot->id, outcome);
	timing_ends(runner->timing, (size_t)(slot->job - runner->setup->plan->job), complete);
	runner->result.complete += complete;
	runner->result.other += !complete;
	if (complete)
		message_step("%s: complete, %.1f s", name, outcome->seconds);
	else
		message_error("%s: %s: %s (logs in %s)", name, outcome->state, outcome->reason,
		              slot->directory);
}

static void start(struct runner *runner, const struct job *job)
{
	const struct options *options = runner->setup->options;
	struct slot *slot = &runner->slot[runner->active];
	char name[120];
	char why[LAUNCH_WHY_MAX];

	describe(job, name, sizeof name);
	message_step("%s: started (%zu of %zu)", name, runner->next, runner->setup->plan->jobs);
	slot->job = job;
	path_format(slot->directory, sizeof slot->directory, "%s/logs/%03zu-%s%s%s-%s%s-%u",
	            runner->setup->folder->path, runner->next, job->engine->name, job->variant ? "-" : "",
	            job->variant ? job->variant : "", job->strategy->name,
	            job->self_test        ? "-test"
	            : job->linux_programs ? "-linux"
	            : is_fixed(job)       ? "-fixed"
	                                  : "",
	            job->round);
	message_detail("  benchmarks %s, seed %" PRIu64 ", layout %" PRIu32 ", at most %u s; logs in %s",
	               job->bench, job->seed, job->layout, default_timeout(runner, job), slot->directory);
	slot->id = store_start(runner, job);
	if (slot->id < 0)
		return;
	slot->launch = launch_start(
	        &(struct launch_setup){
	                .engine = job->engine,
	                .strategy = job->strategy,
	                .directory = slot->directory,
	                .variant = job->variant,
	                .mode = job->self_test ? "test" : "bench",
	                .bench = job->bench,
	                .samples = job->samples,
	                .rows = job->rows,
	                .pcid = options->pcid,
	                .flush_cr3 = options->flush_cr3,
	                .profile = job->plain ? NULL : options->profile,
	                .functions = !job->plain && options->functions,
	                .trace = !job->plain && options->trace,
	                .cpus = cpus_of(runner, job),
	                .memory = options->memory,
	                .module_limit = job->module_limit,
	                .linux_programs = job->linux_programs,
	                .timeout = default_timeout(runner, job),
	                .seed = job->seed,
	                .share = runner->setup->plan->strategies.count,
	                .layout = job->layout,
	                .store = runner->setup->store,
	                .exits = job->round == 0 && !job->profile_guest,
	                .profile_guest = job->profile_guest,
	                .observe = timing_record,
	                .context = timing_starts(runner->timing, (size_t)(job - runner->setup->plan->job)),
	                .id = slot->id },
	        why, sizeof why);
	if (slot->launch) {
		runner->active++;
		return;
	}
	finish(runner, slot,
	       &(struct store_outcome){
	               .state = "failed", .reason = why, .status = -1, .revision = "", .compiler = "" });
}

/*
 * Returns true if there is a next job and it may start now. A job on an exclusive engine runs
 * alone.
 */
static bool may_start(const struct runner *runner)
{
	if (runner->stopping || runner->next == runner->setup->plan->jobs)
		return false;
	if (runner->active == 0)
		return true;
	return runner->active < runner->limit && !runner->slot[0].job->engine->exclusive &&
	       !runner->setup->plan->job[runner->next].engine->exclusive;
}

static void wait_for_output(const struct runner *runner)
{
	struct pollfd wait[SLOTS_MAX];

	for (size_t i = 0; i < runner->active; i++)
		wait[i] =
		        (struct pollfd){ .fd = launch_descriptor(runner->slot[i].launch), .events = POLLIN };
	poll(wait, runner->active, POLL_MS);
}

/* The list has instructions for which the cycle model has no price. Prints a message about each one
 * that this run has not mentioned yet. */
static void report_unpriced(struct runner *runner, const char *list)
{
	char name[UNPRICED_MAX];

	for (; sscanf(list, "%511s", name) == 1; list = strchr(list, '\n') + 1)
		if (unpriced_add(runner->unpriced, name))
			message("cycle model: there is no price for %s; it counts as a plain instruction",
			        name);
}

static void pump(struct runner *runner)
{
	for (size_t i = 0; i < runner->active;) {
		struct slot *slot = &runner->slot[i];
		struct store_outcome outcome;
		char reason[LAUNCH_WHY_MAX];

		if (!launch_pump(slot->launch)) {
			i++;
			continue;
		}
		launch_outcome(slot->launch, &outcome, reason);
		runner->result.refused += launch_report(slot->launch)->refused;
		runner->result.rows += launch_report(slot->launch)->rows;
		report_unpriced(runner, launch_report(slot->launch)->unpriced);
		finish(runner, slot, &outcome);
		launch_free(slot->launch);
		*slot = runner->slot[--runner->active];
	}
}

static void stop_when_told(struct runner *runner)
{
	struct store *store = runner->setup->store;
	bool broken = store_tick(store) != 0;

	if (!broken && interrupt_count() == 0)
		return;
	if (!runner->stopping && broken)
		message_error("%s; stopping", store_error(store));
	else if (!runner->stopping)
		message("interrupted; stopping the engines (again to quit at once)");
	runner->stopping = true;
	for (size_t i = 0; i < runner->active; i++)
		launch_stop(runner->slot[i].launch, broken ? STOP_DISK : STOP_INTERRUPT);
}

static void show_progress(const struct runner *runner)
{
	double part, left = timing_left(runner->timing, &part);
	char what[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < runner->active; i++) {
		const struct intake_report *report = launch_report(runner->slot[i].launch);
		char name[120];

		describe(runner->slot[i].job, name, sizeof name);
		if (used < sizeof what)
			used += (size_t)snprintf(what + used, sizeof what - used, "%s%s", used ? " | " : "",
			                         name);
		if (used < sizeof what && report->of)
			used += (size_t)snprintf(what + used, sizeof what - used,
			                         ": %s (%" PRIu64 " of %" PRIu64 ")", report->row,
			                         report->index, report->of);
	}
	if (runner->active)
		progress_update(what, part, left);
}

struct runner_result runner_run(const struct runner_setup *setup)
{
	struct runner runner = { .setup = setup };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	runner.limit = setup->options->jobs ? setup->options->jobs : cpus > 0 ? (size_t)cpus : 1;
	if (runner.limit > SLOTS_MAX)
		runner.limit = SLOTS_MAX;
	runner.timing = timing_new(setup->plan, setup->options, runner.limit);
	do {
		stop_when_told(&runner);
		while (may_start(&runner))
			start(&runner, &setup->plan->job[runner.next++]);
		wait_for_output(&runner);
		pump(&runner);
		show_progress(&runner);
	} while (runner.active > 0 || (!runner.stopping && runner.next < setup->plan->jobs));
	progress_clear();
	timing_keep(runner.timing, setup->folder->path);
	timing_free(runner.timing);
	runner.result.skipped = setup->plan->jobs - runner.next;
	return runner.result;
}
