/* SPDX-License-Identifier: MIT */
/* What the program `nest stack` shares with bench/guest/experiments/pitfalls_user.c. */
#pragma once

#include <stdint.h>

#include "x86/layout.h"

/* The page that the program uses as its stack. A struct nest_page is at its lower end. */
#define NEST_PAGE (BENCH_USER_LAPIC + PAGE_SIZE)

/* Kinds of interrupts, by the stack on which they are taken. The kernel uses the kinds in turn. */
enum {
	NEST_KERNEL,    /* on the kernel's stack, as in normal operation */
	NEST_USER,      /* on the program's stack, with SMAP off */
	NEST_RESTORE,   /* on the kernel's stack; turns SMAP on again */
	NEST_USER_SMAP, /* on the program's stack, with SMAP on, as the kernel sets it at boot */
	NEST_KINDS
};
#define NEST_ROUNDS 16 /* interrupts of each kind */

struct nest_page {
	volatile uint64_t came;              /* set by the kernel */
	volatile uint64_t words[NEST_KINDS]; /* set by the program: kernel addresses found */
};
