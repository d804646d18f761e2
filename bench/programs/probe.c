/* SPDX-License-Identifier: MIT */
/*
 * probe KIND PAYLOAD: the user half of the benchmarks. bench/guest/user.c describes the protocol.
 *
 * Every marker's address is in a register before the region opens. The regions of spawn and execve
 * are closed by the payload.
 */
#include "bench/programs/user.h"
#include "bench/protocol/steps.h"

/* For functions that are never timed. They are not inlined, so that the program's text fits into one
 * page: a second page would add to the counts of fork(). */
#define UNTIMED __attribute__((noinline))

/* Executes a BEGIN marker, the system call and an END marker, with nothing else between them. The
 * value is the call's result. */
#define MARKED_CALL(begin, end, number, a, b)                                                   \
	({                                                                                      \
		long result_;                                                                   \
		__asm__ volatile("prefetchnta (%[first])\n\t"                                   \
		                 "syscall\n\t"                                                  \
		                 "prefetchnta (%[last])"                                        \
		                 : "=a"(result_)                                                \
		                 : "a"((long)(number)), "D"((uint64_t)(a)), "S"((uint64_t)(b)), \
		                   "d"(0UL), [first] "r"(begin), [last] "r"(end)                \
		                 : "rcx", "r11", "memory");                                     \
		result_;                                                                        \
	})

static void empty_region(uint64_t begin)
{
	const uint64_t end = MARK_END;

	__asm__ volatile("prefetchnta (%0); prefetchnta (%1)" : : "r"(begin), "r"(end) : "memory");
}

static int null_call(void)
{
	const uint64_t begin = MARK_BEGIN_KERNEL, end = MARK_END;
	long pid = call(SYS_getpid, 0, 0, 0), what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		uint64_t t0 = stamp(), t1;

		if (what == STEP_SAMPLE) {
			if (MARKED_CALL(begin, end, SYS_getpid, 0, 0) != pid)
				return 1;
		} else {
			empty_region(begin);
		}
		t1 = stamp();
		call(SYS_bench_value, 0, t0, 0);
		call(SYS_bench_value, 1, t1, 0);
	}
	return 0;
}

static int wait_for(long pid)
{
	int status = 0;

	if (pid <= 0 || call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0) != pid)
		return -1;
	return status;
}

enum how { BY_SPAWN, BY_EXECVE };

/* Starts the payload without markers, and waits for it. Returns its wait status, or -1. */
static UNTIMED int start_unmarked(enum how how, const char *payload)
{
	const char *argv[] = { payload, NULL };
	long pid = how == BY_SPAWN ? call(SYS_spawn, (uintptr_t)payload, (uintptr_t)argv, 0)
	                           : call(SYS_fork, 0, 0, 0);

	if (pid == 0) {
		call(SYS_execve, (uintptr_t)payload, (uintptr_t)argv, 0);
		call(SYS_exit, 1, 0, 0);
	}
	return wait_for(pid);
}

/* Called after the last sample. `what` is the last result of SYS_bench_next. If it is STEP_VERIFY,
 * starts the payload once more, without markers. Returns the program's exit status. */
static UNTIMED int finish(long what, enum how how, const char *payload)
{
	if (what == STEP_VERIFY && start_unmarked(how, payload) == 0)
		what = call(SYS_bench_next, 0, 0, 0);
	return what != STEP_END;
}

/* Spawns the payload in each sample. The first instructions of the new task close the region and
 * stamp the time. */
static int spawn(const char *payload, uint64_t begin)
{
	const char *argv[] = { payload, NULL };
	const uint64_t end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		call(SYS_bench_start, 0, 0, 0);
		if (what == STEP_SAMPLE) {
			if (wait_for(MARKED_CALL(begin, end, SYS_spawn, payload, argv)) != 0)
				return 1;
		} else {
			empty_region(begin);
			call(SYS_bench_stamp, 0, 0, 0);
		}
	}
	return finish(what, BY_SPAWN, payload);
}

