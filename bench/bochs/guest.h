/* SPDX-License-Identifier: MIT */
/* Reads the guest's physical memory through a function that Bochs exports. */
#pragma once

#include <stdint.h>

/* Finds Bochs's function for access to guest memory. If it is not exported, ends the process with
 * status 2. */
void guest_memory_open(void);

/* Checks, at a hardware reset, that guest_frame() finds the BIOS at its address. If not, ends the
 * process with status 2. */
void guest_memory_check(void);

/* Returns the 4 KiB frame that contains this physical address, or NULL if there is no memory; for
 * use as a memory_frame (bench/bochs/model/memory.h). Frames stay in place if Bochs holds all guest
 * memory at once (in bochsrc, `memory: host=` is not below `guest=`). */
const uint8_t *guest_frame(uint64_t physical);
