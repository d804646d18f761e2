/* SPDX-License-Identifier: MIT */
/* The guest's physical memory, through what Bochs exports. */
#pragma once

#include <stdint.h>

/* Finds Bochs's function for memory. If it is not exported, ends the process with status 2. */
void guest_memory_open(void);

/* Checks, at a hardware reset, that the BIOS is where it should be. If not, ends the process with
 * status 2. */
void guest_memory_check(void);

/* See memory_frame in bench/bochs/model/memory.h. Frames stay in place if Bochs holds all guest
 * memory at once (in bochsrc, `memory: host=` is not below `guest=`). */
const uint8_t *guest_frame(uint64_t physical);
