/* SPDX-License-Identifier: MIT */
/* Addresses of the upper half, and functions that use them, for upper.c. */
#pragma once

#include "tests/programs/window.h"

#define RW         (PROT_READ | PROT_WRITE)
#define EXECUTABLE (PROT_READ | PROT_EXEC)
#define FLAGS      (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define MB         (1024UL * 1024)
#define HOLE       0x800000000000UL
#define FIRST      USER_UPPER_BASE
#define LAST       (USER_UPPER_TOP - PAGE_SIZE) /* the last page that a program may use */
#define FREE       0xffffc00000000000UL         /* addresses that nothing else here uses */
#define VSYSCALL   0xffffffffff600000UL
#define SET_FS     0x1002

/* Addresses at which the kernel's own tables have pages, or could have the window. */
static const uintptr_t pages[] = {
	FIRST,
	DIRECT_MAP_BASE + MB,
	DIRECT_MAP_BASE + DIRECT_MAP_SIZE - PAGE_SIZE,
	ENTRY_WINDOW_UPPER,
	ENTRY_WINDOW_UPPER_TOP - PAGE_SIZE,
	COPY_ENTRY_BASE - PAGE_SIZE,
	COPY_ENTRY_BASE,
	COPY_ENTRY_BASE + ENTRY_WINDOW_BASE % PML4_SPAN,
	KSTACK_FIXED_TOP - PAGE_SIZE,
	KSTACK_HEAP_BASE + PAGE_SIZE,
	COPY_PAGE,
	CPU_NMI_TOP(0) - PAGE_SIZE,
	LAPIC_BASE,
	KERNEL_BASE + 64 * MB, /* upper-kernel is linked at KERNEL_BASE */
	VSYSCALL,
	LAST,
};
#define COUNT (sizeof pages / sizeof *pages)

static long map_as(uintptr_t at, size_t size, uint64_t protection, uint64_t flags)
{
	return call6(SYS_mmap, at, size, protection, flags, ~0UL, 0);
}

static int map(uintptr_t at, size_t size)
{
	return map_as(at, size, RW, FLAGS) == (long)at;
}

static int zeros(uintptr_t page)
{
	uint64_t all = 0;

	for (size_t i = 0; i < PAGE_SIZE; i += 8)
		all |= *(volatile uint64_t *)(page + i);
	return all == 0;
}

static void read_at(uintptr_t address)
{
	(void)*(volatile char *)address;
}

static void push_at(uintptr_t rsp)
{
	__asm__ volatile("mov %0, %%rsp; push %%rax" : : "r"(rsp) : "memory");
}

static void jump_to(uintptr_t address)
{
	((void (*)(void))address)();
}

/* Returns true if a child that calls function(argument) is ended by this signal. */
static int dies(void (*function)(uintptr_t), uintptr_t argument, int signal)
{
	const long pid = fork();

	if (pid == 0) {
		function(argument);
		leave(99);
	}
	return status_of(pid) == signal;
}

/* The exception is #SS and the signal SIGBUS. QEMU's TCG raises #GP instead: SIGSEGV. */
static int dies_of_push(uintptr_t rsp)
{
	return dies(push_at, rsp, SIGBUS) || dies(push_at, rsp, SIGSEGV);
}
