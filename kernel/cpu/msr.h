/* SPDX-License-Identifier: MIT */
/* Access to MSRs that may not exist, and RDPMC. Usable after cpu_init(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads an MSR. If the read raises #GP, returns false and sets *value to 0. */
bool msr_try_read(uint32_t msr, uint64_t *value);

/* Writes an MSR. Returns false if the write raises #GP. */
bool msr_try_write(uint32_t msr, uint64_t value);

/*
 * Reads performance counter `index` (ECX of RDPMC), which must exist. The read comes after all
 * earlier instructions are complete and before later ones begin.
 */
uint64_t counter_read(uint32_t index);

/* Returns true if the counter can be read, false if RDPMC raises #GP. */
bool counter_try_read(uint32_t index);
