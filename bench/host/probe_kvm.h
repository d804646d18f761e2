/* SPDX-License-Identifier: MIT */
/*
 * Whether KVM can be measured on here. A backend that emulates kernel mode would pass for one that runs it, so
 * the probe boots the kernel's self-test and compares the speed of kernel mode with that of user mode.
 * Nothing is remembered from one call to the next.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define PROBE_NATIVE_MAX 200 /* percent: kernel-mode loop time over user-mode loop time */

/* Returns 0 when KVM is usable, or -1 with the reason in `why`. Takes up to 20 s. */
int probe_kvm(char *why, size_t size);

/* The same with every finding printed to `out`. Returns 0 or -1 likewise. */
int probe_kvm_print(FILE *out);

/* The kernel modules that may back /dev/kvm, separated by spaces; "unknown" when none is loaded visibly. */
void probe_kvm_backend(char *text, size_t size);
