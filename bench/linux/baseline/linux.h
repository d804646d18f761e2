/* SPDX-License-Identifier: MIT */
/*
 * Included before bench/programs/probe.c and real.c when they are compiled for Linux. Linux has
 * none of the system calls for Palimpsest's benchmarks, so this header does in user mode what those
 * calls do. Both kernels thus run the same code.
 *
 * The compiled programs are started as `probe REGION PART KIND ARGUMENT`, or with `real` in place
 * of `probe`; KIND and ARGUMENT are passed on to the benchmark's own main(). REGION is the number
 * of the first region. The regions are, in this order: LINUX_WARMUP samples to warm up,
 * LINUX_SAMPLES samples, and LINUX_OVERHEAD empty bodies. If PART is `kernel`, the instrumentation
 * library counts only instructions in the kernel half. If PART is `all`, it counts all
 * instructions, except in regions that the benchmark opens with MARK_BEGIN_KERNEL. The library
 * reports the counts of each region.
 */
#pragma once

#include "bench/programs/user.h"

#define LINUX_WARMUP   5
#define LINUX_SAMPLES  25
#define LINUX_OVERHEAD 3

static uint64_t linux_region, linux_taken, linux_begin = MARK_BEGIN;

static inline long linux_bench_next(void)
{
	const uint64_t step = linux_taken++;

	if (step == LINUX_WARMUP + LINUX_SAMPLES + LINUX_OVERHEAD)
		return 0;
	__asm__ volatile("prefetchnta (%0)" : : "r"(MARK_REGION(linux_region + step)) : "memory");
	return step < LINUX_WARMUP + LINUX_SAMPLES ? 1 : 2;
}

static inline long linux_spawn(uint64_t path, uint64_t argv, uint64_t envp)
{
	long pid = call(SYS_fork, 0, 0, 0);

	if (pid == 0) {
		call(SYS_execve, path, argv, envp);
		call(SYS_exit, 127, 0, 0);
	}
	return pid;
}

/* Makes a system call. If Linux does not have the call, does what Palimpsest's call does.
 * `number` is always a constant, so the compiler keeps only the code of one case. */
__attribute__((always_inline)) static inline long linux_call(long number, uint64_t a, uint64_t b, uint64_t c)
{
	switch (number) {
	case SYS_bench_next:
		return linux_bench_next();
	case SYS_bench_start:
	case SYS_bench_stamp:
	case SYS_bench_value:
		return 0;
	case SYS_spawn:
		return linux_spawn(a, b, c);
	default:
		return call(number, a, b, c);
	}
}

#define call linux_call
#undef MARK_BEGIN
#define MARK_BEGIN linux_begin

static inline uint64_t linux_number(const char *digits)
{
	uint64_t n = 0;

	while (*digits >= '0' && *digits <= '9')
		n = n * 10 + (uint64_t)(*digits++ - '0');
	return n;
}

/* The main() of probe.c or real.c, renamed. If argv[1] is no number, the main() below passes all
 * arguments to bench_main() unchanged. This happens when a benchmark starts itself. */
int bench_main(int argc, char **argv);

int main(int argc, char **argv)
{
	char *self = argv[0];

	if (argc < 3 || argv[1][0] < '0' || argv[1][0] > '9')
		return bench_main(argc, argv);
	linux_region = linux_number(argv[1]);
	if (equal(argv[2], "kernel"))
		linux_begin = MARK_BEGIN_KERNEL;
	argv[2] = self;
	return bench_main(argc - 2, argv + 2);
}

#define main bench_main
