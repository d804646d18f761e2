/* SPDX-License-Identifier: MIT */
/*
 * All address constants of the kernel, and a map of them. With ISOLATION bouncing, programs may also
 * use the upper half; the kernel then uses the same addresses under page tables of its own.
 *
 *   0000000000000000  null page, never mapped
 *   0000000000400000  programs are linked here
 *   0000000010000000  position-independent programs are loaded here
 *   00007fffff7fe000  mmap() allocates downwards from here
 *   00007fffff7ff000  the user stack may grow down to here (USER_STACK_LIMIT)
 *   00007fffffe00000  first place of the entry window (ISOLATION bouncing); it moves if a
 *                     program needs these addresses
 *   00007fffffffb000  user stack of a new program (USER_STACK_SIZE)
 *   00007ffffffff000  USER_TOP: the last page is never mapped, so that SYSRET never sees a
 *                     non-canonical RCX (SDM 2B, SYSRET)
 *   ------------------------------------------------------------- non-canonical hole
 *   ffff800000000000  direct map of RAM and screen     PML4[256..319], shared, global, NX
 *   ffffa00000000000  places of the entry window (bouncing)   PML4[320..506]
 *   fffffd8000000000  never mapped: links between the kernel's PML4s (bouncing)   PML4[507..508]
 *   fffffe8000000000  an entry of a user PML4, borrowed for a copy (bouncing)   PML4[509]
 *   ffffff0000000000  fixed kernel stacks              PML4[510], private to each task
 *   ffffff8000000000  heap of kernel stacks            PML4[511]: the kernel's PDPT, shared
 *   ffffffa000000000  loading window
 *   ffffffb000000000  a user page, mapped for a copy (bouncing)
 *   ffffffc000000000  per-CPU area: stacks of each CPU, with guard pages between them
 *   ffffffd000000000  devices (local APIC), uncached
 *   ffffffe000000000  pages that benchmarks map and unmap, never global
 *   ffffffe040000000  memory of the probe loops (bench/guest/micro), in 4 KiB pages
 *   ffffffe080000000  the same memory in 2 MiB pages
 *   ffffffe800000000  views (vm/view.h) of files from which a program is loaded
 *   ffffffff80100000  kernel image, its sections page-aligned (not with BOOT=level1)
 *
 * With BOOT=level1, the loader maps the following addresses. The kernel's own tables keep only the
 * kernel image there:
 *
 *   fffffffff8000000  devices
 *   fffffffffc000000  framebuffer
 *   ffffffffffe00000  the loader's description of the machine: struct level1 (boot/level1/level1.h)
 *   ffffffffffe01000  the loader's settings, one page
 *   ffffffffffe02000  kernel image; above it, up to 2^64, the stacks of the CPUs
 */
#pragma once

#define PAGE_SHIFT                12
#define PAGE_SIZE                 (1UL << PAGE_SHIFT)
#define PAGE_MASK                 (PAGE_SIZE - 1)

#define KIB                       1024UL
#define MIB                       (1024UL * KIB)
#define GIB                       (1024UL * MIB)

#define BOOT_MAPPED               (4 * GIB) /* bytes from address 0 that the boot page tables map */

/* Bytes that one entry of a page table, page directory, PDPT or PML4 maps (SDM 3A 4.5). */
#define PT_SPAN                   PAGE_SIZE
#define PD_SPAN                   (2 * MIB)
#define PDPT_SPAN                 GIB
#define PML4_SPAN                 (512 * GIB)

/* The user half. */
#define USER_BASE                 0x0000000000010000UL
#define USER_PIE_BASE             0x0000000010000000UL
#define USER_TOP                  0x00007ffffffff000UL
#define USER_STACK_TOP            USER_TOP
#define USER_STACK_SIZE           (16 * KIB)
#define USER_STACK_BASE           (USER_STACK_TOP - USER_STACK_SIZE)
#define USER_STACK_LIMIT          (8 * MIB)
#define USER_STACK_GUARD          PAGE_SIZE /* always stays unmapped below the lowest stack page */
#define USER_MAP_TOP              (USER_STACK_TOP - USER_STACK_LIMIT - USER_STACK_GUARD)

/*
 * The upper half, as programs see it if it belongs to them (ISOLATION_UPPER_HALF). Its last page is
 * never mapped, so that the end of a region is never 2^64, which no uintptr_t holds.
 */
