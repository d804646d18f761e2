/* SPDX-License-Identifier: MIT */
/* How the model reads the memory of the machine that it observes. */
#pragma once

#include <stdint.h>

/* Returns the 4 KiB frame of guest memory that contains this physical address, or NULL if there is
 * no memory. The frame stays in place. */
typedef const uint8_t *(*memory_frame)(uint64_t physical);
