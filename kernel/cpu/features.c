/* SPDX-License-Identifier: MIT */
#include "cpu/features.h"

#include <stddef.h>

#include "lib/string.h"
#include "output/panic.h"
#include "x86/cpuid.h"

struct cpu_features cpu_features;

/*
 * Panics if the CPU lacks a feature that the kernel needs. boot/entry.asm has checked long mode and
 * NX. Intel's CPUs report SYSCALL only in 64-bit mode (SDM 2A, CPUID).
 */
static void require_features(void)
{
	const uint32_t basic = cpuid_read(1).d, extended = cpuid_read(0x80000001).d;
	const struct {
		bool have;
		const char *name;
	} needed[] = {
		{ basic >> 4 & 1, "time-stamp counter" },
		{ basic >> 5 & 1, "model-specific registers" },
		{ basic >> 26 & 1, "SSE2 (LFENCE)" },
		{ extended >> 11 & 1, "SYSCALL" },
	};

	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!needed[i].have)
			panic("this processor has no %s", needed[i].name);
}

static void find_features(void)
{
	struct cpuid_registers r = cpuid_read(0);
	uint32_t last = r.a;

	memcpy(cpu_features.vendor, &r.b, 4);
	memcpy(cpu_features.vendor + 4, &r.d, 4);
	memcpy(cpu_features.vendor + 8, &r.c, 4);
	r = cpuid_read(1);
	cpu_features.leaf1_edx = r.d;
	cpu_features.mce = r.d >> 7 & 1;
	cpu_features.pge = r.d >> 13 & 1;
	cpu_features.fxsr = r.d >> 24 & 1 && r.d >> 25 & 1; /* FXSAVE and SSE */
	cpu_features.pcid = r.c >> 17 & 1;
	cpu_features.x2apic = r.c >> 21 & 1;
	cpu_features.xsave = cpu_features.fxsr && r.c >> 26 & 1;
	cpu_features.avx = cpu_features.xsave && r.c >> 28 & 1;
	cpu_features.rdrand = r.c >> 30 & 1;
	cpu_features.hypervisor = r.c >> 31 & 1;
	if (last >= 7) {
		r = cpuid_read(7);
		cpu_features.smep = r.b >> 7 & 1;
		cpu_features.invpcid = r.b >> 10 & 1;
		cpu_features.smap = r.b >> 20 & 1;
		cpu_features.umip = r.c >> 2 & 1;
	}
	cpu_features.page_1g = cpuid_read(0x80000001).d >> 26 & 1;
	if (cpuid_read(0x80000000).a >= 0x80000007)
		cpu_features.invariant_tsc = cpuid_read(0x80000007).d >> 8 & 1;
}

void cpu_enable_features(void)
{
	uint64_t cr4;

	require_features();
	find_features();
	cr4 = read_cr4() & ~CR4_FSGSBASE; /* no program may load a negative GS base (entry.inc) */
	cr4 |= cpu_features.mce ? CR4_MCE : 0;
	cr4 |= cpu_features.pge ? CR4_PGE : 0;
	cr4 |= cpu_features.smep ? CR4_SMEP : 0;
	cr4 |= cpu_features.smap ? CR4_SMAP : 0;
	cr4 |= cpu_features.umip ? CR4_UMIP : 0;
	write_cr4(cr4);
	/*
	 * While EM is set, FPU instructions raise #NM or #UD. AM makes RFLAGS.AC work in user mode.
	 */
	write_cr0((read_cr0() | CR0_WP | CR0_AM | CR0_EM | CR0_TS) & ~CR0_MP);
}
