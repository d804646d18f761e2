/* SPDX-License-Identifier: MIT */
/* What the engines that start Bochs have in common. */
#pragma once

#include "bench/host/engine/engine.h"

/* Whether Bochs and the instrumentation library are there. Returns 0, or -1 with the reason in `why`. */
int bochs_can_run(char *why, size_t size);

/*
 * Makes in `directory` what Bochs needs besides the CD image `iso`, which the guest boots: its configuration (the
 * tree's bochsrc, `memory` in MiB, `cpus`, then the lines `more`), the library and the debugger's commands. Adds the
 * command, whose output is descriptor 3. Returns 0, or -1 with the reason in `why`.
 */
int bochs_prepare(const char *directory, const char *iso, unsigned memory, unsigned cpus, const char *more,
                  struct engine_command *command, char *why, size_t size);

/* Removes what bochs_prepare made and nobody needs any more. */
void bochs_tidy(const char *directory);
