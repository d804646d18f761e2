/* SPDX-License-Identifier: MIT */
/*
 * Replayed runs: tests of the harness in which a script plays QEMU or the host's files are made up. What they
 * "measure" is no measurement, so such a run says so everywhere and decides no claim, draws no figure, and is never
 * results/latest.
 */
#pragma once

#include <stdbool.h>

#define REPLAY_MARK "(replayed)" /* in what a played engine prints for --version */

/* Whether this process's runs are replayed: the mark in QEMU's version, or PALIMPSEST_ROOT. Asked once. */
bool replay_is_on(void);
