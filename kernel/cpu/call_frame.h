/* SPDX-License-Identifier: MIT */
/* A program's registers during a system call, at the top of its task's kernel stack. */
#pragma once

#include <stdint.h>

/*
 * The words that SYSCALL_ENTRY (cpu/entry.asm) leaves on the stack, lowest address first. entry.asm
 * gets the offsets from boot/constants.c. RCX and R11 are missing, because the SYSCALL instruction
 * overwrites them with the program's RIP and RFLAGS (SDM 2B, SYSCALL).
 */
struct call_frame {
	uint64_t number; /* RAX */
	uint64_t r9, r8, r10, rdx, rsi, rdi;
	uint64_t rip, rflags;
	uint64_t rsp;
};

/*
 * The entry point of system calls under trace=calls (entry.asm). It calls trace_call() before each
 * system call, and trace_result() with its result afterwards. The program gets the value that
 * trace_result() returns.
 */
extern char syscall_entry_traced[];
extern void (*trace_call)(const struct call_frame *call);
extern uint64_t (*trace_result)(uint64_t result);
