/* SPDX-License-Identifier: MIT */
/* Properties of the time stamp counter. cpu_features says whether it is invariant. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Returns the frequency of the TSC in kHz from CPUID: the hypervisor's (leaf 4000_0010H), the
 * crystal's times its ratio (15H), or the base frequency (16H). Returns 0 if none of these leaves
 * has it.
 */
uint64_t tsc_khz(void);

/*
 * Makes LFENCE wait for all earlier instructions, as timestamp() needs, and returns true if it
 * does. On Intel it always does (SDM 2A, LFENCE). On AMD it does in families before 10H and in 11H,
 * if CPUID 8000_0021H EAX[2] is set, or if MSR C001_1029H bit 1 is set, which this tries to set
 * (APM 3, LFENCE). Called after cpu_init().
 */
bool tsc_make_lfence_serialize(void);
