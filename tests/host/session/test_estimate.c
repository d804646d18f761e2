/* SPDX-License-Identifier: MIT */
/*
 * Compares the estimate of the time left (estimate.h) with a recorded run. Tests the durations of
 * rows and boots that a run keeps for later runs (durations.h).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/host/base/paths.h"
#include "bench/host/session/durations.h"
#include "bench/host/session/estimate.h"

#define RECORDED  "tests/host/session/recorded-run.txt"
#define BOOTS_MAX 32
#define ROWS_MAX  200
#define SLOTS     2

struct row {
	char benchmark[64];
	int64_t parameter;
	double seconds;
};

struct boot {
	struct boot_kind kind;
	int round;
	struct row row[ROWS_MAX];
	int rows;
	double start, seconds;
};

static struct boot boots[BOOTS_MAX];
static int count;
static char folder[] = "/tmp/test-estimate-XXXXXX";

static void read_recorded_run(void)
{
	FILE *file = fopen(RECORDED, "r");
	char line[200];

	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		struct boot next = { .kind = { .engine = "bochs", .profile = "-", .samples = "few" } };
		struct row row;

		if (sscanf(line, "boot %95s %7s %d", next.kind.build, next.kind.kind, &next.round) == 3) {
			assert_true(count < BOOTS_MAX);
			boots[count++] = next;
		} else if (sscanf(line, "row %63s %ld %lf", row.benchmark, &row.parameter, &row.seconds) ==
		           3) {
			struct boot *boot = &boots[count - 1];

			assert_true(boot->rows < ROWS_MAX);
			boot->row[boot->rows++] = row;
			boot->seconds += row.seconds;
		}
	}
	fclose(file);
}

/* Returns the durations of the first recorded round, or no durations if `anything` is false. */
static struct durations *learn(bool anything)
{
	struct durations *durations = durations_read();

	assert_non_null(durations);
	for (int i = 0; i < count && anything; i++)
		for (int j = 0; boots[i].round == 5 && j < boots[i].rows; j++)
			durations_note(durations, &boots[i].kind, boots[i].row[j].benchmark,
			               boots[i].row[j].parameter, boots[i].row[j].seconds);
	return durations;
}

/*
 * Schedules the boots from `first` on, SLOTS at a time. Returns the time at which the last one
 * ends.
 */
static double schedule(int first, double slower)
{
	double free_at[SLOTS] = { 0 }, end = 0;

	for (int i = first; i < count; i++) {
		int slot = free_at[1] < free_at[0];

		boots[i].start = free_at[slot];
		free_at[slot] += slower * boots[i].seconds;
		end = fmax(end, free_at[slot]);
	}
	return end;
}

/* Fills in what the harness knows of a boot at the time `now`. */
static struct estimate_boot seen_at(const struct boot *boot, const struct durations *durations, double now,
                                    double slower)
{
	struct estimate_boot seen = { .expected = durations_boot(durations, &boot->kind, "*") };
	double at = boot->start;

	if (now >= boot->start + slower * boot->seconds) {
		seen.ended = true;
		seen.spent = slower * boot->seconds;
		return seen;
	}
	seen.running = now >= boot->start;
	for (int i = 0; seen.running && i < boot->rows; i++) {
		double expected =
		        durations_row(durations, &boot->kind, boot->row[i].benchmark, boot->row[i].parameter);

		expected = expected < 0 ? 0 : expected;
		seen.row = expected;
		seen.in_row = now - at;
		at += slower * boot->row[i].seconds;
		if (at > now)
			break;
		seen.done += expected;
	}
	seen.spent = seen.running ? now - boot->start : 0;
	return seen;
}

/*
 * Returns the largest relative error of the estimates that are made after the first 20 % of the
 * run. An error is relative to the true time left, or to 5 % of the run if less is left. The run is
 * rounds 6 and 7, on a machine that takes `slower` times as long. The estimate knows the durations
 * of round 5, or none if `knows` is false.
 */
