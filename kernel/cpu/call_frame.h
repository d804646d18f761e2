/* SPDX-License-Identifier: MIT */
/* The registers of a program in a system call, at the top of its task's kernel stack. */
#pragma once

#include <stdint.h>

/*
 * As SYSCALL_ENTRY (cpu/entry.asm) pushes them, lowest address first; it addresses them by the offsets of
 * this structure (boot/constants.c). RCX and R11, which SYSCALL overwrites, hold the program's RIP and
 * RFLAGS (SDM 2B, SYSCALL).
 */
struct call_frame {
	uint64_t number; /* RAX */
	uint64_t r9, r8, r10, rdx, rsi, rdi;
	uint64_t rip, rflags;
	uint64_t rsp;
};

/*
 * The second entry of system calls (entry.asm): calls trace_call() before each call, and trace_result()
 * after it, whose value replaces the result.
 */
extern char syscall_entry_traced[];
extern void (*trace_call)(const struct call_frame *call);
extern uint64_t (*trace_result)(uint64_t result);
