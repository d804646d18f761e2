/* SPDX-License-Identifier: MIT */
/*
 * Puts a kernel and its boot modules into the guest's memory, in place of a boot loader. This saves
 * time: Bochs takes longer to read them from a CD than to execute most benchmarks. rom.asm has the
 * rest of the loader.
 *
 * The environment variable PALIMPSEST_LOAD names a file that lists what to load, one item a line:
 *     kernel FILE          an ELF file for 32-bit Multiboot loaders
 *     words WORDS          the kernel's command line
 *     module NAME FILE     a boot module; it is put after the kernel and the modules listed so far
 */
#pragma once

#include <stdbool.h>

/* Reads PALIMPSEST_LOAD. Returns false if it is not set, so there is nothing to load. */
bool load_wanted(void);

/* Called when the ROM writes to PORT_LOAD. Loads what the file lists. If that is impossible, ends
 * the process with status 2. */
void load_guest(void);
