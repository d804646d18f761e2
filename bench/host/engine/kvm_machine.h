/* SPDX-License-Identifier: MIT */
/* The virtual machine that engine kvm measures on. docs/kvm.md says why it is as it is. */
#pragma once

#include "bench/host/base/arguments.h"

#include <stdbool.h>

/* Whether QEMU is new enough. Returns 0, or -1 with what to do in `why`. */
int kvm_check_qemu(char *why, size_t size);

/* The CPU model for -cpu: `host` with all it has, until kvm_next_cpu() chose another. */
const char *kvm_cpu(void);

/* Goes on to the next CPU model, for a QEMU that refused kvm_cpu(). False: there is none. */
bool kvm_next_cpu(void);

/*
 * Adds the options that make times repeatable: memory that is there before the guest starts, in huge pages if the
 * host has enough of them, and no exits for HLT, MWAIT and PAUSE. `memory` is in MiB.
 */
void kvm_add_machine(struct arguments *arguments, unsigned memory);

/* What backs the guest's memory, for the records. Chosen once per process, so that all rounds are alike. */
const char *kvm_memory_backing(unsigned memory);
