/* SPDX-License-Identifier: MIT */
/* The price of an instruction or access in the profile, and its cause. */
#pragma once

#include "bench/bochs/model/core.h"

/* Returns the price of the instruction that has just ended. For CLASS_PLAIN and CLASS_UNPRICED,
 * this is cpi_hot. */
enum cost_parameter price_of(const struct core *core);

/* Returns the cause that the price of an instruction is counted under. */
enum model_cause price_cause(enum instruction_class class);

/* Returns true if the instruction waits until everything before it is complete, as the manuals say
 * of serialising instructions, fences, locked operations and port I/O. */
bool price_waits_for_all(enum instruction_class class);

/* price_is_device() returns true if this is the address of device memory; price_of_device() returns
 * the price of an access to it. price_is_xapic() returns true if it is in the local APIC's page. */
bool price_is_device(uint64_t physical);
bool price_is_xapic(uint64_t physical);
enum cost_parameter price_of_device(uint64_t physical, bool write);
