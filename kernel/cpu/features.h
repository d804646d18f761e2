/* SPDX-License-Identifier: MIT */
/* The features of the processor that the kernel uses. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "x86/instructions.h"

/* Found by CPUID; the kernel does without a feature that is false. */
struct cpu_features {
	bool smep, smap, umip, mce, pge, pcid, invpcid, page_1g, rdrand, x2apic, invariant_tsc, hypervisor;
	bool fxsr, xsave, avx;
	uint32_t leaf1_edx; /* EDX of CPUID leaf 1, which programs get as AT_HWCAP */
	char vendor[13];
};
extern struct cpu_features cpu_features;

/*
 * Finds the features, and panics if one is missing that nothing can replace. Then turns on WP, SMEP,
 * SMAP, UMIP, PGE and machine checks. The FPU stays off until fpu_init().
 */
void cpu_enable_features(void);

/* Opens user pages to the kernel if SMAP is on, and closes them again. */
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
