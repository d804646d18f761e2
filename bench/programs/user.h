/* SPDX-License-Identifier: MIT */
/* Shared by the programs: system calls (Linux x86-64 convention), time stamps, text output. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/protocol/marks.h"
#include "cpu/idt.h"
#include "sys/syscall.h"
#include "x86/layout.h"

static inline long call6(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
	register uint64_t r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
	                 : "rcx", "r11", "memory");
	return result;
}

/* Makes a system call with up to three arguments; the fourth is 0. Returns its result, or
 * -errno. */
static inline long call(long number, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t r10 __asm__("r10") = 0;
	long result;

	__asm__ volatile("syscall"
	                 : "=a"(result)
	                 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
	                 : "rcx", "r11", "memory");
	return result;
}

/*
 * Returns true if the kernel's IDT is short (cpu/idt.h). The kernel must have mapped the APIC's
 * registers at BENCH_USER_LAPIC; one of them has the vector of spurious interrupts (SDM 3A 11.9).
 */
static inline int idt_is_short(void)
{
	return *(volatile uint32_t *)(BENCH_USER_LAPIC + 0x0f0) % 256 == VECTOR_SPURIOUS_OF(1);
}

static inline void print(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	call(SYS_write, 1, (uintptr_t)text, size);
}

static inline int equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static inline uint64_t stamp(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}
