/* SPDX-License-Identifier: MIT */
/* Which CPUs of the host a virtual machine keeps, so that the scheduler does not move it between samples. */
#pragma once

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct pin_host {
	cpu_set_t usable;      /* that we may run on, and the isolated ones */
	cpu_set_t isolated;    /* taken out of the scheduler's hands (isolcpus=) */
	int core[CPU_SETSIZE]; /* the lowest of the CPU's hardware threads */
};

/* Reads the host (host_facts.h); what we may run on is that of the first call. */
void pin_read_host(struct pin_host *host);

/*
 * The host's CPUs for `count` vCPUs: isolated ones first, one per core as long as there are cores, the highest
 * first, CPU 0 last. Returns how many there are; fewer when the host has fewer.
 */
size_t pin_choose(const struct pin_host *host, size_t count, int cpus[]);

/*
 * What is left for everything else: not the `count` chosen CPUs and, if anything remains, not their cores and the
 * isolated ones. Empty when nothing is left.
 */
void pin_rest(const struct pin_host *host, const int cpus[], size_t count, cpu_set_t *rest);

/*
 * Pins the vCPUs of a running QEMU, each to a CPU of its own, and keeps its other threads and ourselves off those.
 * `text` takes "0:7,1:6", each vCPU with its CPU, or why it could not be done. Returns how many vCPUs were pinned.
 */
unsigned pin_machine(pid_t pid, unsigned vcpus, char *text, size_t size);
