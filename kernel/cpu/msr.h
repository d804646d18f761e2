/* SPDX-License-Identifier: MIT */
/* Access to model-specific registers that may not be there, only after cpu_init(); and RDPMC. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads `msr`. False: the processor or the hypervisor refused (#GP), and *value is 0. */
bool msr_try_read(uint32_t msr, uint64_t *value);

/* Writes it. False: refused. */
bool msr_try_write(uint32_t msr, uint64_t value);

/*
 * Performance counter `index` (ECX of RDPMC) when everything before is done and nothing after begun. It must exist.
 */
uint64_t counter_read(uint32_t index);

/* The same, once, to find out whether it exists. False: RDPMC gave #GP. */
bool counter_try_read(uint32_t index);
