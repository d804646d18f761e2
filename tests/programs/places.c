/* SPDX-License-Identifier: MIT */
/*
 * places KIND: uses the addresses of the kernel's entry window, so that the window has to move (see
 * window.h). SYS_bench_value moves the window to an address. The exit status is 0 if no check failed
 * (see run_kind()).
 */
#include "tests/programs/window.h"

#define ROUNDS     50
#define RW         (PROT_READ | PROT_WRITE)
#define FLAGS      (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define MB         (1024UL * 1024)
#define EXECUTABLE (PROT_READ | PROT_EXEC)

static int map(uintptr_t at, size_t size)
{
	return call6(SYS_mmap, at, size, RW, FLAGS, ~0UL, 0) == (long)at;
}

static void unmap(uintptr_t at, size_t size)
{
	call(SYS_munmap, at, size, 0);
}

static int zeros(uintptr_t page)
{
	uint64_t all = 0;

	for (size_t i = 0; i < PAGE_SIZE; i += 8)
		all |= *(volatile uint64_t *)(page + i);
	return all == 0;
}

static int reads(void)
{
	for (int i = 0; i < window_pages; i++) {
		const uintptr_t page = window() + (uintptr_t)i * PAGE_SIZE;

		CHECK(map(page, PAGE_SIZE));
		CHECK(!left(page)); /* the window moves when the page is used, not before */
		CHECK(zeros(page) && left(page));
	}
	return 0;
}

static int writes(void)
{
	for (int i = 0; i < window_pages; i++) {
		const uintptr_t page = window() + (uintptr_t)i * PAGE_SIZE;

		CHECK(map(page, PAGE_SIZE));
		*(volatile uint64_t *)(page + 8) = page;
		CHECK(left(page));
		yield();
		CHECK(*(volatile uint64_t *)page == 0 && *(volatile uint64_t *)(page + 8) == page);
	}
	return 0;
}

static int jumps(void)
{
	for (int i = 0; i < window_pages; i++) {
		const uintptr_t page = window() + (uintptr_t)i * PAGE_SIZE;

		CHECK(map(page, PAGE_SIZE));
		*(volatile uint8_t *)page = 0xc3;
		CHECK(left(page));
		CHECK(call(SYS_mprotect, page, PAGE_SIZE, EXECUTABLE) == 0);
		((void (*)(void))page)();
	}
	return 0;
}

/* The kernel itself writes to and reads from the page. */
static int calls(void)
{
	for (int i = 0; i < window_pages; i++) {
		const uintptr_t page = window() + (uintptr_t)i * PAGE_SIZE;

		CHECK(map(page, PAGE_SIZE));
		CHECK(call(SYS_getcwd, page, 64, 0) == 2 && left(page));
		CHECK(*(volatile char *)page == '/' && call(SYS_chdir, page, 0, 0) == 0);
	}
	return 0;
}

static volatile uint64_t error; /* code of the last page fault */

static void skip_write(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	error = context[UC_ERROR];
	context[UC_RIP] += 2;
}

static uint64_t error_of_write(uintptr_t at)
{
	error = ~0UL;
	__asm__ volatile("mov %%eax, (%0)" : : "c"(at), "a"(1) : "memory"); /* 2 bytes long */
	return error;
}

/*
 * The error code of a page fault must not show that the window is mapped: its bit 0 (present) must
 * be 0. For the page below the window, which the program has mapped read-only, bit 0 must be 1.
 */
static int errors(void)
{
	const uintptr_t first = window(), below = first - PAGE_SIZE;

	CHECK(on(SIGSEGV, skip_write, 0, 0) == 0);
	CHECK(error_of_write(first) == 6 &&
	      error_of_write(first + (uintptr_t)window_pages * PAGE_SIZE - 4) == 6);
	CHECK(map(below, PAGE_SIZE) && zeros(below));
	CHECK(call(SYS_mprotect, below, PAGE_SIZE, PROT_READ) == 0);
	CHECK(error_of_write(below) == 7 && error_of_write(first - 4) == 7);
	CHECK(!left(first));
	return 0;
}

/* If the program has no mapping at the window's addresses, it must find nothing there. */
static int nothing(void)
{
	/* Move the window away from its first place, to which the stack could grow. */
	CHECK(call(SYS_bench_value, 0, 0x200000000000, 0) == 0);
	for (int i = 0; i < window_pages; i++) {
		const uintptr_t page = window() + (uintptr_t)i * PAGE_SIZE;

		for (int way = 0; way < 3; way++) {
			const long pid = fork();

			if (pid == 0) {
				if (way == 0)
					(void)*(volatile char *)page;
				else if (way == 1)
					*(volatile char *)page = 0;
				else
					((void (*)(void))page)();
				leave(0);
			}
			CHECK(status_of(pid) == 11);
		}
		CHECK(call(SYS_getcwd, page, 64, 0) == -14 && call(SYS_chdir, page, 0, 0) == -14);
		CHECK(!left(page));
	}
	return errors();
}

