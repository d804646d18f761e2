/* SPDX-License-Identifier: MIT */
/* The virtual machine of engine kvm. docs/kvm.md gives the reasons for its options. */
#pragma once

#include "bench/host/base/arguments.h"

#include <stdbool.h>

/* Checks that QEMU is new enough. Returns 0, or -1 with advice in `why`. */
int kvm_check_qemu(char *why, size_t size);

/*
 * Returns the CPU model for -cpu: `host` with all features, until kvm_next_cpu() chooses another.
 */
const char *kvm_cpu(void);

/* Chooses the next CPU model, for a QEMU that refused kvm_cpu(). Returns false if there is none. */
bool kvm_next_cpu(void);

/*
 * Adds the options that make times repeatable: memory is allocated before the guest starts, in huge
 * pages if the host has enough, and HLT, MWAIT and PAUSE cause no exits. `memory` is in MiB.
 */
void kvm_add_machine(struct arguments *arguments, unsigned memory);

/*
 * Describes the backing of the guest's memory. It is chosen once per process, so that all rounds
 * have the same.
 */
const char *kvm_memory_backing(unsigned memory);
