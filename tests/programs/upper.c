/* SPDX-License-Identifier: MIT */
/*
 * upper KIND: uses the upper half of the address space. Programs may use it if user tables hold no
 * page of the kernel there (ISOLATION bouncing). The kind `refused` expects that they may not.
 * SYS_bench_next returns the entry window's address, and SYS_bench_value moves the window. The exit
 * status is 0 if no check failed (see run_kind()). The same program is also linked in the upper
 * half, as upper-first and upper-kernel.
 */
#include "tests/programs/upper.h"

/* Each page is read, written and executed. */
static int ends(void)
{
	const uintptr_t own = (uintptr_t)pages & ~(MB - 1);

	for (size_t i = own == FIRST; i < COUNT; i++) {
		CHECK(map(pages[i], PAGE_SIZE));
		CHECK(zeros(pages[i]));
		*(volatile uint64_t *)(pages[i] + 8) = pages[i];
	}
	yield();
	for (size_t i = own == FIRST; i < COUNT; i++) {
		CHECK(*(volatile uint64_t *)(pages[i] + 8) == pages[i]);
		CHECK(*(volatile uint64_t *)pages[i] == 0);
		*(volatile uint8_t *)(pages[i] + PAGE_SIZE - 1) = 0xc3;
		CHECK(call(SYS_mprotect, pages[i], PAGE_SIZE, EXECUTABLE) == 0);
		((void (*)(void))(pages[i] + PAGE_SIZE - 1))();
		CHECK(call(SYS_munmap, pages[i], PAGE_SIZE, 0) == 0);
	}
	return 0;
}

/* x86-64 forbids the addresses between the halves (SDM 1 3.3.7.1). */
static int hole(void)
{
	static const struct {
		uintptr_t at;
		size_t size;
	} ranges[] = {
		{ HOLE, PAGE_SIZE },
		{ FIRST - PAGE_SIZE, PAGE_SIZE },
		{ FIRST - PAGE_SIZE, 2 * PAGE_SIZE },
		{ 1UL << 63, PAGE_SIZE },
		{ USER_TOP, PAGE_SIZE },            /* ends at the hole */
		{ HOLE - 16 * MB, 32 * MB },        /* begins in the lower half */
		{ 1UL << 46, (1UL << 46) },         /* ends at the hole */
		{ 0x10000, FIRST - 0x10000 },       /* spans the hole */
		{ 0x10000, FIRST },                 /* ends in the upper half */
		{ USER_UPPER_TOP, PAGE_SIZE },      /* ends at 2^64 */
		{ LAST, 2 * PAGE_SIZE },            /* the same */
		{ LAST, 3 * PAGE_SIZE },            /* wraps around */
		{ FIRST, 0x800000000000 },          /* ends at 2^64 */
		{ FIRST, 0x800000010000 + 4 * MB }, /* wraps around */
		{ LAST, ~0UL & ~PAGE_MASK },        /* wraps around */
		{ FIRST, ~0UL & ~PAGE_MASK },       /* wraps around */
	};

	CHECK(map(FREE, PAGE_SIZE));
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		const uintptr_t at = ranges[i].at;
		const size_t size = ranges[i].size;

		CHECK(map_as(at, size, RW, FLAGS) == -12);
		CHECK(call(SYS_munmap, at, size, 0) == -22);
		CHECK(call(SYS_mprotect, at, size, RW) == -12);
		CHECK(call6(SYS_mremap, FREE, PAGE_SIZE, size, MREMAP_MAYMOVE | MREMAP_FIXED, at, 0) == -22);
		CHECK(call6(SYS_mremap, at, size, size, MREMAP_MAYMOVE, 0, 0) == -14);
		CHECK(call(SYS_msync, at, size, MS_SYNC) == -12);
	}
	CHECK(map_as(HOLE, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS) > 0); /* a hint: another place */
	for (uintptr_t at = HOLE; at; at = at == HOLE ? FIRST - 8 : at == FIRST - 8 ? 1UL << 63 : 0) {
		CHECK(call(SYS_getcwd, at, 64, 0) == -14 && call(SYS_chdir, at, 0, 0) == -14);
		CHECK(call(SYS_arch_prctl, SET_FS, at, 0) == -1);
		CHECK(dies(read_at, at, SIGSEGV) && dies(jump_to, at, SIGSEGV));
		CHECK(dies_of_push(at));
	}
	CHECK(zeros(FREE));
	return 0;
}

