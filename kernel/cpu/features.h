/* SPDX-License-Identifier: MIT */
/* The CPU features that the kernel uses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86/instructions.h"

/* Detected with CPUID. The kernel works without any of these. */
struct cpu_features {
	bool smep, smap, umip, mce, pge, pcid, invpcid, page_1g, rdrand, x2apic, invariant_tsc, hypervisor;
	bool fxsr, xsave, avx;
	uint32_t leaf1_edx; /* EDX of CPUID leaf 1; programs get it as AT_HWCAP */
	char vendor[13];
};
extern struct cpu_features cpu_features;

/*
 * Detects the features, and panics if one is missing that the kernel cannot do without. Then
 * enables WP, SMEP, SMAP, UMIP, PGE and machine checks. The FPU stays off until fpu_init().
 */
void cpu_enable_features(void);

/* Let the kernel access user pages despite SMAP, and forbid it again. */
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
