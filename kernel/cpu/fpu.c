/* SPDX-License-Identifier: MIT */
#include "cpu/fpu.h"

#include "cpu/cpu.h"
#include "lib/string.h"
#include "x86/cpuid.h"

#define XCR0_X87 1U
#define XCR0_SSE 2U
#define XCR0_AVX 4U

/* Set at boot. */
static bool present, with_xsave, xcr0_lost;
static bool keeps_pointers; /* FXRSTOR, XRSTOR load FIP, FDP, FOP only if an exception is pending */
static uint32_t components; /* the components enabled in XCR0, or 0 if FXSAVE is used */
static uint32_t mxcsr_mask;
static char initial[FPU_AREA] __attribute__((aligned(64)));

/*
 * QEMU before 8.2 emulates SVM without intercepting XSETBV. So a hypervisor that runs in QEMU does
 * not learn its guest's XCR0, and the guest's next VM exit (here: by CPUID) changes XCR0. XSAVE and
 * XRSTOR then silently skip SSE.
 */
uint32_t fpu_xcr0(void)
{
	uint32_t low, high;

	cpuid_read(0);
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

/*
 * Returns the value for keeps_pointers: true on CPUs of AMD and Hygon, unless CPUID 8000_0008H
 * EBX[2] (XSaveErPtr, APM 3) says that FXRSTOR and XRSTOR always restore the pointers.
 */
static bool pointers_are_kept(void)
{
	if (strcmp(cpu_features.vendor, "AuthenticAMD") != 0 &&
	    strcmp(cpu_features.vendor, "HygonGenuine") != 0)
		return false;
	return cpuid_read(0x80000000).a < 0x80000008 || !(cpuid_read(0x80000008).b & 4);
}

void fpu_init(void)
{
	uint16_t control = 0x37f; /* as after FNINIT (SDM 1 8.1.5); MXCSR as after reset (10.2.3) */
	uint32_t mxcsr = 0x1f80;

	present = cpu_features.fxsr;
	keeps_pointers = pointers_are_kept();
	with_xsave = cpu_features.xsave;
	if (!present)
		return;
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (with_xsave ? CR4_OSXSAVE : 0));
	if (with_xsave) {
		components = XCR0_X87 | XCR0_SSE | (cpu_features.avx ? XCR0_AVX : 0);
		__asm__ volatile("xsetbv" : : "c"(0), "a"(components), "d"(0));
		xcr0_lost = fpu_xcr0() != components;
	}
	if (xcr0_lost) { /* hide XSAVE and AVX from programs */
		with_xsave = false;
		components = 0;
		write_cr4(read_cr4() & ~CR4_OSXSAVE);
	}
	write_cr0(read_cr0() & ~(CR0_EM | CR0_TS));
	__asm__ volatile("fxsave64 (%0)" : : "r"(initial) : "memory");
	memcpy(&mxcsr_mask, initial + 28, sizeof mxcsr_mask);
	if (!mxcsr_mask)
		mxcsr_mask = 0xffbf; /* the default (SDM 1 11.6.6) */
	zero_bytes(initial, sizeof initial);
	memcpy(initial, &control, sizeof control);
	memcpy(initial + 24, &mxcsr, sizeof mxcsr);
	write_cr0((read_cr0() | CR0_MP | CR0_NE | CR0_TS) & ~CR0_EM);
}

void fpu_init_other(void)
{
	if (!present)
		return;
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | (with_xsave ? CR4_OSXSAVE : 0));
	if (with_xsave)
		__asm__ volatile("xsetbv" : : "c"(0), "a"(components), "d"(0));
	write_cr0((read_cr0() | CR0_MP | CR0_NE | CR0_TS) & ~CR0_EM);
}

bool fpu_present(void)
{
	return present;
}

void fpu_save(void *area)
{
	if (with_xsave)
		__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(components), "d"(0) : "memory");
	else
		__asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory");
}

static void load(const void *area)
{
	static const int32_t zero;

	if (keeps_pointers) /* overwrite the previous task's pointers with constants */
		__asm__ volatile("fnclex; emms; fildl %0" : : "m"(zero));
	if (with_xsave)
		__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(components), "d"(0) : "memory");
	else
		__asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

void fpu_restore(const void *area)
{
	__asm__ volatile("clts" : : : "memory");
	load(area);
}

uint32_t fpu_exceptions(bool simd)
{
	uint16_t control, status;
	uint32_t mxcsr;

	if (simd) {
		__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
		return ~(mxcsr >> 7) & mxcsr & 0x3f;
	}
	__asm__ volatile("fnstcw %0; fnstsw %1" : "=m"(control), "=m"(status));
	return status & ~control & 0x3f;
}

void fpu_start(void *area)
{
	copy_bytes(area, initial, FPU_AREA);
	fpu_restore(area);
}

void fpu_stop(void)
{
	load(initial);
	write_cr0(read_cr0() | CR0_TS);
}

#define LEGACY      512 /* bytes stored by FXSAVE; the XSAVE header follows */
#define HEADER      64
#define AVX_STATE   256 /* upper halves of the YMM registers, at offset 576 (SDM 1 13.5.3) */
#define MXCSR_PLACE 24

size_t fpu_size(void)
{
	if (!with_xsave)
		return LEGACY;
	return LEGACY + HEADER + (components & XCR0_AVX ? AVX_STATE : 0);
}

uint64_t fpu_components(void)
{
	return components;
}

bool fpu_xcr0_lost(void)
{
	return xcr0_lost;
}

void fpu_make_loadable(void *area, uint64_t components_in_it)
{
	char *bytes = area;
	uint64_t state;
	uint32_t mxcsr;

	memcpy(&mxcsr, bytes + MXCSR_PLACE, sizeof mxcsr);
	mxcsr &= mxcsr_mask;
	memcpy(bytes + MXCSR_PLACE, &mxcsr, sizeof mxcsr);
	memcpy(&state, bytes + LEGACY, sizeof state);
	state &= components & components_in_it;
	if (!components_in_it)
		state = XCR0_X87 | XCR0_SSE;
	zero_bytes(bytes + LEGACY, HEADER);
	memcpy(bytes + LEGACY, &state, sizeof state);
}