static const char here[] = "upper";

/*
 * The kernel reads and writes memory that ends where the program's addresses end, or that is in the
 * ranges of two PML4 entries.
 */
static int calls(void)
{
	static const uintptr_t boundaries[] = { FREE + PML4_SPAN, COPY_ENTRY_BASE, ENTRY_WINDOW_UPPER,
		                                KSTACK_HEAP_BASE };
	int pipe[2];

	CHECK(call(SYS_pipe, (uintptr_t)pipe, 0, 0) == 0);
	for (size_t i = 0; i < sizeof boundaries / sizeof *boundaries; i++) {
		const uintptr_t at = boundaries[i] - 8;

		CHECK(map(boundaries[i] - PAGE_SIZE, 2 * PAGE_SIZE));
		CHECK(call(SYS_write, (uint64_t)pipe[1], (uintptr_t) "0123456789abcdef", 16) == 16);
		CHECK(call(SYS_read, (uint64_t)pipe[0], at, 16) == 16);
		CHECK(*(volatile char *)at == '0' && *(volatile char *)(at + 15) == 'f');
		CHECK(call(SYS_write, (uint64_t)pipe[1], at + 4, 8) == 8);
		CHECK(call(SYS_read, (uint64_t)pipe[0], at + 8, 8) == 8);
		CHECK(*(volatile char *)(at + 8) == '4' && *(volatile char *)(at + 15) == 'b');
		CHECK(call(SYS_getcwd, at + 7, 64, 0) == 2);
		CHECK(*(volatile char *)(at + 7) == '/' && call(SYS_chdir, at + 7, 0, 0) == 0);
		CHECK(call(SYS_munmap, boundaries[i] - PAGE_SIZE, PAGE_SIZE, 0) == 0);
		CHECK(call(SYS_getcwd, at + 7, 64, 0) == -14 && call(SYS_chdir, at + 7, 0, 0) == -14);
		CHECK(call(SYS_munmap, boundaries[i], PAGE_SIZE, 0) == 0);
	}
	/* The last bytes of the upper half, and beyond. */
	CHECK(map(LAST, PAGE_SIZE));
	CHECK(call(SYS_getcwd, USER_UPPER_TOP - 2, 2, 0) == 2);
	CHECK(*(volatile char *)(USER_UPPER_TOP - 2) == '/');
	CHECK(call(SYS_chdir, USER_UPPER_TOP - 2, 0, 0) == 0);
	*(volatile char *)(USER_UPPER_TOP - 1) = '/'; /* now no NUL ends the string */
	CHECK(call(SYS_chdir, USER_UPPER_TOP - 2, 0, 0) == -14);
	CHECK(call(SYS_write, (uint64_t)pipe[1], USER_UPPER_TOP - 8, 8) == 8);
	CHECK(call(SYS_write, (uint64_t)pipe[1], USER_UPPER_TOP - 8, 9) == -14);
	CHECK(call(SYS_read, (uint64_t)pipe[0], USER_UPPER_TOP - 8, ~0UL - 64) == -14);
	CHECK(call(SYS_write, (uint64_t)pipe[1], LAST, ~0UL) == -14);
	CHECK(call(SYS_read, (uint64_t)pipe[0], USER_UPPER_TOP - 8, 8) == 8);
	CHECK(call(SYS_munmap, LAST, PAGE_SIZE, 0) == 0);
	/* FS may have its base in the upper half. */
	CHECK(map(FREE, PAGE_SIZE));
	*(volatile uint64_t *)FREE = 77;
	CHECK(call(SYS_arch_prctl, SET_FS, FREE, 0) == 0);
	yield();
	{
		uint64_t word;

		__asm__ volatile("mov %%fs:0, %0" : "=r"(word));
		CHECK(word == 77);
	}
	CHECK(call(SYS_arch_prctl, 0x1001 /* ARCH_SET_GS */, FREE, 0) == -22);
	return call(SYS_arch_prctl, SET_FS, 0, 0) != 0;
}

static void count(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
}

/* Runs function() on the stack that ends at `top`. */
__attribute__((noinline)) static void run_on(uintptr_t top, void (*function)(void))
{
	__asm__ volatile("mov %%rsp, %%rbx; mov %0, %%rsp; call *%1; mov %%rbx, %%rsp"
	                 :
	                 : "r"(top), "r"(function)
	                 : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory",
	                   "cc");
}

