/* SPDX-License-Identifier: MIT */
/* What fixed-ist and fixed-rsp0 share: private pages below PML4 entry KSTACK_FIXED_PML4. */
#pragma once

#include "stack/kstack.h"

/* The stacks of this STACK, lowest first: each one's top and its size in pages. */
struct fixed_stack {
	uintptr_t top;
	size_t pages;
};
extern const struct fixed_stack fixed_stacks[];
extern const size_t fixed_stack_count;
