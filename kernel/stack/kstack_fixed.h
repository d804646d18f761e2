/* SPDX-License-Identifier: MIT */
/* Shared by fixed-ist and fixed-rsp0: private stack pages under PML4 entry KSTACK_FIXED_PML4. */
#pragma once

#include "stack/kstack.h"

/* A task's stacks with this value of STACK, lowest first: top address, and size in pages. */
struct fixed_stack {
	uintptr_t top;
	size_t pages;
};
extern const struct fixed_stack fixed_stacks[];
extern const size_t fixed_stack_count;
