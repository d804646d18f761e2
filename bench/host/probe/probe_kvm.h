/* SPDX-License-Identifier: MIT */
/*
 * Whether KVM can be measured on here. A backend that emulates kernel mode would pass for one that runs it, so
 * the probe boots the kernel's self-test and compares the speed of kernel mode with that of user mode and of the
 * host. Nothing is remembered from one call to the next, but which CPU model QEMU accepted (kvm_machine.h).
 */
#pragma once

#include "bench/host/engine/engine.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROBE_NATIVE_MAX 200 /* percent: kernel-mode loop time over that of user mode */

/*
 * Times: kernel-mode loop time over the host's. The two are not timed at once, so the clock may differ by as much as it
 * can change; emulation is thousands of times slower.
 */
#define PROBE_HOST_MAX   20

/* The findings. Numbers from the guest are -1 if it did not send them. */
struct probe {
	bool opens;                     /* /dev/kvm, and a virtual machine can be made */
	char device[ENGINE_WHY_MAX];    /* a description; what to do if it does not open */
	char backend[64];               /* kernel modules, see probe_kvm_backend() */
	char refused[ENGINE_WHY_MAX];   /* why the guest does not get -cpu host; "" when it does */
	bool booted;                    /* the self-test was tried */
	char self_test[ENGINE_WHY_MAX]; /* why it does not pass; "" when it does */
	int64_t tests_passed;
	int64_t native_percent;  /* kernel mode's time for a loop, user mode's being 100 */
	int64_t loop_ticks;      /* kernel mode's time for a million rounds of it */
	int64_t host_loop_ticks; /* the host's for the same */
	int64_t counters;        /* performance counters that the guest can use; 0: none */
	int64_t lfence;          /* whether LFENCE orders the time stamps */
	int64_t guest_khz;       /* of the TSC, as CPUID says; 0: it does not */
	bool invariant;          /* the guest's TSC */
	bool usable;
	char why[ENGINE_WHY_MAX * 2]; /* why not */
};

/* Runs the probe. Takes up to 20 s, less if KVM cannot be opened. */
void probe_run(struct probe *probe);

/*
 * Returns 0 if KVM is usable, or -1 with the reason in `why`. Prints a message if the CPU model is
 * not `host`.
 */
int probe_kvm(char *why, size_t size);

/* Prints every finding and what it means. Returns 0 if KVM is usable, or -1. */
int probe_kvm_print(FILE *out);

/*
 * Writes the kernel modules that may back /dev/kvm, separated by spaces; "unknown" if none is
 * visible.
 */
void probe_kvm_backend(char *text, size_t size);

/* Prints the table of probe_table.c: the findings, and facts about this host. */
void probe_table(const struct probe *probe, FILE *out);
