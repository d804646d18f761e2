/* SPDX-License-Identifier: MIT */
/*
 * pingpong ping|pong N: two tasks yield to each other; in each turn a task touches N pages of its
 * own. The `ping` task takes the samples (bench/guest/user.c describes the protocol).
 */
#include "bench/programs/pingpong.h"
#include "bench/programs/user.h"
#include "bench/protocol/steps.h"

#define WORDS (PAGE_SIZE / 8)
#define LINE  8 /* words in a cache line */

static volatile uint64_t (*pages)[WORDS]; /* anonymous memory: the N pages that are touched */
static volatile uint64_t turns;           /* turns so far; the kernel reads them in task `pong` */

/* Touches one line of each page, at different offsets, so that they do not all use one set of the
 * cache. */
static inline void touch(size_t n)
{
	for (size_t i = 0; i < n; i++)
		pages[i][i * LINE % WORDS]++;
}

static inline void yield(void)
{
	call(SYS_sched_yield, 0, 0, 0);
}

static int all_touched(size_t n, uint64_t times)
{
	for (size_t i = 0; i < n; i++)
		if (pages[i][i * LINE % WORDS] != times)
			return 0;
	return 1;
}

static int ping(const char *self, const char *count, size_t n)
{
	const char *argv[] = { self, "pong", count, NULL };
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long pid = call(SYS_spawn, (uintptr_t)self, (uintptr_t)argv, 0), what;
	uint64_t touched = 0;

	if (pid <= 0)
		return 1;
	call(SYS_bench_value, 2, (uintptr_t)&turns, 0);
	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		uint64_t t0 = stamp();

		__asm__ volatile("prefetchnta (%0)" : : "r"(begin) : "memory");
		if (what == STEP_SAMPLE) {
			for (int i = 0; i < PINGPONG_ROUNDS; i++) {
				touch(n);
				yield();
			}
			touched += PINGPONG_ROUNDS;
		} else {
			for (int i = 0; i < PINGPONG_ROUNDS; i++) {
				touch(n);
				touch(n);
			}
			touched += 2 * PINGPONG_ROUNDS;
		}
		__asm__ volatile("prefetchnta (%0)" : : "r"(end) : "memory");
		call(SYS_bench_value, 1, stamp(), 0);
		call(SYS_bench_value, 0, t0, 0);
	}
	if (call(SYS_kill, (uint64_t)pid, 9, 0) || call(SYS_wait4, (uint64_t)pid, 0, 0) != pid)
		return 1;
	return !all_touched(n, touched);
}

_Noreturn static void pong(size_t n)
{
	for (;;) {
		touch(n);
		turns++;
		yield();
	}
}

static size_t number(const char *digits)
{
	size_t value = 0;

	while (*digits)
		value = value * 10 + (size_t)(*digits++ - '0');
	return value;
}

int main(int argc, char **argv)
{
	size_t n = argc == 3 ? number(argv[2]) : PINGPONG_PAGES + 1;
	long at;

	if (n > PINGPONG_PAGES)
		return 2;
	at = n ? call6(SYS_mmap, 0, n * PAGE_SIZE, PROT_READ | PROT_WRITE,
	               (uint64_t)(MAP_PRIVATE | MAP_ANONYMOUS), ~0UL, 0)
	       : 0;
	if (at < 0)
		return 2;
	pages = (volatile uint64_t(*)[WORDS])at;
	if (equal(argv[1], "ping"))
		return ping(argv[0], argv[2], n);
	pong(n);
}
