/* SPDX-License-Identifier: MIT */
/* Measurements of engine kvm that need separate launches: VM exits, and profiles of the guest. */
#pragma once

#include "bench/host/session/options.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Sets options->exits if engine kvm runs and the host permits counting VM exits. Writes to `exits`
 * that VM exits are counted, or why they are not. If the host does not permit counting, prints what
 * to change. If options->profile_guest is set, checks that the guest can be profiled.
 *
 * Returns 0, or -1 after a message if the guest cannot be profiled.
 */
int kvm_extras_choose(struct options *options, bool runs_kvm, char *exits, size_t size);
