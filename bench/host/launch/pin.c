/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/launch/pin.h"
#include "bench/host/base/host_facts.h"
#include "bench/host/base/paths.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define VCPUS_MAX 64

static int core_of(int cpu)
{
	char path[128];
	char line[64];

	snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
	return host_line(path, "", line, sizeof line) ? atoi(line) : cpu;
}

void pin_read_host(struct pin_host *host)
{
	static cpu_set_t allowed;
	char line[256];

	if (CPU_COUNT(&allowed) == 0 && sched_getaffinity(0, sizeof allowed, &allowed))
		CPU_ZERO(&allowed);
	CPU_ZERO(&host->isolated);
	if (host_line("/sys/devices/system/cpu/isolated", "", line, sizeof line))
		host_cpu_list(line, &host->isolated);
	CPU_OR(&host->usable, &allowed, &host->isolated);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		host->core[cpu] = CPU_ISSET(cpu, &host->usable) ? core_of(cpu) : cpu;
}

static bool is_among(int cpu, const int cpus[], size_t count)
{
	while (count > 0 && cpus[count - 1] != cpu)
		count--;
	return count > 0;
}

static bool core_is_taken(const struct pin_host *host, int cpu, const int cpus[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (host->core[cpus[i]] == host->core[cpu])
			return true;
	return false;
}

size_t pin_choose(const struct pin_host *host, size_t count, int cpus[])
{
	enum { ISOLATED_CORE, CORE, ANY, PASSES };
	size_t chosen = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && chosen < count; cpu--) {
			if (!CPU_ISSET(cpu, &host->usable) || is_among(cpu, cpus, chosen))
				continue;
			if (pass == ISOLATED_CORE && !CPU_ISSET(cpu, &host->isolated))
				continue;
			if (pass == CORE && host->core[cpu] == host->core[0])
				continue;
			if (pass != ANY && core_is_taken(host, cpu, cpus, chosen))
				continue;
			cpus[chosen++] = cpu;
		}
	}
	return chosen;
}

void pin_rest(const struct pin_host *host, const int cpus[], size_t count, cpu_set_t *rest)
{
	cpu_set_t apart;

	*rest = host->usable;
	for (size_t i = 0; i < count; i++)
		CPU_CLR(cpus[i], rest);
	apart = *rest;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &host->isolated) ||
		    (CPU_ISSET(cpu, &apart) && core_is_taken(host, cpu, cpus, count)))
			CPU_CLR(cpu, &apart);
	if (CPU_COUNT(&apart) > 0)
		*rest = apart;
}

/*
 * Returns the number of the vCPU that a thread of QEMU runs, or -1 if the thread is no vCPU. `task`
 * is the file with the thread's name (/proc/…/comm); QEMU names the threads of vCPUs "CPU <n>/KVM".
 */
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

static bool pin_thread(pid_t thread, int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return sched_setaffinity(thread, sizeof one, &one) == 0;
}

unsigned pin_machine(pid_t pid, unsigned vcpus, char *text, size_t size)
{
	static struct pin_host host;
	int cpus[VCPUS_MAX];
	size_t chosen;
	char path[PATH_MAX];
	unsigned pinned = 0;
	size_t used = 0;
	cpu_set_t rest;
	DIR *tasks;

	pin_read_host(&host);
	chosen = pin_choose(&host, vcpus < VCPUS_MAX ? vcpus : VCPUS_MAX, cpus);
	pin_rest(&host, cpus, chosen, &rest);
	snprintf(text, size, "none: QEMU has no thread of a vCPU");
	path_format(path, sizeof path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return 0;
	for (struct dirent *task = readdir(tasks); task; task = readdir(tasks)) {
		pid_t thread = atoi(task->d_name);
		int vcpu;

		path_format(path, sizeof path, "/proc/%d/task/%s/comm", (int)pid, task->d_name);
		vcpu = thread > 0 ? vcpu_of(path) : -1;
		if (vcpu >= 0 && (size_t)vcpu < chosen && pin_thread(thread, cpus[vcpu])) {
			pinned++;
			if (used < size)
				used += (size_t)snprintf(text + used, size - used, "%s%d:%d", used ? "," : "",
				                         vcpu, cpus[vcpu]);
		} else if (thread > 0 && vcpu < 0 && CPU_COUNT(&rest) > 0) {
			sched_setaffinity(thread, sizeof rest, &rest);
		}
	}
	closedir(tasks);
	if (pinned > 0 && CPU_COUNT(&rest) > 0)
		sched_setaffinity(0, sizeof rest, &rest);
	return pinned;
}
