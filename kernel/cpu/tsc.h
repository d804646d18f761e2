/* SPDX-License-Identifier: MIT */
/* Properties of the time stamp counter. cpu_features says whether it is invariant. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Returns the frequency of the TSC in kHz from CPUID: the hypervisor's value (leaf 4000_0010H), the
 * crystal frequency times the TSC's ratio to it (15H), or the base frequency (16H). Returns 0 if
 * none of these leaves has it.
 */
uint64_t tsc_khz(void);

/*
 * Makes LFENCE wait for all earlier instructions, as timestamp() needs. Returns true if LFENCE now
 * does so. On Intel's CPUs it always does (SDM 2A, LFENCE). On AMD's CPUs it always does in family
 * 11H and in families before 10H. In AMD's other families it does if CPUID 8000_0021H EAX[2] or bit
 * 1 of MSR C001_1029H is set (APM 3, LFENCE). This function tries to set the bit of the MSR. Called
 * after cpu_init().
 */
bool tsc_make_lfence_serialize(void);