static double worst_error(double slower, bool knows)
{
	struct durations *durations = learn(knows);
	struct estimate_boot seen[BOOTS_MAX];
	double end, worst = 0;
	int first = 0;

	while (boots[first].round == 5)
		first++;
	end = schedule(first, slower);
	for (int percent = 20; percent < 100; percent++) {
		double now = end * percent / 100, left, truth = end - now;

		for (int i = first; i < count; i++)
			seen[i - first] = seen_at(&boots[i], durations, now, slower);
		left = estimate_left(seen, (size_t)(count - first), SLOTS, NULL);
		worst = fmax(worst, fabs(left - truth) / fmax(truth, end / 20));
	}
	durations_free(durations);
	return worst;
}

static void near_the_truth(void **state)
{
	(void)state;
	assert_true(worst_error(1, true) < 0.3);
}

static void also_on_other_machines(void **state)
{
	(void)state;
	assert_true(worst_error(4, true) < 0.3);
	assert_true(worst_error(0.4, true) < 0.3);
}

/*
 * Without durations of rows, the estimate must be far off. This shows that the recorded run is hard
 * to estimate.
 */
static void not_without_durations(void **state)
{
	(void)state;
	assert_true(worst_error(1, false) > 0.3);
}

static void nothing_known(void **state)
{
	struct estimate_boot boot[3] = { { .expected = -1 }, { .expected = -1 }, { .expected = -1 } };
	double part;
	(void)state;

	assert_true(estimate_left(boot, 3, 2, &part) < 0);
	boot[0].ended = true;
	boot[0].spent = 10;
	boot[1].running = true;
	boot[1].spent = 4;
	/* The second and the third boot are assumed to last 10 s each, as the first one did. */
	assert_true(fabs(estimate_left(boot, 3, 2, &part) - 10) < 0.01);
	assert_true(fabs(part - 14.0 / 30) < 0.01);
	assert_true(fabs(estimate_left(boot, 3, 1, &part) - 16) < 0.01);
}

static void durations_are_kept(void **state)
{
	const struct boot_kind kind = { "bochs", "-", "b", "later", "one" },
	                       other = { "bochs", "p", "c", "later", "one" };
	struct durations *durations = durations_read();
	char path[PATH_MAX];
	(void)state;

	assert_true(durations_row(durations, &kind, "tlb.cr3", 0) < 0);
	durations_note(durations, &kind, "tlb.cr3", 0, 1);
	durations_note(durations, &kind, "tlb.cr3", 0, 3);
	durations_note(durations, &kind, "exec.load", 4096, 5);
	durations_note(durations, &kind, DURATIONS_BOOT, 0, 7);
	durations_keep(durations);
	durations_free(durations);
	durations = durations_read();
	assert_true(fabs(durations_row(durations, &kind, "tlb.cr3", 0) - 2) < 0.01);
	assert_true(fabs(durations_boot(durations, &kind, "exec.*,irq.*") - 12) < 0.01);
	assert_true(fabs(durations_boot(durations, &kind, "*") - 14) < 0.01);
	/*
	 * For a build and profile without durations, those of another build and profile are used.
	 */
	assert_true(fabs(durations_boot(durations, &other, "*") - 14) < 0.01);
	/* A duration that is noted in this run replaces the one that was read. */
	durations_note(durations, &kind, "tlb.cr3", 0, 9);
	assert_true(fabs(durations_row(durations, &kind, "tlb.cr3", 0) - 9) < 0.01);
	/* If the file system is full, or the folder cannot be made, durations are not kept. */
	assert_int_equal(durations_write(durations, "/dev/full", true), -1);
	snprintf(path, sizeof path, "%s/file", folder);
	fclose(fopen(path, "w"));
	setenv("XDG_CACHE_HOME", path, 1);
	durations_keep(durations);
	durations_free(durations);
	setenv("XDG_CACHE_HOME", folder, 1);
}

static int begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	read_recorded_run();
	/* The test uses a source tree without durations, and an empty cache. */
	snprintf((char *)path_root(), PATH_MAX, "%s", folder);
	return setenv("XDG_CACHE_HOME", folder, 1);
}

static int end(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_the_truth),        cmocka_unit_test(also_on_other_machines),
		cmocka_unit_test(not_without_durations), cmocka_unit_test(nothing_known),
		cmocka_unit_test(durations_are_kept),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
