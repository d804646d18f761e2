/* SPDX-License-Identifier: MIT */
/* The guest's physical memory, through what Bochs exports. */
#pragma once

#include <stdint.h>

/* Finds what is needed. A Bochs that does not export it ends the process with status 2. */
void guest_memory_open(void);

/* At a hardware reset: checks that the BIOS is found. If not, the process ends with status 2. */
void guest_memory_check(void);

/* See bench/bochs/model/memory.h. Frames stay where they are when Bochs holds all guest memory at once (memory: host= is
 * not under guest=). */
const uint8_t *guest_frame(uint64_t physical);
