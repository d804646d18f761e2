/* SPDX-License-Identifier: MIT */
/* Stands in for the kernel's: the test says what CPUID returns. */
#pragma once

#include <stdint.h>

struct cpuid_registers {
	uint32_t a, b, c, d;
};

struct cpuid_registers cpuid_read(uint32_t leaf);
