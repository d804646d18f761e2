/* SPDX-License-Identifier: MIT */
/*
 * Pins the vCPUs of a virtual machine to CPUs of the host, so that the scheduler does not move them
 * between samples.
 */
#pragma once

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct pin_host {
	cpu_set_t usable;      /* the CPUs that this process may run on, and all isolated CPUs */
	cpu_set_t isolated;    /* the CPUs that the scheduler leaves alone (isolcpus=) */
	int core[CPU_SETSIZE]; /* core[n] is the number of the first CPU in the core of CPU n */
};

/*
 * Fills in `host`. Every call uses the affinity that this process had at the first call, because
 * pin_machine() changes it.
 */
void pin_read_host(struct pin_host *host);

/*
 * Chooses CPUs for `count` vCPUs and stores their numbers in `cpus`, in three passes: isolated
 * CPUs, one per core; CPUs outside the core of CPU 0, one per core; any other CPUs. Each pass takes
 * higher numbers first. Returns how many CPUs were chosen: `count`, or fewer if the host has fewer.
 */
size_t pin_choose(const struct pin_host *host, size_t count, int cpus[]);

/*
 * Stores in `rest` the CPUs for all other threads: usable CPUs that are not isolated and share no
 * core with the `count` CPUs in `cpus`. If there are none, stores all usable CPUs that are not in
 * `cpus`, so `rest` may be empty.
 */
void pin_rest(const struct pin_host *host, const int cpus[], size_t count, cpu_set_t *rest);

/*
 * Pins each vCPU of the running QEMU `pid` to a separate CPU. Moves QEMU's other threads and this
 * process to the CPUs of pin_rest(), unless there are none. Writes the pairs "vCPU:CPU" to `text`,
 * such as "0:7,1:6", or the reason why no vCPU was pinned. Returns the number of pinned vCPUs.
 */
unsigned pin_machine(pid_t pid, unsigned vcpus, char *text, size_t size);
