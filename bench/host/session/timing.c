/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/session/timing.h"
#include "bench/host/base/clock.h"
#include "bench/host/base/paths.h"
#include "bench/host/engine/replay.h"
#include "bench/host/session/durations.h"
#include "bench/host/session/estimate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A row that has ended in a running boot. */
struct ended_row {
	char benchmark[64];
	int64_t parameter;
	double seconds;
};

struct boot {
	struct timing *timing;
	struct boot_kind kind;
	double started, row_started;
	char row[64];
	int64_t parameter;
	struct ended_row *ended;
	size_t count, room;
};

struct timing {
	const struct plan *plan;
	size_t slots;
	struct durations *durations;
	struct boot *boot;              /* one per job */
	struct estimate_boot *estimate; /* one per job */
};

static void kind_of(const struct job *job, const struct options *options, struct boot_kind *kind)
{
	const char *rows = job->linux_programs ? "linux"
	                   : job->self_test    ? "test"
	                   : job->rows         ? job->rows
	                                       : "all";

	*kind = (struct boot_kind){ 0 };
	snprintf(kind->engine, sizeof kind->engine, "%s", job->engine->name);
	snprintf(kind->profile, sizeof kind->profile, "%s",
	         options->profile && job->engine->counts && !job->plain ? options->profile : "-");
	snprintf(kind->build, sizeof kind->build, "%s", job->strategy->folder);
	snprintf(kind->kind, sizeof kind->kind, "%s", rows);
	snprintf(kind->samples, sizeof kind->samples, "%s", job->samples);
}

/* Sets the expected seconds of every job, negative if unknown. Boots of one kind that run the same
 * benchmarks differ only in their layout, so the search is done once for all of them. */
static void expect(const struct plan *plan, const struct options *options, const struct durations *durations,
                   double *expected)
{
	for (size_t i = 0; i < plan->jobs; i++) {
		const struct job *job = &plan->job[i];
		struct boot_kind kind, other;
		size_t same = 0;

		kind_of(job, options, &kind);
		for (; same < i; same++) {
			kind_of(&plan->job[same], options, &other);
			if (!memcmp(&kind, &other, sizeof kind) && !strcmp(plan->job[same].bench, job->bench))
				break;
		}
		expected[i] = same < i ? expected[same] : durations_boot(durations, &kind, job->bench);
	}
}

struct placed {
	struct job job;
	double expected;
	size_t place;
};

static int longer_first(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->expected > y->expected || x->expected < y->expected)
		return x->expected > y->expected ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

void timing_order(struct plan *plan, const struct options *options)
{
	struct durations *durations = durations_read();
	struct placed *placed = calloc(plan->jobs + 1, sizeof *placed);
	double *expected = calloc(plan->jobs + 1, sizeof *expected);
	size_t end;

	if (durations && placed && expected) {
		expect(plan, options, durations, expected);
		for (size_t first = 0; first < plan->jobs; first = end) {
			const struct job *job = &plan->job[first];
			bool known = true;

			for (end = first; end < plan->jobs && plan->job[end].engine == job->engine &&
			                  plan->job[end].round == job->round;
			     end++) {
				placed[end - first] = (struct placed){ plan->job[end], expected[end], end };
				known &= expected[end] >= 0;
			}
			if (!known || job->engine->exclusive || job->engine->variants)
				continue;
			qsort(placed, end - first, sizeof *placed, longer_first);
			for (size_t i = first; i < end; i++)
				plan->job[i] = placed[i - first].job;
		}
	}
	free(expected);
	free(placed);
	durations_free(durations);
}

struct timing *timing_new(const struct plan *plan, const struct options *options, size_t slots)
{
	struct timing *timing = calloc(1, sizeof *timing);
	double *expected = calloc(plan->jobs + 1, sizeof *expected);

