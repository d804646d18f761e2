/* SPDX-License-Identifier: MIT */
/*
 * Puts a kernel and its boot modules into the guest's memory, in place of a boot loader: reading
 * them from a CD takes Bochs longer than most benchmarks. rom.asm has the rest of the loader.
 *
 * The file that the environment variable PALIMPSEST_LOAD names says what to load, a line each:
 *     kernel FILE          an ELF file for 32-bit Multiboot loaders
 *     words WORDS          the kernel's command line
 *     module NAME FILE     a boot module, after the kernel and the modules before it
 */
#pragma once

#include <stdbool.h>

/* Reads PALIMPSEST_LOAD. Returns false if it is not set, so there is nothing to load. */
bool load_wanted(void);

/* Called when the ROM writes to PORT_LOAD: loads, or ends the process with status 2. */
void load_guest(void);
