/* SPDX-License-Identifier: MIT */
/* Finds the guest's physical memory in this process, by a function that Bochs exports. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Finds Bochs's function for access to guest memory. Returns false if it is not exported. */
bool guest_memory_found(void);

/* Like guest_memory_found(), but ends the process with status 2 if the function is not exported. */
void guest_memory_open(void);

/* Checks, at a hardware reset, that guest_frame() finds the BIOS at its address. If not, ends the
 * process with status 2. */
void guest_memory_check(void);

/* Returns the 4 KiB frame that contains this physical address, or NULL if there is no memory at
 * this address. This function can be used as a memory_frame (bench/bochs/model/memory.h). Frames
 * stay in place if Bochs holds all guest memory at once (in bochsrc, `memory: host=` is not below
 * `guest=`). */
const uint8_t *guest_frame(uint64_t physical);

/* Like guest_frame(), for a read or, if `write` is true, for a write. For a write, it
 * also returns NULL for ROMs, which Bochs does not write, and for memory such as the screen's,
 * which Bochs writes in another way. */
uint8_t *guest_frame_for(uint64_t physical, bool write);
