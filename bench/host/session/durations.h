/* SPDX-License-Identifier: MIT */
/*
 * Durations: how long each row of a benchmark took in earlier runs, for the estimate of the time
 * that is left (estimate.h) and for the order of boots.
 *
 * They are read from bench/durations.tsv, which comes with the source tree, and then from the file
 * of this machine, `palimpsest/durations.tsv` in the user's cache folder (XDG_CACHE_HOME, or
 * ~/.cache). If both files have a row, the duration in this machine's file counts. A line has these
 * fields, separated by tabs:
 *     engine  profile  build  kind  samples  benchmark  parameter  seconds
 * `profile` is "-" without the cycle model. `kind` is the value of the kernel's option rows=, "all"
 * without it, "linux" for boots with Linux programs, or "test" for self-tests. The benchmark
 * DURATIONS_BOOT is the time to the first row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DURATIONS_BOOT "boot"

struct durations;

/* A kind of boot. A row takes about the same time in all boots of one kind. */
struct boot_kind {
	char engine[16], profile[40], build[96], kind[8], samples[8];
};

/* Reads the known durations, which durations_free() frees. Returns NULL if out of memory. Missing
 * files and malformed lines are ignored. */
struct durations *durations_read(void);
void durations_free(struct durations *durations);

/*
 * Returns the duration of a row in seconds, or a negative number if it is unknown. If the duration
 * is not known for this kind of boot, returns the mean over kinds that differ from it only in the
 * build. If there are none, takes kinds that also differ in the number of samples, then in the
 * profile, then in `kind`.
 */
double durations_row(const struct durations *durations, const struct boot_kind *kind, const char *benchmark,
                     int64_t parameter);

/*
 * Returns the duration in seconds of a boot of this kind that runs the benchmarks matching `globs`
 * (separated by commas). If no such boot is known, takes boots with another build, number of
 * samples or profile. Returns a negative number if none of these is known either.
 */
double durations_boot(const struct durations *durations, const struct boot_kind *kind, const char *globs);

/* Notes how many seconds a row took in this run. Several notes of one row are averaged. */
void durations_note(struct durations *durations, const struct boot_kind *kind, const char *benchmark,
                    int64_t parameter, double seconds);

/*
 * Writes the durations noted in this run to `path`. If `keep` is true, also writes the durations
 * that were read from files. Returns 0, or -1 with errno.
 */
int durations_write(const struct durations *durations, const char *path, bool keep);

/*
 * Writes the durations to this machine's file, for later runs. Changes nothing if that file cannot
 * be written.
 */
void durations_keep(const struct durations *durations);
