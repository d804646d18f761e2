/* SPDX-License-Identifier: MIT */
/* Tests that the kernel detects the features of the machine and uses no missing ones. */
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "cpu/fpu.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "mem/paging.h"
#include "mem/pcid.h"
#include "tests/kernel/test.h"
#include "x86/cpuid.h"

#define SLOWEST_TIMER 1000000U /* ticks (of 16 input clocks) per second; known timers are faster */

/*
 * A CR4 bit must be set if and only if the CPU has the bit's feature. PCIDE is the exception: it
 * must be set if and only if the kernel uses PCIDs. The kernel may use PCIDs only if the CPU has
 * them.
 */
TEST(cr4_follows_the_features)
{
	const struct cpu_features *f = &cpu_features;
	const uint64_t cr4 = read_cr4(),
	               known = CR4_MCE | CR4_PGE | CR4_SMEP | CR4_SMAP | CR4_UMIP | CR4_PCIDE;
	uint64_t wanted = 0;

	wanted |= f->mce ? CR4_MCE : 0;
	wanted |= f->pge ? CR4_PGE : 0;
	wanted |= f->smep ? CR4_SMEP : 0;
	wanted |= f->smap ? CR4_SMAP : 0;
	wanted |= f->umip ? CR4_UMIP : 0;
	wanted |= pcid_on ? CR4_PCIDE : 0;
	if (pcid_on && !f->pcid)
		return "PCIDs are on, but the CPU has none";
	return (cr4 & known) == wanted ? NULL : "CR4 does not match the features";
}

struct reach {
	uint64_t bytes, elsewhere, huge, global;
};

static void add_leaf(uintptr_t address, size_t size, pte_t leaf, uint64_t flags, void *argument)
{
	struct reach *reach = argument;

	(void)flags;
	if (address < DIRECT_MAP_BASE || address >= DIRECT_MAP_BASE + DIRECT_MAP_SIZE)
		return;
	reach->bytes += size;
	reach->elsewhere += (pte_frame(leaf) & ~(size - 1)) != address - DIRECT_MAP_BASE;
	reach->huge += size == PDPT_SPAN;
	reach->global += !!(leaf & PTE_GLOBAL);
}

TEST(direct_map_covers_memory)
{
	struct reach reach = { 0 };

	paging_visit(read_cr3() & PTE_FRAME, KERNEL_PML4_FIRST,
	             PML4_INDEX(DIRECT_MAP_BASE + DIRECT_MAP_SIZE - 1), add_leaf, &reach);
	if (reach.bytes < frames_total() * PAGE_SIZE)
		return "it does not cover all frames";
	if (reach.elsewhere)
		return "a page of it maps another address";
	if (reach.huge && !cpu_features.page_1g)
		return "it has 1 GiB pages, which the CPU lacks";
	return reach.global && !cpu_features.pge ? "it has global pages, which the CPU lacks" : NULL;
}

/* The highest frame lies above 4 GiB if the machine has that much memory. */
TEST(highest_frame_holds_what_is_written)
{
	uint32_t others = FRAME_LIST_END;
	const char *problem = NULL;
	uint64_t frame, top = 0;
	size_t count = 0;

	while ((frame = frame_alloc()) != FRAME_NONE) {
		frame_list_push(&others, frame);
		top = frame > top ? frame : top;
		count++;
	}
	if (top) {
		volatile uint64_t *word = phys_to_virt(top);
		uint64_t before = *word;

		*word = ~before;
		problem = *word == ~before ? NULL : "a word written to it reads back differently";
	}
	while ((frame = frame_list_pop(&others)) != FRAME_NONE)
		frame_free(frame);
	return count ? problem : "no frame is free";
}

/*
 * The kernel calibrates the APIC timer with the PIT. On a machine without a PIT it assumes a rate;
 * if that rate were far too low, each timer period would be far too short.
 */
