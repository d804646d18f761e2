/* SPDX-License-Identifier: MIT */
/*
 * The CPUID instruction. It causes a VM exit under a hypervisor, so never use it between time
 * stamps, except to measure it.
 */
#pragma once

#include <stdint.h>

struct cpuid_registers {
	uint32_t a, b, c, d;
};

static inline struct cpuid_registers cpuid_read(uint32_t leaf)
{
	struct cpuid_registers r;

	__asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
	return r;
}
