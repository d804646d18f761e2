/* SPDX-License-Identifier: MIT */
/* The registers that a C function preserves for its caller (psABI 3.2.1), RSP aside. */
#pragma once

#include <stdint.h>

/* As PUSH_CALLEE_SAVED (x86/registers.inc) leaves them on a stack, lowest address first. */
struct callee_saved {
	uint64_t r15, r14, r13, r12, rbp, rbx;
};
