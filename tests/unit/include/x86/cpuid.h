/* SPDX-License-Identifier: MIT */
/* Replaces kernel/x86/cpuid.h in the unit tests. The test defines cpuid_read(). */
#pragma once

#include <stdint.h>

struct cpuid_registers {
	uint32_t a, b, c, d;
};

struct cpuid_registers cpuid_read(uint32_t leaf);