	if (timing) {
		*timing = (struct timing){ .plan = plan,
			                   .slots = slots,
			                   .durations = durations_read(),
			                   .boot = calloc(plan->jobs + 1, sizeof *timing->boot),
			                   .estimate = calloc(plan->jobs + 1, sizeof *timing->estimate) };
		if (!expected || !timing->durations || !timing->boot || !timing->estimate) {
			timing_free(timing);
			timing = NULL;
		}
	}
	if (timing) {
		expect(plan, options, timing->durations, expected);
		for (size_t i = 0; i < plan->jobs; i++) {
			timing->estimate[i].expected = expected[i];
			timing->boot[i].timing = timing;
			kind_of(&plan->job[i], options, &timing->boot[i].kind);
		}
	}
	free(expected);
	return timing;
}

void timing_free(struct timing *timing)
{
	if (!timing)
		return;
	for (size_t i = 0; timing->boot && i < timing->plan->jobs; i++)
		free(timing->boot[i].ended);
	free(timing->boot);
	free(timing->estimate);
	durations_free(timing->durations);
	free(timing);
}

static void begin_row(struct boot *boot, const char *row, int64_t parameter)
{
	struct timing *timing = boot->timing;
	double seconds = durations_row(timing->durations, &boot->kind, row, parameter);

	snprintf(boot->row, sizeof boot->row, "%s", row);
	boot->parameter = parameter;
	boot->row_started = clock_seconds();
	timing->estimate[boot - timing->boot].row = seconds < 0 ? 0 : seconds;
}

static void end_row(struct boot *boot)
{
	struct estimate_boot *estimate = &boot->timing->estimate[boot - boot->timing->boot];

	estimate->done += estimate->row;
	estimate->row = 0;
	if (boot->count == boot->room) {
		size_t room = boot->room ? 2 * boot->room : 64;
		struct ended_row *ended = reallocarray(boot->ended, room, sizeof *ended);

		if (!ended)
			return;
		boot->ended = ended;
		boot->room = room;
	}
	boot->ended[boot->count] = (struct ended_row){ .parameter = boot->parameter,
		                                       .seconds = clock_seconds() - boot->row_started };
	snprintf(boot->ended[boot->count++].benchmark, sizeof boot->row, "%s", boot->row);
}

void *timing_starts(struct timing *timing, size_t index)
{
	if (!timing)
		return NULL;
	timing->boot[index].started = clock_seconds();
	timing->estimate[index].running = true;
	begin_row(&timing->boot[index], DURATIONS_BOOT, 0);
	return &timing->boot[index];
}

void timing_record(void *context, const struct record *record)
{
	const char *name;
	int64_t parameter;

	if (!context || strcmp(record->type, "bench") != 0)
		return;
	name = record_get(record, "name");
	if (!name || !record_number(record, "parameter", &parameter))
		return;
	end_row(context);
	begin_row(context, name, parameter);
}

void timing_ends(struct timing *timing, size_t index, bool complete)
{
	struct boot *boot = timing ? &timing->boot[index] : NULL;

	if (!boot)
		return;
	if (timing->estimate[index].running) {
		end_row(boot);
		timing->estimate[index].spent = clock_seconds() - boot->started;
	}
	timing->estimate[index].running = false;
	timing->estimate[index].ended = true;
	for (size_t i = 0; complete && i < boot->count; i++)
		durations_note(timing->durations, &boot->kind, boot->ended[i].benchmark,
		               boot->ended[i].parameter, boot->ended[i].seconds);
	boot->count = 0;
}

double timing_left(const struct timing *timing, double *part)
{
	double now = clock_seconds();

	*part = 0;
	if (!timing)
		return -1;
	for (size_t i = 0; i < timing->plan->jobs; i++) {
		struct estimate_boot *estimate = &timing->estimate[i];

		if (!estimate->running)
			continue;
		estimate->spent = now - timing->boot[i].started;
		estimate->in_row = now - timing->boot[i].row_started;
	}
	return estimate_left(timing->estimate, timing->plan->jobs, timing->slots, part);
}

void timing_keep(const struct timing *timing, const char *folder)
{
	char path[PATH_MAX];

	if (!timing)
		return;
	path_format(path, sizeof path, "%s/durations.tsv", folder);
	durations_write(timing->durations, path, false);
	if (!replay_is_on())
		durations_keep(timing->durations);
}
