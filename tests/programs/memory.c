/* SPDX-License-Identifier: MIT */
/*
 * usage: memory KIND
 * Tests a program's memory: mappings, the program break, the stack, fork(). The exit status is 0,
 * or the line of the failed check.
 */
#include "bench/programs/check.h"

#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW      (PROT_READ | PROT_WRITE)

static long map(uintptr_t at, size_t size, int protection, int flags)
{
	return call6(SYS_mmap, at, size, (uint64_t)protection, (uint64_t)flags, ~0UL, 0);
}

static int maps(void)
{
	volatile uint64_t *a = (volatile uint64_t *)map(0, 5 * PAGE_SIZE, RW, PRIVATE);
	volatile uint64_t *b = (volatile uint64_t *)map(0, 1, RW, PRIVATE);
	const size_t page = PAGE_SIZE / 8;

	CHECK((long)a > 0 && (uintptr_t)a % PAGE_SIZE == 0);
	/* Regions are placed downwards, without gaps. */
	CHECK((uintptr_t)b + PAGE_SIZE == (uintptr_t)a);
	for (size_t i = 0; i < 5; i++)
		CHECK(a[i * page] == 0 && a[i * page + page - 1] == 0);
	for (size_t i = 0; i < 5; i++)
		a[i * page] = i + 1;
	CHECK(call(SYS_munmap, (uintptr_t)(a + page), 2 * PAGE_SIZE, 0) == 0);
	CHECK(a[0] == 1 && a[3 * page] == 4 && a[4 * page] == 5);
	CHECK(map((uintptr_t)(a + page), PAGE_SIZE, RW, PRIVATE | MAP_FIXED_NOREPLACE) == (long)(a + page));
	CHECK(a[page] == 0);
	CHECK(map((uintptr_t)a, PAGE_SIZE, RW, PRIVATE | MAP_FIXED_NOREPLACE) == -17);
	CHECK(map((uintptr_t)a, PAGE_SIZE, RW, PRIVATE | MAP_FIXED) == (long)a);
	CHECK(a[0] == 0 && a[3 * page] == 4);
	return 0;
}

/* Returns 1 if SIGSEGV kills a child that reads or writes this byte. */
static int child_dies_at(volatile char *at, int write)
{
	long pid = fork();

	if (pid == 0) {
		if (write)
			*at = 1;
		else
			(void)*at;
		leave(0);
	}
	return status_of(pid) == 11;
}

static int protects(void)
{
	volatile char *a = (volatile char *)map(0, 3 * PAGE_SIZE, RW, PRIVATE);

	CHECK((long)a > 0);
	a[0] = 1, a[PAGE_SIZE] = 2;
	CHECK(call(SYS_mprotect, (uintptr_t)a + PAGE_SIZE, PAGE_SIZE, PROT_READ) == 0);
	CHECK(a[PAGE_SIZE] == 2 && child_dies_at(a + PAGE_SIZE, 1));
	CHECK(call(SYS_mprotect, (uintptr_t)a + PAGE_SIZE, PAGE_SIZE, 0) == 0);
	CHECK(child_dies_at(a + PAGE_SIZE, 0));
	CHECK(call(SYS_mprotect, (uintptr_t)a, 3 * PAGE_SIZE, RW) == 0);
	CHECK(a[PAGE_SIZE] == 2);
	a[PAGE_SIZE] = 3;
	CHECK(a[0] == 1 && a[PAGE_SIZE] == 3);
	CHECK(call(SYS_mprotect, (uintptr_t)a, PAGE_SIZE, PROT_WRITE | PROT_EXEC) == -13);
	CHECK(call(SYS_munmap, (uintptr_t)a, 3 * PAGE_SIZE, 0) == 0);
	CHECK(child_dies_at(a, 0));
	CHECK(call(SYS_mprotect, (uintptr_t)a, PAGE_SIZE, RW) == -12);
	return 0;
}

/* After fork(), neither process may see the writes of the other one. */
static int forks(void)
{
	static volatile uint64_t data = 1, bss;
	volatile uint64_t stack = 1, *mapped = (volatile uint64_t *)map(0, PAGE_SIZE, RW, PRIVATE);
	long pid;

	CHECK((long)mapped > 0);
	*mapped = 1;
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		if (data != 1 || bss != 0 || stack != 1 || *mapped != 1)
			leave(1);
		data = bss = stack = *mapped = 7;
		for (int i = 0; i < 3; i++)
			call(SYS_sched_yield, 0, 0, 0);
		leave(data == 7 && bss == 7 && stack == 7 && *mapped == 7 ? 0 : 2);
	}
	CHECK(data == 1 && bss == 0 && stack == 1 && *mapped == 1);
	data = bss = stack = *mapped = 9;
	CHECK(status_of(pid) == 0);
	CHECK(data == 9 && bss == 9 && stack == 9 && *mapped == 9);
	/* In the child, wait4() writes the status to a page of the stack that fork() has shared. */
	pid = fork();
	if (pid == 0) {
		long grandchild = fork();

		if (grandchild == 0)
			leave(3);
		leave(status_of(grandchild) == 3 << 8 ? 0 : 1);
	}
	CHECK(status_of(pid) == 0);
	return 0;
}