/* In each sample, starts a child that executes the payload (execve_child()). */
static int execve_all(const char *self, const char *payload)
{
	const char *argv[] = { self, "execve-child", payload, NULL };
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		if (what == STEP_SAMPLE) {
			if (wait_for(call(SYS_spawn, (uintptr_t)self, (uintptr_t)argv, 0)) != 0)
				return 1;
		} else {
			call(SYS_bench_start, 0, 0, 0);
			empty_region(MARK_BEGIN_KERNEL);
			call(SYS_bench_stamp, 0, 0, 0);
		}
	}
	return finish(what, BY_EXECVE, payload);
}

static int execve_child(const char *payload)
{
	const char *argv[] = { payload, NULL };
	const uint64_t begin = MARK_BEGIN_KERNEL, end = MARK_END;

	call(SYS_bench_start, 0, 0, 0);
	MARKED_CALL(begin, end, SYS_execve, payload, argv);
	return 1; /* execve() returned, so it failed */
}

static int roundtrip(const char *payload)
{
	const char *argv[] = { payload, "-", NULL };
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		int status = 0;
		uint64_t t0 = stamp();

		__asm__ volatile("prefetchnta (%0)" : : "r"(begin) : "memory");
		if (what == STEP_SAMPLE)
			status = wait_for(call(SYS_spawn, (uintptr_t)payload, (uintptr_t)argv, 0));
		__asm__ volatile("prefetchnta (%0)" : : "r"(end) : "memory");
		call(SYS_bench_value, 0, t0, 0);
		call(SYS_bench_value, 1, stamp(), 0);
		if (status != 0)
			return 1;
	}
	return finish(what, BY_SPAWN, payload);
}

static long map_at(uint64_t at, size_t pages, int flags)
{
	return call6(SYS_mmap, at, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
	             (uint64_t)(MAP_PRIVATE | MAP_ANONYMOUS | flags), ~0UL, 0);
}

static long map(size_t pages)
{
	return map_at(0, pages, 0);
}

#define FORKED_PAGES 16
#define PAGE_WORDS   (PAGE_SIZE / 8)

/* Word `i` of the pages that fork_copies() fills; no two are equal. */
static uint64_t pattern(size_t i)
{
	return (i + 1) * 0x9e3779b97f4a7c15;
}

/* Writes `first` to the first word of every page. */
static UNTIMED void write_first(volatile uint64_t *words, uint64_t first)
{
	for (size_t i = 0; i < FORKED_PAGES; i++)
		words[i * PAGE_WORDS] = first;
}

/* Returns 1 if all words have the pattern. If `first` is not 0, the first word of every page must
 * be `first` instead. */
static UNTIMED int has_pattern(const volatile uint64_t *words, uint64_t first)
{
	for (size_t i = 0; i < FORKED_PAGES * PAGE_WORDS; i++)
		if (words[i] != (first && i % PAGE_WORDS == 0 ? first : pattern(i)))
			return 0;
	return 1;
}

/* Returns 0 if fork() copies memory: the child sees the bytes of its parent, and neither sees what
 * the other writes later. The child yields so that its parent can write first. */
static UNTIMED int fork_copies(void)
{
	volatile uint64_t *words = (volatile uint64_t *)map(FORKED_PAGES);
	int ok;
	long pid;

	if ((long)words < 0)
		return 1;
	for (size_t i = 0; i < FORKED_PAGES * PAGE_WORDS; i++)
		words[i] = pattern(i);
	pid = call(SYS_fork, 0, 0, 0);
	if (pid == 0) {
		ok = has_pattern(words, 0);
		call(SYS_sched_yield, 0, 0, 0);
		ok = ok && has_pattern(words, 0);
		write_first(words, 2);
		call(SYS_exit, !(ok && has_pattern(words, 2)), 0, 0);
	}
	write_first(words, 1);
	ok = has_pattern(words, 1);
	ok = wait_for(pid) == 0 && ok && has_pattern(words, 1);
	return !ok || call(SYS_munmap, (uintptr_t)words, FORKED_PAGES * PAGE_SIZE, 0);
}

