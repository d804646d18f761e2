/* SPDX-License-Identifier: MIT */
/*
 * Bits of the CPU's registers, and addresses of its MSRs. Volumes and chapters are those of Intel's
 * SDM.
 */
#pragma once

/* CR0 and CR4 (SDM 3A 2.5). */
#define CR0_MP          (1UL << 1)
#define CR0_EM          (1UL << 2)
#define CR0_TS          (1UL << 3)
#define CR0_NE          (1UL << 5)
#define CR0_WP          (1UL << 16)
#define CR0_AM          (1UL << 18)
#define CR4_MCE         (1UL << 6)
#define CR4_PGE         (1UL << 7)
#define CR4_OSFXSR      (1UL << 9)
#define CR4_OSXMMEXCPT  (1UL << 10)
#define CR4_UMIP        (1UL << 11)
#define CR4_FSGSBASE    (1UL << 16)
#define CR4_PCIDE       (1UL << 17)
#define CR4_OSXSAVE     (1UL << 18)
#define CR4_SMEP        (1UL << 20)
#define CR4_SMAP        (1UL << 21)

/* Model-specific registers (SDM 4). */
#define MSR_APIC_BASE   0x1bU
#define MSR_EFER        0xc0000080U
#define MSR_STAR        0xc0000081U
#define MSR_LSTAR       0xc0000082U
#define MSR_FMASK       0xc0000084U
#define MSR_FS_BASE     0xc0000100U
#define MSR_GS_BASE     0xc0000101U
#define MSR_KERNEL_GS   0xc0000102U

#define RFLAGS_FIXED    (1UL << 1)
#define RFLAGS_TF       (1UL << 8)
#define RFLAGS_IF       (1UL << 9)
#define RFLAGS_DF       (1UL << 10)
#define RFLAGS_NT       (1UL << 14)
#define RFLAGS_RF       (1UL << 16)
#define RFLAGS_AC       (1UL << 18)

/* The bits of RFLAGS that a program may set: CF, PF, AF, ZF, SF, TF, DF, OF, RF, AC. */
#define RFLAGS_USER     0x50dd5UL

/*
 * Debug registers (SDM 3B 17.2). DR6 shows why #DB was raised; the CPU never clears it. DR7 enables
 * breakpoints.
 */
#define DR6_NONE        0xffff0ff0UL
#define DR6_BREAKPOINTS 0xfUL
#define DR6_STEP        (1UL << 14)
#define DR7_NONE        0x400UL
