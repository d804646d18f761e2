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
 * Makes LFENCE wait for all earlier instructions, which timestamp() needs. Intel: it always does (SDM 2A, LFENCE). AMD:
 * when CPUID 8000_0021H EAX[2] says so, before family 10H, and else with MSR C001_1029H bit 1, which is set here
 * (APM 3, LFENCE). Returns whether it does. Only after cpu_init().
 */
bool tsc_make_lfence_serialize(void);
