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
 * Creates the files that Bochs needs in `directory`: its configuration, a link to the
 * instrumentation library and the debugger's commands. The configuration is the source tree's
 * bochsrc, then `memory` (in MiB) and `cpus`, then the lines `more`, which say what to boot. Fills
 * in the command; Bochs writes its output to descriptor 3. Returns 0, or -1 with the reason in
 * `why`.
 */
int bochs_prepare(const char *directory, unsigned memory, unsigned cpus, const char *more,
                  struct engine_command *command, char *why, size_t size);

/* Removes the files that bochs_prepare() created and that are of no use after the boot. */
void bochs_tidy(const char *directory);
