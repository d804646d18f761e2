/* SPDX-License-Identifier: MIT */
/* The general registers that a C function preserves for its caller (psABI 3.2.1), except RSP. */
#pragma once

#include <stdint.h>

/* The words that PUSH_CALLEE_SAVED (x86/registers.inc) pushes, lowest address first. */
struct callee_saved {
	uint64_t r15, r14, r13, r12, rbp, rbx;
};
