/* SPDX-License-Identifier: MIT */
/* Code shared by the engines that start Bochs. */
#pragma once

#include "bench/host/engine/engine.h"

/*
 * Checks that Bochs and the instrumentation library exist. Returns 0, or -1 with the reason in
 * `why`.
 */
int bochs_can_run(char *why, size_t size);

/*
 * Creates the files that Bochs needs in `directory`, apart from the CD image `iso` that the guest
 * boots: the configuration (the tree's bochsrc, `memory` in MiB, `cpus`, then the lines `more`),
 * the library, and the debugger's commands. Fills in the command; its output is descriptor 3.
 * Returns 0, or -1 with the reason in `why`.
 */
int bochs_prepare(const char *directory, const char *iso, unsigned memory, unsigned cpus, const char *more,
                  struct engine_command *command, char *why, size_t size);

/* Removes files made by bochs_prepare() that are not worth keeping. */
void bochs_tidy(const char *directory);
