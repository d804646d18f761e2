/* SPDX-License-Identifier: MIT */
/* Pinning vCPUs, so that the host's scheduler does not move them between samples. */
#define _GNU_SOURCE
#include "bench/host/engine.h"
#include "bench/host/paths.h"

#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* The host CPU for vCPU n: the n-th from the last of those we may use. -1: there are not so many. */
static int host_cpu(int n)
{
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof allowed, &allowed))
		return -1;
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
		if (CPU_ISSET(cpu, &allowed) && n-- == 0)
			return cpu;
	return -1;
}

/* QEMU names the threads of its vCPUs "CPU <n>/KVM". Returns n, or -1. */
static int vcpu_of(const char *task)
{
	FILE *file = fopen(task, "re");
	int vcpu = -1;

	if (!file)
		return -1;
	if (fscanf(file, "CPU %d/", &vcpu) != 1)
		vcpu = -1;
	fclose(file);
	return vcpu;
}

unsigned engine_pin_cpus(pid_t pid)
{
	char path[PATH_MAX];
	unsigned pinned = 0;
	DIR *tasks;

	path_format(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return 0;
	for (struct dirent *task = readdir(tasks); task; task = readdir(tasks)) {
		cpu_set_t one;
		int vcpu;
		int cpu;

		path_format(path, sizeof path, "/proc/%d/task/%s/comm", (int)pid, task->d_name);
		vcpu = vcpu_of(path);
		cpu = vcpu < 0 ? -1 : host_cpu(vcpu);
		if (cpu < 0)
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(atoi(task->d_name), sizeof one, &one) == 0)
			pinned++;
	}
	closedir(tasks);
	return pinned;
}