/* Mapping the window's addresses must not move the window. Only an access to them must move it. */
static int unused(void)
{
	const uintptr_t start = window() - PAGE_SIZE, size = ((size_t)window_pages + 2) * PAGE_SIZE;
	uintptr_t other;

	CHECK(map(start, size) && call(SYS_mprotect, start, size, PROT_READ) == 0);
	CHECK(call(SYS_mprotect, start, size, RW) == 0);
	CHECK(call(SYS_madvise, start, size, 4 /* MADV_DONTNEED */) == 0);
	*(volatile char *)start = 1;
	other = (uintptr_t)call6(SYS_mremap, start, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, start - MB, 0);
	CHECK(other == start - MB && *(volatile char *)other == 1 && zeros(other + PAGE_SIZE));
	CHECK(!left(start + PAGE_SIZE));
	unmap(other, size);
	CHECK(map(start, size));
	unmap(start, size);
	CHECK(!left(start + PAGE_SIZE));
	/* Moving pages to the window's addresses moves the window. */
	CHECK(map(start - MB, size));
	for (size_t i = 0; i < size; i += PAGE_SIZE)
		*(volatile char *)(start - MB + i) = 2;
	other = (uintptr_t)call6(SYS_mremap, start - MB, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, start, 0);
	CHECK(other == start && left(start + PAGE_SIZE));
	for (size_t i = 0; i < size; i += PAGE_SIZE)
		CHECK(*(volatile char *)(start + i) == 2);
	return 0;
}

/* The stack grows through the window. */
static int stack(void)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0), at = (here & ~PAGE_MASK) - 5 * MB / 2;

	CHECK(window() == at || call(SYS_bench_value, 0, at, 0) == 0);
	for (uintptr_t page = here & ~PAGE_MASK; page > here - 3 * MB; page -= PAGE_SIZE)
		*(volatile char *)page = 3;
	CHECK(here - 3 * MB < at && left(at));
	return 0;
}

/* The program break moves past the window. */
static int brk(void)
{
	const uintptr_t end = ((uintptr_t)call(SYS_brk, 0, 0, 0) + PAGE_MASK) & ~PAGE_MASK;
	const uintptr_t high = 0x100000000; /* the window is never below this address */
	long moved;

	if (end < high) /* raising the break takes no memory: no page is touched */
		CHECK((uintptr_t)call(SYS_brk, high, 0, 0) == high || 1);
	moved = call(SYS_bench_value, 0, high + PAGE_SIZE, 0);
	CHECK(moved == 0 && window() == high + PAGE_SIZE);
	CHECK((uintptr_t)call(SYS_brk, high + 16 * PAGE_SIZE, 0, 0) == high + 16 * PAGE_SIZE);
	for (int i = 0; i < 16; i++)
		CHECK(zeros(high + (uintptr_t)i * PAGE_SIZE));
	CHECK(left(high + PAGE_SIZE));
	return 0;
}

/* Parent and child have the window at the same place, until one of them uses that place. */
static int forks(void)
{
	const uintptr_t first = window();
	long pid;

	CHECK(map(first, PAGE_SIZE));
	for (int round = 0; round < 2; round++) {
		const uintptr_t page = window();

		CHECK(map(page, PAGE_SIZE));
		pid = fork();
		if (pid == 0) {
			const int ok = window() == page && zeros(page) && left(page);

			*(volatile char *)page = 5;
			yield();
			leave(!ok || *(volatile char *)page != 5);
		}
		CHECK(!left(page) && zeros(page) && left(page));
		CHECK(status_of(pid) == 0);
	}
	return 0;
}

/*
 * `rounds` times: uses a page at the window's place, so that the window moves, and unmaps the page.
 */
static int follow(int rounds)
{
	for (int i = 0; i < rounds; i++) {
		const uintptr_t page = window() + (uintptr_t)(i % window_pages) * PAGE_SIZE;

		CHECK(map(page, PAGE_SIZE));
		CHECK(zeros(page));
		*(volatile char *)page = 1;
		CHECK(left(page));
		unmap(page, PAGE_SIZE);
	}
	return 0;
}

static int follows(void)
{
	return follow(5 * ROUNDS);
}

/* Parent and child take turns. Each moves its window in every turn. */
static int fight(void)
{
	const long pid = fork();

	for (int i = 0; i < ROUNDS; i++) {
		const int line = follow(1);

		yield();
		if (line)
			return line;
	}
	if (pid == 0)
		leave(0);
	CHECK(status_of(pid) == 0);
	return 0;
}

static int once(void)
{
	return follow(1);
}

/*
 * 100 times: moves the window and forks. The child executes a program, which moves its own window.
 */
static int cycles(void)
{
	static const char *const argv[] = { "places", "once", 0 };

	for (int i = 0; i < 100; i++) {
		long pid;

		CHECK(follow(1) == 0);
		pid = fork();
		if (pid == 0) {
			call(SYS_execve, (uintptr_t) "places", (uintptr_t)argv, 0);
			leave(1);
		}
		CHECK(pid > 0 && status_of(pid) == 0);
	}
	return 0;
}

/*
 * Maps all addresses to which the window could move. Using the window's own place must then kill
 * the program.
 */
static int full(void)
{
	const long pid = fork();
	const uintptr_t at = window();

	if (pid == 0) {
		const uintptr_t end = USER_STACK_BASE;

		if (!map(0x10000000, end - 0x10000000) ||
		    !map(USER_UPPER_BASE, USER_UPPER_TOP - USER_UPPER_BASE))
			leave(1);
		*(volatile char *)at = 1;
		leave(2);
	}
	CHECK(status_of(pid) == 9);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "reads", reads },     { "writes", writes },   { "jumps", jumps }, { "calls", calls },
		{ "nothing", nothing }, { "unused", unused },   { "stack", stack }, { "brk", brk },
		{ "forks", forks },     { "follows", follows }, { "fight", fight }, { "full", full },
		{ "once", once },       { "cycles", cycles },
	};

	window(); /* sets window_pages */
	return argc < 2 ? 2 : run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds);
}
