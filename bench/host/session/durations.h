/* SPDX-License-Identifier: MIT */
/*
 * Durations: how long each row of a benchmark took in earlier runs, for the estimate of the time
 * that is left (estimate.h) and for the order of boots.
 *
 * They are read from bench/durations.tsv, which comes with the source tree, and then from the file
 * of this machine, `palimpsest/durations.tsv` in the user's cache folder (XDG_CACHE_HOME, or
 * ~/.cache), which replaces what it has too. A line has these fields, separated by tabs:
 *     engine  profile  build  kind  samples  benchmark  parameter  seconds
 * `profile` is "-" without the cycle model. `kind` is the value of the kernel's option rows=, "all"
 * without it, or "linux" for boots with Linux programs. The benchmark DURATIONS_BOOT is the time to
 * the first row.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DURATIONS_BOOT "boot"

struct durations;

/* What the boots have in common whose rows take as long. */
struct boot_kind {
	char engine[16], profile[40], build[96], kind[8], samples[8];
};

/* Returns the durations that are known, which durations_free() frees; NULL if out of memory. A
 * missing file, or a line that is none, is no error. */
struct durations *durations_read(void);
void durations_free(struct durations *durations);

/*
 * Returns the duration of a row in seconds, or a negative number if it is unknown. If this kind of
 * boot has none for the row, those of other builds count, then of other numbers of samples, then of
 * other profiles, then of other kinds.
 */
double durations_row(const struct durations *durations, const struct boot_kind *kind, const char *benchmark,
                     int64_t parameter);

/*
 * Returns the duration of a boot of this kind that runs the benchmarks which match `globs`, separated
 * by commas; negative if no boot of the kind is known, of any build, profile and number of samples.
 */
double durations_boot(const struct durations *durations, const struct boot_kind *kind, const char *globs);

/* Notes how long a row took in this run. Several notes of one row are averaged. */
void durations_note(struct durations *durations, const struct boot_kind *kind, const char *benchmark,
                    int64_t parameter, double seconds);

/*
 * Writes what durations_note() has noted to `path`, and if `keep` is true what was read as well.
 * Returns 0, or -1 with errno.
 */
int durations_write(const struct durations *durations, const char *path, bool keep);

/*
 * Keeps the durations for later runs on this machine. Does nothing if there is no cache folder that
 * can be written to, or no room: the next run then knows less.
 */
void durations_keep(const struct durations *durations);
