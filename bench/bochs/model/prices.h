/* SPDX-License-Identifier: MIT */
/* Which price of the profile an instruction or an access has, and its cause. */
#pragma once

#include "bench/bochs/model/core.h"

/* Of the instruction that ends, unless it is plain; RIP is `next_rip` then. Plain ones cost the core's CPI. */
enum cost_parameter price_of(const struct core *core, uint64_t next_rip);

/* What the price of an instruction counts as. */
enum model_cause price_cause(enum instruction_class class);

/* True when the instruction waits until everything before it is complete, as the manuals say of serialising
 * instructions, fences, locked operations and port I/O. */
bool price_waits_for_all(enum instruction_class class);

/* Whether no cache holds this, and what an access costs then. */
bool price_is_device(uint64_t physical);
enum cost_parameter price_of_device(uint64_t physical, bool write);
