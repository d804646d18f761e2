/* SPDX-License-Identifier: MIT */
/* The price of an instruction or access in the profile, and its cause. */
#pragma once

#include "bench/bochs/model/core.h"

/* Returns the price of the instruction that ends, with RIP already `next_rip`. A plain one costs
 * the core's CPI. */
enum cost_parameter price_of(const struct core *core, uint64_t next_rip);

/* Returns the cause that the price of an instruction is counted under. */
enum model_cause price_cause(enum instruction_class class);

/* Returns true if the instruction waits until everything before it is complete, as the manuals say
 * of serialising instructions, fences, locked operations and port I/O. */
bool price_waits_for_all(enum instruction_class class);

/* Returns true if this is device memory; and the price of an access to it. */
bool price_is_device(uint64_t physical);
enum cost_parameter price_of_device(uint64_t physical, bool write);