static void work(void)
{
	for (int i = 0; i < 10; i++) {
		yield();
		raise(SIGUSR1);
	}
	sleep_ms(3);
}

static uintptr_t expected;

/* Ends the program with status 100 if the fault is at the expected address. */
static void tell(int signal, const int *info, uint64_t *context)
{
	note(signal, info, context);
	leave(last_address == expected && context[UC_RIP] == expected ? 100 : 101);
}

/* Executes a SYSCALL in the two bytes below `end`. The program then gets SIGSEGV at `end`. */
static void call_at_end(uintptr_t end)
{
	expected = end;
	if (!map(end - PAGE_SIZE, PAGE_SIZE))
		leave(98);
	*(volatile uint8_t *)(end - 2) = 0x0f;
	*(volatile uint8_t *)(end - 1) = 0x05;
	on(SIGSEGV, tell, 0, 0);
	if (call(SYS_mprotect, end - PAGE_SIZE, PAGE_SIZE, EXECUTABLE))
		leave(97);
	__asm__ volatile("mov $39, %%eax; jmp *%0" : : "r"(end - 2) : "memory"); /* getpid() */
}

/* Stack and instruction pointers at the very end of each half. */
static int pointers(void)
{
	CHECK(on(SIGUSR1, count, 0, 0) == 0);
	CHECK(map(LAST - 15 * PAGE_SIZE, 16 * PAGE_SIZE));
	run_on(USER_UPPER_TOP, work);
	CHECK(seen[SIGUSR1] == 10);
	if ((uintptr_t)here - FIRST >= MB) { /* upper-first is linked here */
		CHECK(map(FIRST, 16 * PAGE_SIZE));
		run_on(FIRST + 16 * PAGE_SIZE, work);
		CHECK(seen[SIGUSR1] == 20);
	}
	CHECK(dies_of_push(FIRST) && dies_of_push(FIRST + 4));
	/* RIP is then USER_UPPER_TOP or USER_TOP, where nothing can be mapped. */
	CHECK(dies(call_at_end, USER_UPPER_TOP, 100 << 8));
	run_on(USER_UPPER_TOP, work);
	CHECK(seen[SIGUSR1] >= 20 || (uintptr_t)here - FIRST < MB);
	return 0;
}

/* Does what pointers() does, for the lower half. The stack is elsewhere meanwhile. */
static void end_of_lower_half(void)
{
	leave(dies(call_at_end, USER_TOP, 100 << 8) ? 0 : 1);
}

static int lower(void)
{
	const long pid = fork();

	if (pid == 0) {
		if (!map(FREE, 16 * PAGE_SIZE))
			leave(2);
		run_on(FREE + 16 * PAGE_SIZE, end_of_lower_half);
	}
	CHECK(status_of(pid) == 0);
	return 0;
}

/* Parent and child share frames of the upper half until one of them writes. */
static int forks(void)
{
	static char large[64 * KIB];
	const char *argv[] = { "upper-first", "ends", large, 0 };
	long pid;

	for (size_t i = 0; i < sizeof large - 1; i++)
		large[i] = 'x';

	for (size_t i = (uintptr_t)here - FIRST < MB; i < COUNT; i++) {
		CHECK(map(pages[i], PAGE_SIZE));
		*(volatile uint64_t *)pages[i] = i;
	}
	for (int round = 0; round < 3; round++) {
		pid = fork();
		for (size_t i = (uintptr_t)here - FIRST < MB; pid == 0 && i < COUNT; i++) {
			if (*(volatile uint64_t *)pages[i] != i)
				leave(1);
			*(volatile uint64_t *)pages[i] = 100 + i;
			if (i % 4 == 0)
				yield();
			if (*(volatile uint64_t *)pages[i] != 100 + i)
				leave(2);
		}
		if (pid == 0 && round == 2) {
			call(SYS_execve, (uintptr_t)argv[0], (uintptr_t)argv, 0);
			leave(3);
		}
		if (pid == 0)
			leave(0);
		yield();
		CHECK(status_of(pid) == 0);
		for (size_t i = (uintptr_t)here - FIRST < MB; i < COUNT; i++)
			CHECK(*(volatile uint64_t *)pages[i] == i);
	}
	argv[0] = "upper-kernel";
	for (int i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			call(SYS_execve, (uintptr_t)argv[0], (uintptr_t)argv, 0);
			leave(3);
		}
		CHECK(status_of(pid) == 0);
	}
	return 0;
}