/* Writes to the page at `at` for the first time. Returns 0 if the page fault changes no register. */
static uint64_t lost_in_fault(volatile char *at)
{
	uint64_t wrong;

	__asm__ volatile("mov $1, %%ebx; mov $2, %%r12d; mov $3, %%r13d; mov $4, %%r14d; mov $5, %%r15d\n\t"
	                 "mov $6, %%r8d; mov $7, %%r9d; mov $8, %%r10d; mov $9, %%r11d; mov $10, %%esi; mov "
	                 "$11, %%edx; mov $12, %%ecx\n\t"
	                 "movb %%al, (%%rdi)\n\t"
	                 "sub $12, %%rcx; sub $1, %%rbx; or %%rbx, %%rcx; sub $2, %%r12; or %%r12, %%rcx\n\t"
	                 "sub $3, %%r13; or %%r13, %%rcx; sub $4, %%r14; or %%r14, %%rcx\n\t"
	                 "sub $5, %%r15; or %%r15, %%rcx; sub $6, %%r8; or %%r8, %%rcx\n\t"
	                 "sub $7, %%r9; or %%r9, %%rcx; sub $8, %%r10; or %%r10, %%rcx\n\t"
	                 "sub $9, %%r11; or %%r11, %%rcx; sub $10, %%rsi; or %%rsi, %%rcx\n\t"
	                 "sub $11, %%rdx; or %%rdx, %%rcx; xor $13, %%rax; or %%rax, %%rcx"
	                 : "=c"(wrong)
	                 : "a"(13L), "D"(at)
	                 : "rbx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	                   "memory", "cc");
	return wrong;
}

/*
 * After a page fault, all registers must be unchanged. After fork(), parent and child must have all
 * registers unchanged, except RAX, RCX and R11.
 */
static int registers(void)
{
	volatile char *page = (volatile char *)map(0, PAGE_SIZE, RW, PRIVATE);
	long result, pid;
	uint64_t wrong;

	CHECK((long)page > 0 && lost_in_fault(page) == 0 && *page == 13);

	__asm__ volatile("mov $1, %%ebx; mov $2, %%r12d; mov $3, %%r13d; mov $4, %%r14d; mov $5, %%r15d\n\t"
	                 "mov $6, %%r8d; mov $7, %%r9d; mov $8, %%r10d; mov $9, %%edi; mov $10, %%esi; mov "
	                 "$11, %%edx\n\t"
	                 "syscall\n\t"
	                 "xor %%ecx, %%ecx\n\t"
	                 "sub $1, %%rbx; or %%rbx, %%rcx; sub $2, %%r12; or %%r12, %%rcx\n\t"
	                 "sub $3, %%r13; or %%r13, %%rcx; sub $4, %%r14; or %%r14, %%rcx\n\t"
	                 "sub $5, %%r15; or %%r15, %%rcx; sub $6, %%r8; or %%r8, %%rcx\n\t"
	                 "sub $7, %%r9; or %%r9, %%rcx; sub $8, %%r10; or %%r10, %%rcx\n\t"
	                 "sub $9, %%rdi; or %%rdi, %%rcx; sub $10, %%rsi; or %%rsi, %%rcx\n\t"
	                 "sub $11, %%rdx; or %%rdx, %%rcx"
	                 : "=a"(result), "=c"(wrong)
	                 : "a"(SYS_fork)
	                 : "rbx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
	                   "memory", "cc");
	pid = result;
	if (pid == 0)
		leave(wrong ? 1 : 0);
	CHECK(pid > 0 && !wrong);
	CHECK(status_of(pid) == 0);
	return 0;
}

static int breaks(void)
{
	const uintptr_t start = (uintptr_t)call(SYS_brk, 0, 0, 0);
	volatile char *data = (volatile char *)start;

	CHECK(start % PAGE_SIZE == 0 && start > 0x400000);
	CHECK(call(SYS_brk, start + 100, 0, 0) == (long)start + 100);
	CHECK(data[0] == 0);
	data[99] = 1;
	CHECK(call(SYS_brk, start + 3 * PAGE_SIZE + 1, 0, 0) == (long)(start + 3 * PAGE_SIZE + 1));
	CHECK(data[99] == 1 && data[3 * PAGE_SIZE] == 0);
	data[PAGE_SIZE] = 2;
	CHECK(call(SYS_brk, start + PAGE_SIZE, 0, 0) == (long)(start + PAGE_SIZE));
	CHECK(data[99] == 1 && child_dies_at(data + PAGE_SIZE, 0));
	CHECK(call(SYS_brk, start + 2 * PAGE_SIZE, 0, 0) == (long)(start + 2 * PAGE_SIZE));
	CHECK(data[PAGE_SIZE] == 0);
	CHECK(call(SYS_brk, start - 1, 0, 0) == (long)(start + 2 * PAGE_SIZE));
	CHECK(call(SYS_brk, ~0UL, 0, 0) == (long)(start + 2 * PAGE_SIZE));
	return 0;
}

/* Grows the stack by 512 KiB, far beyond its first pages. */
static int grows(void)
{
	volatile char *low = (volatile char *)__builtin_frame_address(0) - 512 * KIB;

	CHECK(*low == 0);
	*low = 1;
	for (volatile char *p = low; p < low + 500 * KIB; p += PAGE_SIZE)
		*p = 1;
	/* A write by the kernel also makes the stack grow. */
	CHECK(call(SYS_wait4, ~0UL, (uintptr_t)low - 64 * KIB, 1) == -10);
	CHECK(child_dies_at((volatile char *)(USER_STACK_TOP - USER_STACK_LIMIT) - 1, 0));
	return 0;
}

static int refuses(void)
{
	const long a = map(0, 2 * PAGE_SIZE, RW, PRIVATE);

	CHECK(a > 0);
	CHECK(map(0, 0, RW, PRIVATE) == -22);
	CHECK(map(1, PAGE_SIZE, RW, PRIVATE | MAP_FIXED) == -22);
	CHECK(map(0, PAGE_SIZE, RW, PRIVATE | MAP_FIXED) == -1);
	CHECK(map(USER_TOP, PAGE_SIZE, RW, PRIVATE | MAP_FIXED) == -12);
	CHECK(map(1UL << 63, PAGE_SIZE, RW, PRIVATE | MAP_FIXED) == -12);
	CHECK(map(0x400000, ~0UL, RW, PRIVATE) == -12);
	CHECK(map(0x400000, ~0UL - PAGE_SIZE, RW, PRIVATE | MAP_FIXED) == -12);
	CHECK(map(0, USER_TOP, RW, PRIVATE) == -12);
	CHECK(map(0, PAGE_SIZE, PROT_WRITE | PROT_EXEC, PRIVATE) == -13);
	CHECK(map(0, PAGE_SIZE, 0x1000, PRIVATE) == -22);
	CHECK(map(0, PAGE_SIZE, RW, MAP_ANONYMOUS) == -22);
	CHECK(call(SYS_munmap, (uint64_t)a + 1, PAGE_SIZE, 0) == -22);
	CHECK(call(SYS_munmap, (uint64_t)a, 0, 0) == -22);
	CHECK(call(SYS_munmap, USER_TOP, PAGE_SIZE, 0) == -22);
	CHECK(call(SYS_munmap, 1UL << 63, PAGE_SIZE, 0) == -22);
	CHECK(call(SYS_munmap, (uint64_t)a, ~0UL, 0) == -22);
	CHECK(call(SYS_mprotect, 1UL << 63, PAGE_SIZE, RW) == -12);
	CHECK(call(SYS_mprotect, (uint64_t)a + 8, PAGE_SIZE, RW) == -22);
	CHECK(call(SYS_mprotect, (uint64_t)a, 3 * PAGE_SIZE, RW) == 0 ||
	      call(SYS_mprotect, (uint64_t)a, 3 * PAGE_SIZE, RW) == -12);
	return 0;
}

/* Maps regions until there is an error, then unmaps all of them. */
static int many(void)
{
	long last = 0;
	int count = 0;

	for (uintptr_t at = 0x100000000; last >= 0 && count < 1000; at += 2 * PAGE_SIZE, count++)
		last = map(at, PAGE_SIZE, RW, PRIVATE | MAP_FIXED);
	CHECK(last == -12 && count > 50);
	CHECK(call(SYS_munmap, 0x100000000, (uint64_t)count * 2 * PAGE_SIZE, 0) == 0);
	CHECK(map(0x100000000, PAGE_SIZE, RW, PRIVATE | MAP_FIXED) > 0);
	return 0;
}

/* Touches page after page until memory runs out and the kernel kills the task. */
static int takes_all(void)
{
	volatile char *memory = (volatile char *)map(0, GIB, RW, PRIVATE);

	for (size_t at = 0; at < GIB; at += PAGE_SIZE)
		memory[at] = 1;
	return __LINE__;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "maps", maps },           { "protects", protects }, { "forks", forks },
		{ "registers", registers }, { "breaks", breaks },     { "grows", grows },
		{ "refuses", refuses },     { "many", many },         { "takes-all", takes_all },
	};

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