/* Times fork(), the child, and wait4(). The child calls exit() if `payload` is NULL; otherwise it
 * executes the payload. */
static int fork_roundtrip(const char *payload)
{
	const char *argv[] = { payload, "-", NULL };
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		int status = 0;
		uint64_t t0 = stamp();

		__asm__ volatile("prefetchnta (%0)" : : "r"(begin) : "memory");
		if (what == STEP_SAMPLE) {
			long pid = call(SYS_fork, 0, 0, 0);

			if (pid == 0) {
				if (payload)
					call(SYS_execve, (uintptr_t)payload, (uintptr_t)argv, 0);
				call(SYS_exit, payload ? 1 : 0, 0, 0);
			}
			status = wait_for(pid);
		}
		__asm__ volatile("prefetchnta (%0)" : : "r"(end) : "memory");
		call(SYS_bench_value, 0, t0, 0);
		call(SYS_bench_value, 1, stamp(), 0);
		if (status != 0)
			return 1;
	}
	return payload ? finish(what, BY_EXECVE, payload) : fork_copies();
}

/* Returns 1 if the first byte of every page is `first` and every other byte is 0. */
static int holds(const volatile char *page, size_t pages, char first)
{
	const volatile uint64_t *word = (const volatile uint64_t *)page;

	for (size_t i = 0; i < pages * PAGE_WORDS; i++)
		if (word[i] != (i % PAGE_WORDS ? 0 : (uint64_t)first))
			return 0;
	return 1;
}

/* Times the first write to a page. The page's contents are checked after the time is taken. */
static int fault(void)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		volatile char *page = (volatile char *)map(1);
		uint64_t t0;

		if ((long)page < 0)
			return 1;
		if (what != STEP_SAMPLE)
			*page = 1;
		t0 = stamp();
		__asm__ volatile("prefetchnta (%1); movb $1, (%0); prefetchnta (%2)"
		                 :
		                 : "r"(page), "r"(begin), "r"(end)
		                 : "memory");
		call(SYS_bench_value, 1, stamp(), 0);
		call(SYS_bench_value, 0, t0, 0);
		if (!holds(page, 1, 1) || call(SYS_munmap, (uintptr_t)page, PAGE_SIZE, 0))
			return 1;
	}
	return 0;
}

/* Checks the calls that map_unmap() measures. Returns 1 if they work: new pages are zero, keep what
 * is written, and are gone after munmap(). */
static int maps_well(size_t pages)
{
	volatile char *page = (volatile char *)map(pages);

	if ((long)page < 0 || !holds(page, pages, 0))
		return 0;
	for (size_t i = 0; i < pages; i++)
		page[i * PAGE_SIZE] = 1;
	if (!holds(page, pages, 1) || map_at((uintptr_t)page, pages, MAP_FIXED_NOREPLACE) >= 0)
		return 0;
	if (call(SYS_munmap, (uintptr_t)page, pages * PAGE_SIZE, 0))
		return 0;
	return map_at((uintptr_t)page, pages, MAP_FIXED_NOREPLACE) == (long)page && holds(page, pages, 0) &&
	       call(SYS_munmap, (uintptr_t)page, pages * PAGE_SIZE, 0) == 0;
}

/* Times mmap(), a write to each page, and munmap(). */
static int map_unmap(size_t pages)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		long result = 0;
		uint64_t t0 = stamp();

		__asm__ volatile("prefetchnta (%0)" : : "r"(begin) : "memory");
		if (what == STEP_SAMPLE) {
			volatile char *page = (volatile char *)map(pages);

			for (size_t i = 0; i < pages; i++)
				page[i * PAGE_SIZE] = 1;
			result = call(SYS_munmap, (uintptr_t)page, pages * PAGE_SIZE, 0);
		}
		__asm__ volatile("prefetchnta (%0)" : : "r"(end) : "memory");
		call(SYS_bench_value, 0, t0, 0);
		call(SYS_bench_value, 1, stamp(), 0);
		if (result)
			return 1;
	}
	if (what == STEP_VERIFY && maps_well(pages))
		what = call(SYS_bench_next, 0, 0, 0);
	return what != STEP_END;
}