TEST(timer_rate_is_plausible)
{
	const bool on = interrupts_are_on();
	uint32_t ticks;

	interrupts_off();
	lapic_timer(1);
	ticks = lapic_read(LAPIC_TIMER_INIT);
	lapic_timer(0);
	if (on)
		interrupts_on();
	return ticks >= SLOWEST_TIMER ? NULL : "the measured rate is implausibly low";
}

#define XCR0_AVX 4U

/* The registers XMM0 and XMM15, or YMM0 and YMM15 if AVX is enabled. */
struct vectors {
	uint64_t first[4], last[4];
};

static struct vectors vectors_read(void)
{
	struct vectors v = { 0 };

	if (fpu_components() & XCR0_AVX)
		__asm__ volatile("vmovups %%ymm0, %0; vmovups %%ymm15, %1" : "=m"(v.first), "=m"(v.last));
	else
		__asm__ volatile("movups %%xmm0, %0; movups %%xmm15, %1" : "=m"(v.first), "=m"(v.last));
	return v;
}

static void vectors_write(const struct vectors *v)
{
	if (fpu_components() & XCR0_AVX)
		__asm__ volatile("vmovups %0, %%ymm0; vmovups %1, %%ymm15" : : "m"(v->first), "m"(v->last));
	else
		__asm__ volatile("movups %0, %%xmm0; movups %1, %%xmm15" : : "m"(v->first), "m"(v->last));
}

static bool vectors_are(const struct vectors *wanted)
{
	const struct vectors found = vectors_read();
	const size_t size = fpu_components() & XCR0_AVX ? 32 : 16;

	return memcmp(found.first, wanted->first, size) == 0 && memcmp(found.last, wanted->last, size) == 0;
}

/*
 * CPUID causes a VM exit under every hypervisor. Executes it once while the vector registers hold
 * values, and once while these values are saved in memory. The values must not change. Returns
 * NULL, or what went wrong.
 */
static const char *vectors_over_exits(void)
{
	static char saved[FPU_AREA] __attribute__((aligned(64)));
	const struct vectors clean = { 0 };

	for (uint64_t i = 1; i <= 20; i++) {
		const struct vectors full = { { i, ~i, i << 32, 5 }, { ~i << 8, i * i, i, 6 } };

		fpu_start(saved);
		if (!vectors_are(&clean))
			return "a new state is not clean";
		vectors_write(&full);
		cpuid_read(0);
		if (!vectors_are(&full))
			return "a VM exit changed the registers";
		fpu_save(saved);
		cpuid_read(0);
		vectors_write(&clean);
		fpu_restore(saved);
		if (!vectors_are(&full))
			return "registers changed over save, VM exit and restore";
	}
	return NULL;
}

TEST(fpu_state_survives_exits)
{
	const bool on = interrupts_are_on();
	const char *problem;

	if (!fpu_present())
		return SKIP "this CPU has no SSE";
	if (fpu_components() && fpu_xcr0() != fpu_components())
		return "XCR0 is not what the kernel wrote"; /* AVX instructions would raise #UD */
	interrupts_off();
	problem = vectors_over_exits();
	fpu_stop();
	if (on)
		interrupts_on();
	return problem;
}

/*
 * If XSAVE does not work on this machine, the kernel must leave CR4.OSXSAVE clear, which also hides
 * XSAVE from programs.
 */
TEST(xcr0_is_kept)
{
	const bool on = read_cr4() & CR4_OSXSAVE, seen = cpuid_read(1).c >> 27 & 1;

	if (on != (fpu_components() != 0) || seen != on)
		return "CR4.OSXSAVE does not match the use of XSAVE";
	if (!cpu_features.xsave)
		return on ? "XSAVE is on, but the CPU has none" : SKIP "the CPU has no XSAVE";
	if (!on)
		return fpu_xcr0_lost() ? SKIP
		               "a VM exit changes XCR0 (QEMU before 8.2 with emulated SVM): FXSAVE is used"
		                       : "XSAVE is off without a reason";
	return fpu_xcr0() == fpu_components() ? NULL : "XCR0 was changed";
}
