/* SPDX-License-Identifier: MIT */
/* Exceptions: what the entry stubs save, and who handles them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Registers as the exception stubs push them, lowest address first; the last five and the error code are the CPU's. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* What else than an exception a frame may come from, as its vector. */
#define FRAME_CALL    256 /* a system call: `rax` is the result, `error` the call's number */
#define FRAME_OTHER   257 /* an interrupt, or nothing that is still of interest */

#define EXCEPTION_DE  0
#define EXCEPTION_DB  1
#define EXCEPTION_NMI 2
#define EXCEPTION_BP  3
#define EXCEPTION_UD  6
#define EXCEPTION_NM  7
#define EXCEPTION_DF  8
#define EXCEPTION_TS  10
#define EXCEPTION_NP  11
#define EXCEPTION_SS  12
#define EXCEPTION_GP  13
#define EXCEPTION_PF  14
#define EXCEPTION_MF  16
#define EXCEPTION_AC  17
#define EXCEPTION_MC  18
#define EXCEPTION_XM  19

/* "#PF page fault" and so on; vectors from 0 to 31. */
const char *exception_name(uint64_t vector);

/* Prints all registers on the console. */
void exception_dump(const struct trap_frame *frame);

/* Sets what runs when user mode raised an exception. When it returns, the instruction is tried again. */
void exception_set_user_handler(void (*handler)(struct trap_frame *frame));

/*
 * Is asked first about page faults in user mode and in copies to and from user memory: true when the instruction
 * may be tried again.
 */
void exception_set_page_fault(bool (*function)(uintptr_t address, uint64_t error));

/*
 * For tests: the next exception with `vector` raised in the kernel is counted, and execution goes
 * on at `resume`, with the stack as it was. Returns how many such exceptions came since the last
 * call. NULL disarms.
 */
unsigned exception_expect(uint64_t vector, void (*resume)(void));

/*
 * For tests and experiments: probe(frame) is asked first about every exception and NMI, with interrupts off and on
 * the stack that the stub chose. It may change the frame; true means that it has dealt with the exception. NULL:
 * no one is asked.
 */
void exception_set_probe(bool (*probe)(struct trap_frame *frame));

/*
 * entry.asm: back to user mode with the registers of the frame, which may lie on any stack, through user_return_hook(). Interrupts are
 * off; the current task's kernel stack has no other use any more.
 */
_Noreturn void return_through_frame(const struct trap_frame *frame);

/* Called with the registers to return with if return_work is set, and by return_through_frame(). */
extern void (*user_return_hook)(struct trap_frame *frame);

/* NMIs since boot. */
extern uint64_t nmi_count;