static size_t number(const char *digits)
{
	size_t n = 0;

	while (*digits)
		n = n * 10 + (size_t)(*digits++ - '0');
	return n;
}

/* Sends an IPI to this CPU and waits until the handler has raised the flag. */
static int irq(int entry_only)
{
	volatile uint32_t *icr = (volatile uint32_t *)(BENCH_USER_LAPIC + 0x300);
	volatile uint8_t *flag = (volatile uint8_t *)(BENCH_USER_LAPIC + PAGE_SIZE);
	const uint32_t ipi = 0x40000U | VECTOR_BENCH_OF(idt_is_short()); /* to this CPU */
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		uint64_t t0, t1;

		if (what == STEP_SAMPLE) { /* the region opens at the delivery of the IPI */
			t0 = stamp();
			__asm__ volatile("movl %[ipi], (%[icr])\n"
			                 "1:\tcmpb $0, (%[flag])\n\t"
			                 "je 1b\n\t"
			                 "prefetchnta (%[end])"
			                 :
			                 : [ipi] "r"(ipi), [icr] "r"(icr), [flag] "r"(flag), [end] "r"(end)
			                 : "memory", "cc");
		} else if (entry_only) { /* a sample's region holds only the entry */
			t0 = stamp();
			empty_region(begin);
		} else {
			*flag = 1;
			t0 = stamp();
			__asm__ volatile("prefetchnta (%[begin])\n"
			                 "1:\tcmpb $0, (%[flag])\n\t"
			                 "je 1b\n\t"
			                 "prefetchnta (%[end])"
			                 :
			                 : [begin] "r"(begin), [flag] "r"(flag), [end] "r"(end)
			                 : "memory", "cc");
		}
		t1 = stamp();
		call(SYS_bench_value, 0, t0, 0);
		call(SYS_bench_value, 1, t1, 0);
	}
	return 0;
}

/* Times a million iterations of a loop, which the kernel also times in kernel mode (record `fact
 * name=kernel-loop`). */
static int speed(void)
{
	uint32_t rounds = 1000000;
	uint64_t t0 = stamp();

	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
	call(SYS_bench_value, 1, stamp(), 0);
	call(SYS_bench_value, 0, t0, 0);
	return 0;
}

/* Does what equal() does, but is not inlined, because main() has many such calls. */
static UNTIMED int is(const char *a, const char *b)
{
	return equal(a, b);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (is(argv[1], "null"))
		return null_call();
	if (is(argv[1], "spawn"))
		return spawn(argv[2], MARK_BEGIN_KERNEL);
	if (is(argv[1], "spawn-irq-off"))
		return spawn(argv[2], MARK_BEGIN_IRQ_OFF);
	if (is(argv[1], "execve"))
		return execve_all(argv[0], argv[2]);
	if (is(argv[1], "execve-child"))
		return execve_child(argv[2]);
	if (is(argv[1], "roundtrip"))
		return roundtrip(argv[2]);
	if (is(argv[1], "fork"))
		return fork_roundtrip(NULL);
	if (is(argv[1], "fork-exec"))
		return fork_roundtrip(argv[2]);
	if (is(argv[1], "fault"))
		return fault();
	if (is(argv[1], "map"))
		return map_unmap(number(argv[2]));
	if (is(argv[1], "speed"))
		return speed();
	if (is(argv[1], "irq-entry"))
		return irq(1);
	if (is(argv[1], "irq-roundtrip"))
		return irq(0);
	return 2;
}
