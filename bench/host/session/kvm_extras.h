/* SPDX-License-Identifier: MIT */
/* What engine kvm measures in launches of their own: VM exits, and in which functions the guest is. */
#pragma once

#include "bench/host/session/options.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Sets options->exits if engine kvm runs and the host permits counting VM exits, and writes to
 * `exits` that they are counted, or why not. If the host does not permit it, prints what to change.
 * Checks that options->profile_guest, if it is set, can be done.
 *
 * Returns 0, or -1 after a message if the guest cannot be profiled.
 */
int kvm_extras_choose(struct options *options, bool runs_kvm, char *exits, size_t size);
