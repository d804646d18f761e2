/* SPDX-License-Identifier: MIT */
/* The cheapest system call: getpid, from the SYSCALL instruction to the SYSRET. */
#include "bench/guest/bench.h"

BENCH(syscall_null, "a system call that does nothing", .name = "syscall.null", .check = bench_stamped,
      .program = "probe", .argument = "null");
