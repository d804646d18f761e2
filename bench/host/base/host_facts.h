/* SPDX-License-Identifier: MIT */
/*
 * Facts about this host, from /proc, /sys and /dev. Paths are relative to host_root(). In tests
 * PALIMPSEST_ROOT names a folder with made-up files instead; a run with it is marked as replayed
 * (replay.h).
 */
#pragma once

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/* Returns PALIMPSEST_ROOT, or "" if it is not set. */
const char *host_root(void);

/* Writes the path of `path` below the root to `out`. */
void host_path(char out[PATH_MAX], const char *path);

/* Returns true if `path` exists below the root. */
bool host_exists(const char *path);

/*
 * Finds the first line of the file that starts with `prefix` and copies the rest of it, without
 * quotes and newline. Returns true if there is such a line.
 */
bool host_line(const char *path, const char *prefix, char *line, size_t size);

/* Returns true if /proc/cpuinfo has the flag. */
bool host_cpu_flag(const char *flag);

/*
 * Converts a list of CPUs such as "0-3,8" to a set; an empty or malformed list gives an empty set.
 */
void host_cpu_list(const char *list, cpu_set_t *set);

/* Returns 1 if turbo is enabled, 0 if not, -1 if unknown. */
int host_turbo(void);

/* Measures the TSC frequency in kHz against CLOCK_MONOTONIC_RAW; takes 20 ms. */
double host_tsc_khz(void);

/*
 * Returns the TSC ticks that a million rounds of the guest's loop take on this host: the best of
 * several runs.
 */
unsigned long long host_loop_ticks(void);
