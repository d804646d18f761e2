/* SPDX-License-Identifier: MIT */
/* What the model needs from the machine that it watches. */
#pragma once

#include <stdint.h>

/* The 4 KiB frame of guest memory that holds a physical address, from its first byte on, or NULL where there is none. What
 * it points to stays there. */
typedef const uint8_t *(*memory_frame)(uint64_t physical);
