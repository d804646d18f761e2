/* SPDX-License-Identifier: MIT */
/*
 * What /proc, /sys and /dev say of this host. Paths are read below host_root(), which is "" but in tests, where
 * PALIMPSEST_ROOT names a folder with made-up files; whatever is measured then is marked as replayed (replay.h).
 */
#pragma once

#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

const char *host_root(void);

/* `path` below the root. */
void host_path(char out[PATH_MAX], const char *path);

bool host_exists(const char *path);

/* The first line of `path` that starts with `prefix`: what stands behind it, without quotes and the newline. */
bool host_line(const char *path, const char *prefix, char *line, size_t size);

/* Whether /proc/cpuinfo has the flag. */
bool host_cpu_flag(const char *flag);

/* A list of CPUs such as "0-3,8" as a set; an empty or wrong list is an empty set. */
void host_cpu_list(const char *list, cpu_set_t *set);

/* Turbo: 1 on, 0 off, -1 not known. */
int host_turbo(void);

/* Ticks of the TSC per millisecond, against the clock that nothing adjusts; takes 20 ms. */
double host_tsc_khz(void);

/* Ticks of the TSC that a million rounds of the guest's own loop take here: the best of several. */
unsigned long long host_loop_ticks(void);
