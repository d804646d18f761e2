/* SPDX-License-Identifier: MIT */
/*
 * Checks that this host's KVM is suitable for measurements. Some backends of KVM emulate kernel
 * mode instead of running it natively, and only the low speed of kernel mode shows this. So the
 * probe boots the kernel's self-test and compares the speed of a loop in kernel mode with its speed
 * in user mode and on the host. Nothing is remembered between calls, except the CPU model that QEMU
 * accepted (kvm_machine.h).
 */
#pragma once

#include "bench/host/engine/engine.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Kernel mode counts as emulated if a loop in it takes more than this many percent of the time that
 * the loop takes in user mode. */
#define PROBE_NATIVE_MAX 200

/*
 * Kernel mode counts as emulated if a loop in it takes at least this many times as long as on the
 * host. The limit is generous because the clock frequency may change between the two measurements.
 * Emulation is thousands of times slower.
 */
#define PROBE_HOST_MAX   20

/* The findings. A number from the guest is -1 if the guest did not send it. */
struct probe {
	bool opens;                     /* /dev/kvm opens and can create a virtual machine */
	char device[ENGINE_WHY_MAX];    /* why /dev/kvm does not open, or "" */
	char backend[64];               /* the kernel modules of probe_kvm_backend() */
	char refused[ENGINE_WHY_MAX];   /* why QEMU refuses -cpu host, or "" */
	bool booted;                    /* the self-test was booted */
	char self_test[ENGINE_WHY_MAX]; /* why the self-test does not pass, or "" */
	int64_t tests_passed;
	/* Time of a loop in kernel mode, in percent of the time of this loop in user mode. */
	int64_t native_percent;
	int64_t loop_ticks;      /* TSC ticks of a million rounds of the loop in kernel mode */
	int64_t host_loop_ticks; /* TSC ticks of the same loop on the host */
	int64_t counters;        /* number of performance counters that the guest can use */
	int64_t lfence;          /* 1 if LFENCE orders time stamps, otherwise 0 */
	/* Frequency of the guest's TSC from CPUID; 0 if CPUID has none. */
	int64_t guest_khz;
	bool invariant;               /* the guest's TSC is invariant */
	bool usable;                  /* KVM is suitable for measurements */
	char why[ENGINE_WHY_MAX * 2]; /* why KVM is not usable, or "" */
};

/* Returns true if the backend is known to emulate kernel mode. */
bool probe_is_emulating(const struct probe *probe);

/*
 * Runs the probe. Takes up to 20 s for each CPU model that it tries; less if KVM cannot be opened. If
 * the backend emulates kernel mode, KVM is not usable, and a kernel is booted only if `always_boot`
 * is set.
 */
void probe_run(struct probe *probe, bool always_boot);

/*
 * Runs the probe. Returns 0 if KVM is usable, or -1 with the reason in `why`. If KVM is usable,
 * prints a message about each fact that makes the numbers worse: a CPU model other than `host`, a
 * TSC that is not invariant, a host that is a virtual machine.
 */
int probe_kvm(char *why, size_t size);

/* Runs the probe and prints every finding with its meaning. Returns 0 if KVM is usable, or -1. */
int probe_kvm_print(FILE *out);

/*
 * Writes the names of the loaded kernel modules that implement /dev/kvm, separated by spaces.
 * Writes "unknown" if it finds none of the modules that it knows.
 */
void probe_kvm_backend(char *text, size_t size);

/* Prints the findings, and facts about this host, as a table. */
void probe_table(const struct probe *probe, FILE *out);
