/* SPDX-License-Identifier: MIT */
/* Exceptions: the frame that the entry stubs save, and the hooks that handle exceptions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * The registers as the exception stubs leave them on the stack, lowest address first. The CPU
 * pushes the last five words and, for some exceptions, the error code.
 */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Values of `vector` for frames that do not come from an exception. */
#define FRAME_CALL    256 /* a system call: `rax` is the result, `error` the call's number */
#define FRAME_OTHER   257 /* an interrupt, or an entry whose kind no longer matters */

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

/* Returns a name such as "#PF page fault" for vectors 0 … 31. */
const char *exception_name(uint64_t vector);

/* Prints all registers on the console. */
void exception_dump(const struct trap_frame *frame);

/*
 * Sets the handler of exceptions in user mode. The handler is not called for NMI, #DF and #MC, nor
 * for page faults that the handler of exception_set_page_fault() resolves. When it returns, the
 * program resumes with the registers in the frame.
 */
void exception_set_user_handler(void (*handler)(struct trap_frame *frame));

/*
 * Sets the handler of page faults in user mode and in the kernel's accesses to user memory. The
 * arguments of the handler are CR2 and the CPU's error code. The handler returns true if the
 * instruction can be retried; otherwise the fault is handled like other exceptions.
 */
void exception_set_page_fault(bool (*function)(uintptr_t address, uint64_t error));

/*
 * The function that exception_set_page_fault() has set, or NULL. Some code checks its accesses to
 * user memory in software. If an access is not allowed, that code stores the address in CR2 and
 * calls this function.
 */
extern bool (*page_fault_hook)(uintptr_t address, uint64_t error);

/*
 * For tests: makes the kernel resume at `resume`, with RSP unchanged, after the next exception
 * `vector` in the kernel. If `resume` is NULL, no exception is expected any longer. Returns how
 * many expected exceptions (0 or 1) have come since the previous call.
 */
unsigned exception_expect(uint64_t vector, void (*resume)(void));

/*
 * For tests and experiments: sets a function that is called before all other handlers for every
 * exception and NMI, with interrupts off, on the stack that the stub chose. The function may change
 * the frame, and returns true if it has handled the exception. NULL removes the function.
 */
void exception_set_probe(bool (*probe)(struct trap_frame *frame));

/*
 * In entry.asm: calls user_return_hook() and returns to user mode with the registers of the frame,
 * which may be on any stack. Interrupts must be off. The contents of the current task's kernel
 * stack are lost.
 */
_Noreturn void return_through_frame(const struct trap_frame *frame);

/*
 * Called before a return to user mode if return_work (struct cpu) is not 0, and always by
 * return_through_frame(). The function may change the frame, which has the registers for the
 * return.
 */
extern void (*user_return_hook)(struct trap_frame *frame);

/* Number of NMIs since boot. */
extern uint64_t nmi_count;
