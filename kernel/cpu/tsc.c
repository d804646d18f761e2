/* SPDX-License-Identifier: MIT */
#include "cpu/tsc.h"

#include "cpu/cpu.h"
#include "cpu/msr.h"
#include "lib/string.h"
#include "x86/cpuid.h"

#define LEAF_TSC        0x15U
#define LEAF_FREQUENCY  0x16U
#define LEAF_HYPERVISOR 0x40000000U
#define LEAF_TIMING     0x40000010U /* EAX: TSC frequency in kHz (QEMU, VMware) */
#define LEAF_EXTENDED   0x80000000U
#define LEAF_AMD_MORE   0x80000021U
#define LFENCE_ALWAYS   (1U << 2) /* in EAX of LEAF_AMD_MORE: LFENCE always serializes */

#define MSR_DE_CFG      0xc0011029U
#define DE_CFG_LFENCE   (1UL << 1)

uint64_t tsc_khz(void)
{
	struct cpuid_registers r;

	if (cpu_features.hypervisor) {
		r = cpuid_read(LEAF_HYPERVISOR);
		if (r.a >= LEAF_TIMING && r.a < LEAF_HYPERVISOR + 0x1000 && cpuid_read(LEAF_TIMING).a)
			return cpuid_read(LEAF_TIMING).a;
	}
	if (strcmp(cpu_features.vendor, "GenuineIntel") != 0)
		return 0;
	if (cpuid_read(0).a >= LEAF_TSC) {
		r = cpuid_read(LEAF_TSC);
		if (r.a && r.b && r.c)
			return (uint64_t)r.c * r.b / r.a / 1000;
	}
	return cpuid_read(0).a >= LEAF_FREQUENCY ? (cpuid_read(LEAF_FREQUENCY).a & 0xffff) * 1000UL : 0;
}

bool tsc_make_lfence_serialize(void)
{
	uint32_t version = cpuid_read(1).a;
	uint32_t family = version >> 8 & 0xf;
	uint64_t value;

	if (strcmp(cpu_features.vendor, "AuthenticAMD") != 0 &&
	    strcmp(cpu_features.vendor, "HygonGenuine") != 0)
		return true;
	if (family == 0xf)
		family += version >> 20 & 0xff;
	if (family < 0x10 || family == 0x11)
		return true; /* these families have no MSR_DE_CFG: LFENCE always serializes */
	if (cpuid_read(LEAF_EXTENDED).a >= LEAF_AMD_MORE && cpuid_read(LEAF_AMD_MORE).a & LFENCE_ALWAYS)
		return true;
	/*
	 * The bit may read as clear under a hypervisor although the host has set it. So set it and
	 * read it back.
	 */
	if (!msr_try_read(MSR_DE_CFG, &value))
		return false;
	return value & DE_CFG_LFENCE || (msr_try_write(MSR_DE_CFG, value | DE_CFG_LFENCE) &&
	                                 msr_try_read(MSR_DE_CFG, &value) && value & DE_CFG_LFENCE);
}
