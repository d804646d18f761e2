/* SPDX-License-Identifier: MIT */
/* The options of QEMU for engine kvm. docs/kvm.md gives the reasons for them. */
#pragma once

#include "bench/host/base/arguments.h"

#include <stdbool.h>

/* Checks that QEMU is version 5.2 or newer. Returns 0, or -1 with advice in `why`. */
int kvm_check_qemu(char *why, size_t size);

/*
 * Returns the CPU model for the option -cpu: at first `host` with performance counters and an
 * invariant TSC, later the model that kvm_next_cpu() chose.
 */
const char *kvm_cpu(void);

/*
 * Chooses the next, simpler CPU model, after QEMU refused the model of kvm_cpu(). Returns false if
 * there is none.
 */
bool kvm_next_cpu(void);

/*
 * Adds the options that make times repeatable. The guest's memory (`memory` MiB) is allocated
 * before the guest starts, in pages of 2 MiB if enough of them are free on the host. HLT, MWAIT and
 * PAUSE cause no VM exits.
 */
void kvm_add_machine(struct arguments *arguments, unsigned memory);

/*
 * Returns a description of the host pages that hold the guest's memory (`memory` MiB). Their size
 * is chosen once per process, so that it is the same in all rounds.
 */
const char *kvm_memory_backing(unsigned memory);
