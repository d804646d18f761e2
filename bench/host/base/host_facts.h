/* SPDX-License-Identifier: MIT */
/*
 * Facts about this host, from /proc, /sys and /dev. All paths are relative to host_root(). Tests
 * set the environment variable PALIMPSEST_ROOT to a folder with made-up files; a run with this
 * variable is marked as replayed (replay.h).
 */
#pragma once

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

/* Returns PALIMPSEST_ROOT, or "" if it is not set. */
const char *host_root(void);

/* Writes host_root() followed by `path` to `out`. */
void host_path(char out[PATH_MAX], const char *path);

/* Returns true if `path` exists below the root. */
bool host_exists(const char *path);

/*
 * Finds the first line in the file `path` that starts with `prefix`. Skips blanks, ':', '=' and '"'
 * after the prefix. Copies to `line` the text that follows, up to the next '"' or newline. Returns
 * false if no line starts with `prefix` or the file cannot be read.
 */
bool host_line(const char *path, const char *prefix, char *line, size_t size);

/* Returns true if /proc/cpuinfo has the flag. */
bool host_cpu_flag(const char *flag);

/*
 * Converts a list of CPUs such as "0-3,8" to a set. Stops at the first byte that does not belong in
 * such a list; the CPUs before it are in the set.
 */
void host_cpu_list(const char *list, cpu_set_t *set);

/* Returns 1 if the CPUs may raise their frequency (turbo, boost), 0 if not, -1 if unknown. */
int host_turbo(void);

/* Returns the TSC frequency in kHz, measured for 20 ms against CLOCK_MONOTONIC_RAW. */
double host_tsc_khz(void);

/*
 * Returns the TSC ticks that a million rounds of the loop "dec; jnz" take on this host: the least
 * of nine runs. The guest of the KVM probe runs the same loop.
 */
unsigned long long host_loop_ticks(void);
