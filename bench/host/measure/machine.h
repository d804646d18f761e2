/* SPDX-License-Identifier: MIT */
/* The machine that boots somebody's kernel in Bochs. */
#pragma once

#include "bench/host/engine/engine.h"
#include "bench/host/measure/request.h"

#define MACHINE_INPUT   "input.txt"   /* what is typed */
#define MACHINE_PLAN    "plan.txt"    /* what the instrumentation library measures */
#define MACHINE_SYMBOLS "symbols.txt" /* the functions to which the library attributes counts */

/*
 * Creates the files of the boot in the folder `directory`, which exists, and fills in `command`. A
 * kernel is put on a CD with GRUB. `plan` is the text of MACHINE_PLAN. Returns 0, or -1 with the
 * reason in `why`.
 */
int machine_prepare(const struct request *request, const char *directory, const char *plan,
                    struct engine_command *command, char *why, size_t size);

/* Removes the files that are of no use after the boot. */
void machine_tidy(const char *directory);