static uint64_t free_memory(void)
{
	uint64_t words[16]; /* struct sysinfo; word 5 is the free memory in bytes */

	return call(SYS_sysinfo, (uintptr_t)words, 0, 0) ? 0 : words[5];
}

/*
 * With copies=entry the kernel accesses FREE at COPY_ENTRY_BASE. A page fault there must not give the
 * program a page at COPY_ENTRY_BASE.
 */
static int aliases(void)
{
	uint64_t before;

	CHECK(map(FREE, 2 * PAGE_SIZE) && map(COPY_ENTRY_BASE + FREE % PML4_SPAN, 2 * PAGE_SIZE));
	CHECK(zeros(FREE) && zeros(COPY_ENTRY_BASE + FREE % PML4_SPAN));
	before = free_memory();
	CHECK(call(SYS_getcwd, FREE + PAGE_SIZE, 64, 0) == 2);
	CHECK(before && before - free_memory() == PAGE_SIZE);
	return 0;
}

/* Regions of the upper half change as those of the lower half do. */
static int regions(void)
{
	const size_t all = USER_UPPER_TOP - FREE;
	const uintptr_t top = LAST - 3 * PAGE_SIZE;
	long at = map_as(0, 4 * PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS);

	CHECK(at > 0);
	*(volatile uint64_t *)(at + (long)PAGE_SIZE) = 5;
	CHECK(call6(SYS_mremap, (uint64_t)at, 4 * PAGE_SIZE, 4 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
	            top, 0) == (long)top);
	CHECK(*(volatile uint64_t *)(top + PAGE_SIZE) == 5 && zeros(top + 2 * PAGE_SIZE));
	/* There is no room above, so the region moves. */
	at = call6(SYS_mremap, top, 4 * PAGE_SIZE, 8 * PAGE_SIZE, MREMAP_MAYMOVE, 0, 0);
	CHECK(at > 0 && *(volatile uint64_t *)(at + (long)PAGE_SIZE) == 5);
	CHECK(call6(SYS_mremap, (uint64_t)at, 8 * PAGE_SIZE, 4 * PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
	            FREE, 0) == (long)FREE);
	CHECK(call6(SYS_mremap, FREE, 4 * PAGE_SIZE, 8 * PAGE_SIZE, 0, 0, 0) == (long)FREE);
	CHECK(*(volatile uint64_t *)(FREE + PAGE_SIZE) == 5 && zeros(FREE + 7 * PAGE_SIZE));
	CHECK(map_as(FREE, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE) == -17);
	CHECK(map_as(FREE - PAGE_SIZE, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS) ==
	      (long)(FREE - PAGE_SIZE));
	CHECK(call(SYS_munmap, FREE - PAGE_SIZE, 9 * PAGE_SIZE, 0) == 0);
	/* One region over many PML4 entries, the last one included. */
	if ((uintptr_t)here >= KERNEL_BASE)
		return 0;
	CHECK(map(FREE, all));
	for (uintptr_t entry = 0; entry < all / PML4_SPAN; entry += 8)
		*(volatile uint64_t *)(FREE + entry * PML4_SPAN) = FREE + entry * PML4_SPAN;
	*(volatile uint64_t *)LAST = 1;
	CHECK(call(SYS_madvise, FREE + PAGE_SIZE, all - PAGE_SIZE, 4 /* MADV_DONTNEED */) == 0);
	CHECK(*(volatile uint64_t *)FREE == FREE && zeros(LAST) && zeros(FREE + 8 * PML4_SPAN));
	CHECK(call(SYS_mprotect, FREE, all, PROT_READ) == 0 && call(SYS_munmap, FREE, all, 0) == 0);
	CHECK(call(SYS_munmap, FIRST, USER_UPPER_TOP - FIRST, 0) == 0 || (uintptr_t)here >= FIRST);
	CHECK(dies(read_at, LAST, SIGSEGV) && dies(read_at, FREE, SIGSEGV));
	return 0;
}

