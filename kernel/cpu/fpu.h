/* SPDX-License-Identifier: MIT */
/*
 * The x87, SSE and AVX registers, here called the FPU. The kernel does not use them. A program gets
 * the FPU on its first FPU instruction, which raises #NM because CR0.TS is set (SDM 3A 13.4, 13.5).
 * From then on, the registers are saved and restored at each switch from or to this program, never
 * lazily: a task never runs with another task's values in them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FPU_AREA 1024 /* bytes of a task's save area; XSAVE with AVX needs 832 (SDM 1 13.4) */

/*
 * Enables the FPU if the CPU has FXSAVE. Without FXSAVE, every FPU instruction raises #UD. Also
 * enables AVX if three conditions hold: the CPU has XSAVE, it has AVX, and XCR0 keeps its value.
 * Called once, by the boot CPU.
 */
void fpu_init(void);

/* Enables on another CPU what fpu_init() has enabled on the boot CPU. */
void fpu_init_other(void);

/*
 * Returns the low half of XCR0. Executes CPUID first, which causes a VM exit under a hypervisor. So
 * the result shows whether XCR0 keeps its value over a VM exit. CR4.OSXSAVE must be set.
 */
uint32_t fpu_xcr0(void);

/*
 * Returns true if the CPU has XSAVE but a VM exit changed XCR0. The kernel then uses FXSAVE, and
 * programs cannot use AVX.
 */
bool fpu_xcr0_lost(void);

/* Returns true if programs can use the FPU. */
bool fpu_present(void);

/*
 * Fills `area` (FPU_AREA bytes, 64-byte aligned) with the initial state, loads it, and gives the
 * FPU to the current task.
 */
void fpu_start(void *area);

void fpu_save(void *area);
void fpu_restore(const void *area);

/*
 * Returns the pending unmasked exceptions as FPU_* bits: those of SSE if `simd` is set, otherwise
 * those of x87 (SDM 1 8.1.3, 10.2.3).
 */
#define FPU_INVALID   1U
#define FPU_DENORMAL  2U
#define FPU_ZERO      4U
#define FPU_OVERFLOW  8U
#define FPU_UNDERFLOW 16U
#define FPU_PRECISION 32U
uint32_t fpu_exceptions(bool simd);

/* Clears the registers and takes the FPU from the current task. */
void fpu_stop(void);

/*
 * For signal frames. fpu_size() returns the number of bytes that fpu_save() stores.
 * fpu_components() returns the state components that fpu_save() stores, as bits of XCR0, or 0 if it
 * uses FXSAVE. fpu_make_loadable() prepares an area whose contents user mode has written: it clears
 * the bits that would raise #GP on loading (SDM 1 13.8). `components_in_it` are the components that
 * the area has, or 0 if it has the format of FXSAVE.
 */
size_t fpu_size(void);
uint64_t fpu_components(void);
void fpu_make_loadable(void *area, uint64_t components_in_it);
