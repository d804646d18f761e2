/* SPDX-License-Identifier: MIT */
/*
 * Two small kernels on which `run-bench.sh measure` is tested: k64 (long mode, SYSCALL) and k32
 * (INT 0x80, tables of two levels or, with PAE, three). They know nothing of Palimpsest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A symbol of the linker. Physical address P, below 4 MiB, is mapped at the address P + VMA. */
extern char VMA[];

#define PAGE_BYTES 4096

/* User memory: the code, a stack, and pages that the first access maps. */
#define USER_BASE  0x40000000
#define USER_STACK 0x40002000 /* the end of the stack */

/* console.c: COM1 and the screen */
void console_open(void);
void put(const char *text);
void put_number(unsigned number);
void screen_put(const char *text); /* the screen alone */
bool was_typed(void);              /* true if COM1 or the keyboard has a byte for get() */
char get(const char **where);      /* waits for a character; *where is then "COM1" or "the keyboard" */

/* tables.c: descriptor and page tables, the interrupt controller */
void tables_open(void);

/* regions.asm */
void straight(void);
void span(void);
void descend(uintptr_t depth);
void branch(uintptr_t depth);
void tail_first(void);
void interrupted(void);
void tick_plain(void);
void tick_nested(void);
void tick_switch(void);
void turns(void);
void preempted(void);
void try_escape(void);
void touch(void);
void many(uintptr_t count);
extern void (*on_tick)(void);

/* entry.asm */
void timer_entry(void);
void page_fault_entry(void);
void system_call_entry(void);
void other_entry(void);
void halt(void) __attribute__((noreturn));
void enter_user(uintptr_t start, uintptr_t stack);
extern volatile uint32_t timer_ticks, page_faults;

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}