/* The window moves to the upper half, and away when its pages are used. */
static int windows(void)
{
	const size_t size = (size_t)window_pages * PAGE_SIZE;
	const uintptr_t places[] = { ENTRY_WINDOW_UPPER, FREE, ENTRY_WINDOW_UPPER_TOP - size };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		for (uintptr_t page = places[i]; page < places[i] + size; page += PAGE_SIZE) {
			long pid;

			CHECK(call(SYS_bench_value, 0, places[i], 0) == 0 && window() == places[i]);
			yield();
			CHECK(dies(read_at, page, SIGSEGV) && !left(page));
			CHECK(call(SYS_getcwd, page, 64, 0) == -14 && call(SYS_chdir, page, 0, 0) == -14);
			CHECK(map(page, PAGE_SIZE) && !left(page));
			pid = fork();
			if (pid == 0)
				leave(!(window() == places[i] && zeros(page) && left(page)));
			CHECK(status_of(pid) == 0);
			CHECK(call(SYS_getcwd, page, 64, 0) == 2 && left(page));
			CHECK(*(volatile char *)page == '/');
			CHECK(call(SYS_munmap, page, PAGE_SIZE, 0) == 0);
		}
	return 0;
}

/*
 * The lower half is full, so the window moves to the upper half. The program is killed only if the
 * part of the upper half that the kernel's tables leave free is full, too.
 */
static int full(void)
{
	uintptr_t at;

	/* Move the window into the lower half, which the child fills. */
	CHECK(call(SYS_bench_value, 0, 0x200000000000, 0) == 0);
	at = window();
	for (int both = 0; both < 2; both++) {
		const long pid = fork();

		if (pid == 0) {
			if (!map(0x10000000, USER_STACK_BASE - 0x10000000))
				leave(1);
			if (both && !map(ENTRY_WINDOW_UPPER, USER_UPPER_TOP - ENTRY_WINDOW_UPPER))
				leave(2);
			*(volatile char *)at = 1;
			if (window() < ENTRY_WINDOW_UPPER || !map(window(), (size_t)window_pages * PAGE_SIZE))
				leave(3);
			*(volatile char *)window() = 1;
			leave(0);
		}
		CHECK(status_of(pid) == (both ? 9 : 0));
	}
	return 0;
}

/* The program break follows the image. */
static int brk(void)
{
	const uintptr_t start = (uintptr_t)call(SYS_brk, 0, 0, 0), end = start + 16 * PAGE_SIZE;

	CHECK(start > (uintptr_t)here && start - (uintptr_t)here < MB);
	CHECK((uintptr_t)call(SYS_brk, end, 0, 0) == end);
	*(volatile char *)start = 1;
	*(volatile char *)(end - 1) = 1;
	CHECK((uintptr_t)call(SYS_brk, start, 0, 0) == start && dies(read_at, end - 1, SIGSEGV));
	CHECK((uintptr_t)call(SYS_brk, start < HOLE ? FIRST : USER_UPPER_TOP, 0, 0) == start);
	CHECK((uintptr_t)call(SYS_brk, start < HOLE ? LAST : ~0UL, 0, 0) == start);
	return 0;
}

/* The upper half is the kernel's. */
static int refused(void)
{
	static const char *const names[] = { "upper-first", "upper-kernel" };

	CHECK(map(0x700000000000, PAGE_SIZE));
	for (size_t i = 0; i < COUNT; i++) {
		const uintptr_t at = pages[i];

		CHECK(map_as(at, PAGE_SIZE, RW, FLAGS) == -12);
		CHECK(map_as(at, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS) > 0);
		CHECK(call(SYS_munmap, at, PAGE_SIZE, 0) == -22);
		CHECK(call(SYS_mprotect, at, PAGE_SIZE, RW) == -12);
		CHECK(call6(SYS_mremap, 0x700000000000, PAGE_SIZE, PAGE_SIZE, 3, at, 0) == -22);
		CHECK(call(SYS_arch_prctl, SET_FS, at, 0) == -1);
		CHECK(dies(read_at, at, SIGSEGV));
	}
	for (int i = 0; i < 2; i++) {
		const char *argv[] = { names[i], "ends", 0 };

		CHECK(call(SYS_execve, (uintptr_t)argv[0], (uintptr_t)argv, 0) == -8);
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "ends", ends },   { "hole", hole },   { "calls", calls },     { "pointers", pointers },
		{ "lower", lower }, { "forks", forks }, { "regions", regions }, { "windows", windows },
		{ "full", full },   { "brk", brk },     { "refused", refused }, { "aliases", aliases },
	};

	window(); /* sets window_pages */
	return argc < 2 ? 2 : run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds);
}
