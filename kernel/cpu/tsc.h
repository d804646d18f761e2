/* SPDX-License-Identifier: MIT */
/* What CPUID says of the time stamp counter. Whether it is invariant: cpu_features. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Frequency of the TSC in kHz: from the hypervisor (leaf 4000_0010H), from the crystal and its ratio (15H), or the
 * base frequency (16H). 0 when none of them has it.
 */
uint64_t tsc_khz(void);

/*
 * Whether LFENCE waits for all earlier instructions, which timestamp() needs. Intel: always (SDM 2A, LFENCE). AMD:
 * when CPUID 8000_0021H EAX[2] or MSR C001_1029H bit 1 say so, and before family 10H (APM 3, LFENCE).
 */
bool tsc_lfence_serializes(void);
