/* SPDX-License-Identifier: MIT */
/* The CPU features that the kernel uses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86/instructions.h"

/* Optional features, detected with CPUID: the kernel also runs without them. */
struct cpu_features {
	bool smep, smap, umip, mce, pge, pcid, invpcid, page_1g, rdrand, x2apic, invariant_tsc, hypervisor;
	bool fxsr, xsave, avx;
	uint32_t leaf1_edx; /* EDX of CPUID leaf 1; programs get it as AT_HWCAP */
	char vendor[13];
};
extern struct cpu_features cpu_features;

/*
 * Detects the features, and panics if one that the kernel needs is missing. Enables WP. Enables
 * SMEP, SMAP, UMIP, PGE and machine checks if the CPU has them. The FPU stays off until fpu_init().
 */
void cpu_enable_features(void);

/*
 * Between user_access_begin() and user_access_end(), the kernel can access user pages even if SMAP
 * is on.
 */
static inline void user_access_begin(void)
{
	if (cpu_features.smap)
		stac();
}

static inline void user_access_end(void)
{
	if (cpu_features.smap)
		clac();
}

/*
 * Returns true between user_access_begin() and user_access_end() if the CPU has SMAP, otherwise
 * false.
 */
static inline bool user_access_is_open(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0" : "=r"(flags));
	return cpu_features.smap && (flags & RFLAGS_AC);
}
