/* SPDX-License-Identifier: MIT */
/*
 * The registers of x87, SSE and AVX. The kernel uses none of them; a program gets them with its first instruction that
 * does, which raises #NM while CR0.TS is set (SDM 3A 13.4, 13.5). They are saved and restored at each switch from or to such a
 * program, never later: nothing of one task is left in them while another runs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FPU_AREA 1024 /* bytes that a task has for them: XSAVE with AVX takes 832 (SDM 1 13.4) */

/*
 * Turns them on where the CPU has FXSAVE, with AVX where it has XSAVE too and XCR0 keeps what is written there; otherwise
 * each use raises #UD. Once per CPU.
 */
void fpu_init(void);

/* XCR0 as it is after a VM exit, where there is a hypervisor: CPUID always exits. CR4.OSXSAVE must be set. */
uint32_t fpu_xcr0(void);

/* Whether the CPU has XSAVE, but XCR0 was another after a VM exit than what was written: FXSAVE is used, without AVX. */
bool fpu_xcr0_lost(void);

/* Whether programs can have them. */
bool fpu_present(void);

/* Fills `area` (FPU_AREA bytes, 64-byte aligned) with what a new program finds, and gives them to the running task. */
void fpu_start(void *area);

void fpu_save(void *area);
void fpu_restore(const void *area);

/* Exceptions that the status words have and their masks let through: of SSE when `simd`, else of x87 (SDM 1 8.1.3, 10.2.3). */
#define FPU_INVALID   1U
#define FPU_DENORMAL  2U
#define FPU_ZERO      4U
#define FPU_OVERFLOW  8U
#define FPU_UNDERFLOW 16U
#define FPU_PRECISION 32U
uint32_t fpu_exceptions(bool simd);

/* Clears them and takes them away from the running task. */
void fpu_stop(void);

/*
 * For signal frames: bytes of what fpu_save() fills, the components in it (XCR0; 0: FXSAVE has filled it), and whether `area`,
 * which came from user mode, can be loaded: bits that would raise #GP are cleared (SDM 1 13.8).
 */
size_t fpu_size(void);
uint64_t fpu_components(void);
void fpu_make_loadable(void *area, uint64_t components_in_it);
