/* SPDX-License-Identifier: MIT */
/* The cheapest system call: getpid, from the SYSCALL instruction to the SYSRET. */
#include "bench/guest/bench.h"

static bool stamped(struct bench *b)
{
	return b->t1 > b->t0; /* bench/programs/probe.c checks the result of the call */
}

BENCH(syscall_null, "a system call that does nothing", .name = "syscall.null", .check = stamped,
      .program = "probe", .argument = "null");