#define USER_UPPER_BASE           0xffff800000000000UL
#define USER_UPPER_TOP            0xfffffffffffff000UL

/*
 * The first place of the entry window (isolation/entry_window.h). The window has at most
 * ENTRY_WINDOW_MAX pages. The page table that maps this place also maps the stack of a new program.
 */
#define ENTRY_WINDOW_BASE         0x00007fffffe00000UL
#define ENTRY_WINDOW_MAX          4
#define ENTRY_WINDOW_LOWEST       (4 * GIB) /* the lowest place; a program's GS base is below it */

/*
 * Places in the upper half are in this range. The kernel's own tables map nothing else there, so
 * they can map the window at the same address as the user tables do.
 */
#define ENTRY_WINDOW_UPPER        (DIRECT_MAP_BASE + DIRECT_MAP_SIZE)
#define ENTRY_WINDOW_UPPER_TOP    0xfffffd8000000000UL

/* Two entries of the kernel's PML4s that are never present (isolation/kernel_roots.h). */
#define KERNEL_LINK_NEXT_PML4     507
#define KERNEL_LINK_PREVIOUS_PML4 508

/* The kernel half: PML4 entries KERNEL_PML4_FIRST to 511. */
#define KERNEL_PML4_FIRST         256

#define DIRECT_MAP_BASE           0xffff800000000000UL
#define DIRECT_MAP_SIZE           (64 * PML4_SPAN)

/*
 * Fixed stacks: the same virtual addresses in every task, mapped to private frames. fixed-ist uses
 * three stacks (see kstack_fixed_ist.c), fixed-rsp0 only the first. There are guard pages below,
 * between and above them.
 */
#define KSTACK_FIXED_PML4         510
#define KSTACK_FIXED_BASE         0xffffff0000000000UL
#define KSTACK_SIZE               (8 * KIB)
#define KSTACK_FIXED_TOP          (KSTACK_FIXED_BASE + PAGE_SIZE + KSTACK_SIZE)
#define KSTACK_FIXED_IRQ_TOP      (KSTACK_FIXED_TOP + 2 * PAGE_SIZE)
#define KSTACK_FIXED_FAULT_TOP    (KSTACK_FIXED_IRQ_TOP + 2 * PAGE_SIZE)
#define KSTACK_FIXED_END          (KSTACK_FIXED_FAULT_TOP + PAGE_SIZE)

/* The kernel's PDPT. */
#define KERNEL_PDPT_PML4          511
#define KSTACK_HEAP_BASE          0xffffff8000000000UL
#define KSTACK_HEAP_STRIDE        (2 * PAGE_SIZE + KSTACK_SIZE) /* with a guard page on each side */
#define KSTACK_HEAP_SLOTS         16384UL
#define KSTACK_HEAP_END           (KSTACK_HEAP_BASE + KSTACK_HEAP_SLOTS * KSTACK_HEAP_STRIDE)

#define WINDOW_BASE               0xffffffa000000000UL
#define WINDOW_SIZE               (2 * MIB) /* the most bytes that the loader maps at a time */
#define WINDOW_RANDOM_RANGE       GIB       /* bytes from WINDOW_BASE in which a random window lies */

/*
 * Where the kernel maps user memory during a copy, if its own page tables map no user memory
 * (isolation/user_bouncing.c).
 */
#define COPY_ENTRY_PML4           509
#define COPY_ENTRY_BASE           0xfffffe8000000000UL
#define COPY_PAGE                 0xffffffb000000000UL

