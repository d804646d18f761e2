/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LOOP_ROUNDS 1000000
#define LOOP_TRIES  9

const char *host_root(void)
{
	const char *root = getenv("PALIMPSEST_ROOT");

	return root ? root : "";
}

void host_path(char out[PATH_MAX], const char *path)
{
	path_format(out, PATH_MAX, "%s%s", host_root(), path);
}

bool host_exists(const char *path)
{
	char full[PATH_MAX];

	host_path(full, path);
	return path_exists(full);
}

bool host_line(const char *path, const char *prefix, char *line, size_t size)
{
	char full[PATH_MAX];
	bool found = false;
	FILE *file;
	char *value;

	host_path(full, path);
	file = fopen(full, "re");
	if (!file)
		return false;
	while (!found && fgets(line, (int)size, file)) {
		if (strncmp(line, prefix, strlen(prefix)) != 0)
			continue;
		found = true;
		value = line + strlen(prefix);
		value += strspn(value, " \t:=\"");
		value[strcspn(value, "\"\n")] = '\0';
		memmove(line, value, strlen(value) + 1);
	}
	fclose(file);
	return found;
}

bool host_cpu_flag(const char *flag)
{
	size_t length = strlen(flag);
	char line[8192];

	if (!host_line("/proc/cpuinfo", "flags", line, sizeof line))
		return false;
	for (const char *at = line; (at = strstr(at, flag)); at += length)
		if ((at == line || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

void host_cpu_list(const char *list, cpu_set_t *set)
{
	CPU_ZERO(set);
	while (*list) {
		char *end;
		unsigned long first = strtoul(list, &end, 10);
		unsigned long last = first;

		if (end == list)
			return;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		for (; first <= last && first < CPU_SETSIZE; first++)
			CPU_SET(first, set);
		list = end + (*end == ',');
		if (list == end)
			return;
	}
}

int host_turbo(void)
{
	char line[16];

	if (host_line("/sys/devices/system/cpu/intel_pstate/no_turbo", "", line, sizeof line))
		return *line == '0';
	if (host_line("/sys/devices/system/cpu/cpufreq/boost", "", line, sizeof line))
		return *line == '1';
	return -1;
}

static uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

double host_tsc_khz(void)
{
	double start = milliseconds();
	uint64_t first = ticks();
	double now;

	do
		now = milliseconds();
	while (now - start < 20);
	return (double)(ticks() - first) / (now - start);
}

unsigned long long host_loop_ticks(void)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < LOOP_TRIES; i++) {
		uint32_t rounds = LOOP_ROUNDS;
		uint64_t start = ticks();
		uint64_t took;

		__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
		took = ticks() - start;
		best = took < best ? took : best;
	}
	return best;
}
