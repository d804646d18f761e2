/* SPDX-License-Identifier: MIT */
/*
 * The host's CPUs that a virtual machine is pinned to, so that the scheduler does not move it
 * between samples.
 */
#pragma once

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct pin_host {
	cpu_set_t usable;      /* CPUs that this process may run on, and the isolated ones */
	cpu_set_t isolated;    /* excluded from scheduling (isolcpus=) */
	int core[CPU_SETSIZE]; /* the lowest hardware thread of the CPU's core */
};

/*
 * Reads the host's CPUs (host_facts.h). Later calls still use the affinity that this process had at
 * the first.
 */
void pin_read_host(struct pin_host *host);

/*
 * Chooses CPUs for `count` vCPUs: isolated ones first, one per core while there are cores, highest
 * number first, CPU 0 last. Returns how many were chosen, fewer than `count` if the host has fewer.
 */
size_t pin_choose(const struct pin_host *host, size_t count, int cpus[]);

/*
 * Finds the CPUs for everything else: those that are not isolated and share no core with any of the
 * `count` chosen ones or, if there are none, all but the chosen ones. May be empty.
 */
void pin_rest(const struct pin_host *host, const int cpus[], size_t count, cpu_set_t *rest);

/*
 * Pins each vCPU of a running QEMU to its own CPU and moves QEMU's other threads and this process
 * off those. `text` gets each vCPU with its CPU, such as "0:7,1:6", or the reason for a failure.
 * Returns the number of pinned vCPUs.
 */
unsigned pin_machine(pid_t pid, unsigned vcpus, char *text, size_t size);