#define CPU_AREA_BASE             0xffffffc000000000UL
#define CPU_AREA_STRIDE           (128 * KIB)
#define CPU_AREA_SLOTS            ((MMIO_BASE - CPU_AREA_BASE) / CPU_AREA_STRIDE)
#define CPU_STACK_SIZE            PAGE_SIZE /* of each per-CPU stack except the scratch stack */
#define SCRATCH_SIZE              (2 * PAGE_SIZE)
#define IDLE_SIZE                 (2 * PAGE_SIZE)
#define CPU_AREA(cpu)             (CPU_AREA_BASE + (cpu)*CPU_AREA_STRIDE)
#define CPU_SCRATCH_TOP(cpu)      (CPU_AREA(cpu) + PAGE_SIZE + SCRATCH_SIZE)
#define CPU_ENTRY_TOP(cpu)        (CPU_SCRATCH_TOP(cpu) + PAGE_SIZE + CPU_STACK_SIZE)
#define CPU_DF_TOP(cpu)           (CPU_ENTRY_TOP(cpu) + PAGE_SIZE + CPU_STACK_SIZE)
#define CPU_NMI_TOP(cpu)          (CPU_DF_TOP(cpu) + PAGE_SIZE + CPU_STACK_SIZE)
#define CPU_MC_TOP(cpu)           (CPU_NMI_TOP(cpu) + PAGE_SIZE + CPU_STACK_SIZE)
#define CPU_DB_TOP(cpu)           (CPU_MC_TOP(cpu) + PAGE_SIZE + CPU_STACK_SIZE)
#define CPU_GP_TOP(cpu)           (CPU_DB_TOP(cpu) + PAGE_SIZE + CPU_STACK_SIZE)
#define CPU_IDLE_TOP(cpu)         (CPU_GP_TOP(cpu) + PAGE_SIZE + IDLE_SIZE) /* not for the boot CPU */

#define MMIO_BASE                 0xffffffd000000000UL
#define LAPIC_BASE                MMIO_BASE

#define BENCH_AREA_BASE           0xffffffe000000000UL
#define BENCH_AREA_SIZE           (16 * MIB)
#define MICRO_SMALL_BASE          0xffffffe040000000UL
#define MICRO_LARGE_BASE          0xffffffe080000000UL
#define MICRO_SIZE                (256 * MIB)

#define VIEW_BASE                 0xffffffe800000000UL
#define VIEW_SLOTS                64UL /* of PDPT_SPAN bytes each */

#define KERNEL_VMA                0xffffffff80000000UL
#define KERNEL_LMA                0x0000000000100000UL
#define KERNEL_BASE               (KERNEL_VMA + KERNEL_LMA)

/* BOOT=level1: the addresses that the protocol publishes. */
#define LEVEL1_DEVICES            0xfffffffff8000000UL
#define LEVEL1_FRAMEBUFFER        0xfffffffffc000000UL
#define LEVEL1_INFO               0xffffffffffe00000UL
#define LEVEL1_SETTINGS           (LEVEL1_INFO + PAGE_SIZE)
#define LEVEL1_KERNEL             (LEVEL1_SETTINGS + PAGE_SIZE)

/*
 * User address of the local APIC for programs of benchmarks (`wants_lapic` in bench/guest/bench.h).
 * User space maps no other device.
 */
#define BENCH_USER_LAPIC          0x0000700000000000UL

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

#define PML4_INDEX(va) (((va) >> 39) & 511)
#define PDPT_INDEX(va) (((va) >> 30) & 511)
#define PD_INDEX(va)   (((va) >> 21) & 511)
#define PT_INDEX(va)   (((va) >> 12) & 511)

_Static_assert(PML4_INDEX(DIRECT_MAP_BASE) == KERNEL_PML4_FIRST, "the direct map opens the kernel half");
_Static_assert(PML4_INDEX(DIRECT_MAP_BASE + DIRECT_MAP_SIZE) < KSTACK_FIXED_PML4,
               "direct map meets fixed stack");
_Static_assert(PML4_INDEX(KSTACK_FIXED_BASE) == KSTACK_FIXED_PML4,
               "the fixed stack has a PML4 entry of its own");
_Static_assert(PML4_INDEX(KSTACK_FIXED_END - 1) == KSTACK_FIXED_PML4, "the fixed stack fits its PML4 entry");
_Static_assert(KSTACK_FIXED_END - KSTACK_FIXED_BASE <= PD_SPAN, "one page table holds a task's fixed stacks");
_Static_assert(PML4_INDEX(KSTACK_HEAP_BASE) == KERNEL_PDPT_PML4, "the stack heap lies in the kernel's PDPT");
_Static_assert(KSTACK_HEAP_END <= WINDOW_BASE, "stack heap meets window");
_Static_assert(PD_SPAN % KSTACK_HEAP_STRIDE == 0, "a slot never straddles two page tables");
_Static_assert(PML4_INDEX(WINDOW_BASE) == KERNEL_PDPT_PML4, "the window lies in the kernel's PDPT");
_Static_assert(WINDOW_BASE % PDPT_SPAN == 0 && WINDOW_RANDOM_RANGE <= PDPT_SPAN,
               "one page directory for the window");
