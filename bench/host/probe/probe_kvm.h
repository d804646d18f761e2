/* SPDX-License-Identifier: MIT */
/*
 * Finds out whether measurements on this host's KVM make sense. A backend that emulates kernel mode
 * would pass for one that runs it natively, so the probe boots the kernel's self-test and compares
 * the speed of kernel mode with that of user mode and of the host. Nothing is remembered between
 * calls, except the CPU model that QEMU accepted (kvm_machine.h).
 */
#pragma once

#include "bench/host/engine/engine.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PROBE_NATIVE_MAX 200 /* percent: kernel-mode time of a loop, relative to user mode */

/*
 * Kernel mode counts as emulated if a loop takes at least this many times as long as on the host.
 * The limit is generous because the clock frequency may change between the two measurements, while
 * emulation is thousands of times slower.
 */
#define PROBE_HOST_MAX   20

/* The findings. Numbers from the guest are -1 if it did not send them. */
struct probe {
	bool opens;                     /* /dev/kvm opens and can create a virtual machine */
	char device[ENGINE_WHY_MAX];    /* a description; advice if it does not open */
	char backend[64];               /* kernel modules, see probe_kvm_backend() */
	char refused[ENGINE_WHY_MAX];   /* why the guest does not get -cpu host, or "" */
	bool booted;                    /* the self-test was booted */
	char self_test[ENGINE_WHY_MAX]; /* why it does not pass, or "" */
	int64_t tests_passed;
	int64_t native_percent;  /* kernel mode's time for a loop, in percent of user mode's */
	int64_t loop_ticks;      /* kernel mode's time for a million rounds of the loop */
	int64_t host_loop_ticks; /* the host's time for the same */
	int64_t counters;        /* performance counters that the guest can use; 0: none */
	int64_t lfence;          /* 1 if LFENCE orders time stamps, else 0 */
	int64_t guest_khz;       /* of the TSC, from CPUID; 0 if CPUID does not say */
	bool invariant;          /* the guest's TSC is invariant */
	bool usable;
	char why[ENGINE_WHY_MAX * 2]; /* why it is not usable */
};

/* Runs the probe. Takes up to 20 s, less if KVM cannot be opened. */
void probe_run(struct probe *probe);

/*
 * Returns 0 if KVM is usable, or -1 with the reason in `why`. Prints a message if the CPU model is
 * not `host`.
 */
int probe_kvm(char *why, size_t size);

/* Prints every finding and its meaning. Returns 0 if KVM is usable, else -1. */
int probe_kvm_print(FILE *out);

/*
 * Writes the kernel modules that may implement /dev/kvm, separated by spaces, or "unknown" if none
 * is visible.
 */
void probe_kvm_backend(char *text, size_t size);

/* Prints the table of probe_table.c: the findings, and facts about this host. */
void probe_table(const struct probe *probe, FILE *out);