_Static_assert(WINDOW_BASE + WINDOW_RANDOM_RANGE <= CPU_AREA_BASE, "window meets per-CPU area");
_Static_assert(PML4_INDEX(COPY_ENTRY_BASE) == COPY_ENTRY_PML4, "the borrowed entry is where it is used");
_Static_assert(WINDOW_BASE + WINDOW_RANDOM_RANGE <= COPY_PAGE && COPY_PAGE + PAGE_SIZE <= CPU_AREA_BASE,
               "the page of a copy meets window or per-CPU area");
_Static_assert(CPU_AREA(CPU_AREA_SLOTS) <= MMIO_BASE, "per-CPU area meets devices");
_Static_assert(CPU_IDLE_TOP(0) + PAGE_SIZE <= CPU_AREA(1), "the stacks of a CPU fit its area");
_Static_assert(MMIO_BASE + PAGE_SIZE <= BENCH_AREA_BASE, "devices meet the benchmark area");
_Static_assert(BENCH_AREA_BASE + BENCH_AREA_SIZE <= MICRO_SMALL_BASE, "the benchmark areas meet");
_Static_assert(MICRO_SMALL_BASE + MICRO_SIZE <= MICRO_LARGE_BASE && MICRO_LARGE_BASE % PD_SPAN == 0,
               "the areas of the probe loops meet");
_Static_assert(MICRO_LARGE_BASE + MICRO_SIZE <= VIEW_BASE, "benchmark areas meet the views");
_Static_assert(VIEW_BASE % PDPT_SPAN == 0 && VIEW_BASE + VIEW_SLOTS * PDPT_SPAN <= KERNEL_VMA,
               "views meet the kernel image");
_Static_assert(VIEW_BASE + VIEW_SLOTS * PDPT_SPAN <= LEVEL1_DEVICES && LEVEL1_DEVICES < LEVEL1_FRAMEBUFFER &&
                       LEVEL1_FRAMEBUFFER < LEVEL1_INFO && LEVEL1_INFO == -PD_SPAN,
               "the last 2 MiB of addresses begin with the loader's description");
_Static_assert(KSTACK_FIXED_TOP % 16 == 0 && KSTACK_SIZE % PAGE_SIZE == 0, "stacks are page-aligned");
_Static_assert(USER_STACK_SIZE <= USER_STACK_LIMIT, "a new stack is within its limit");
_Static_assert(ENTRY_WINDOW_BASE % PD_SPAN == 0 && USER_STACK_TOP - ENTRY_WINDOW_BASE < PD_SPAN,
               "stack and entry window share a page table");
_Static_assert(PML4_INDEX(ENTRY_WINDOW_UPPER_TOP) == KERNEL_LINK_NEXT_PML4 &&
                       KERNEL_LINK_NEXT_PML4 + 1 == KERNEL_LINK_PREVIOUS_PML4 &&
                       KERNEL_LINK_PREVIOUS_PML4 + 1 == COPY_ENTRY_PML4,
               "no place of the window uses the entries with the links");
_Static_assert(ENTRY_WINDOW_BASE >= ENTRY_WINDOW_LOWEST, "the GS base shows whose it is");
_Static_assert(ENTRY_WINDOW_BASE + ENTRY_WINDOW_MAX * PAGE_SIZE < USER_STACK_BASE,
               "the entry window meets a new program's stack");
_Static_assert(USER_STACK_TOP <= USER_TOP, "the user stack lies in the user half");

/*
 * phys_to_virt() returns the address of a physical address in the direct map; virt_to_phys()
 * converts it back.
 */
#if __STDC_HOSTED__ /* the unit tests on the host define their own memory */
void *phys_to_virt(uint64_t physical);
uint64_t virt_to_phys(const void *address);
#else
static inline void *phys_to_virt(uint64_t physical)
{
	return (void *)(DIRECT_MAP_BASE + physical);
}

static inline uint64_t virt_to_phys(const void *address)
{
	return (uintptr_t)address - DIRECT_MAP_BASE;
}
#endif
#endif
