; SPDX-License-Identifier: MIT
;
; Entries into the kernel and returns from it, with nothing in between; see micro_rings.c.

%include "constants.inc"
%include "x86/registers.inc"

UNROLLED equ 8			; micro_rings.c defines the same number

	global	micro_user_run, micro_leave, micro_sysret, micro_iret
	global	micro_user_syscall, micro_user_syscall_end, micro_user_int, micro_user_int_end
	global	micro_int_kernel, micro_iret_kernel

%macro IRET_TO_NEXT 0
	lea	rdx, [rel %%next]
	push	SELECTOR_KERNEL_DATA
	push	r8
	pushfq
	push	SELECTOR_KERNEL_CODE
	push	rdx
	iretq
%%next:
%endmacro

section .bss
saved_rsp:	resq 1

section .text
; struct micro_end micro_user_run(uintptr_t rip, uint64_t count): runs code in user mode at `rip`,
; with interrupts off and the count in RBX, until it executes INT VECTOR_MICRO_LEAVE. Returns the
; code's RBX (in RAX) and RCX (in RDX). The GS base and RSP stay the kernel's, so the code must use
; neither GS nor a stack.
micro_user_run:
	PUSH_CALLEE_SAVED
	mov	[saved_rsp], rsp
	mov	rbx, rsi
	mov	rcx, rdi
	mov	r11d, 2			; RFLAGS: only the bit that is always set
	o64 sysret

; The handler of VECTOR_MICRO_LEAVE: returns from micro_user_run().
micro_leave:
	mov	rsp, [saved_rsp]
	mov	eax, SELECTOR_KERNEL_DATA
	mov	ss, eax
	mov	rax, rbx
	mov	rdx, rcx
	POP_CALLEE_SAVED
	ret

; The handlers of SYSCALL (LSTAR) and of VECTOR_MICRO: each returns at once.
micro_sysret:
	o64 sysret
micro_iret:
	iretq

; micro_user_syscall and micro_user_int, each up to its end label, are copied to a user page. RBX
; has the count, a multiple of UNROLLED.
micro_user_syscall:
	times UNROLLED syscall
	sub	ebx, UNROLLED
	jnz	micro_user_syscall
	int	VECTOR_MICRO_LEAVE
micro_user_syscall_end:

micro_user_int:
	times UNROLLED int VECTOR_MICRO
	sub	ebx, UNROLLED
	jnz	micro_user_int
	int	VECTOR_MICRO_LEAVE
micro_user_int_end:

; uint64_t micro_int_kernel(uint64_t count): executes `count` INTs, each with an IRETQ, in kernel
; mode on the current stack. Returns 0 if the last INT has pushed the right RIP.
micro_int_kernel:
	mov	r8, rsp
	and	rsp, -16		; as the CPU does before it pushes (SDM 3A 6.14.2)
	mov	qword [rsp - 40], 0
.more:
	times UNROLLED int VECTOR_MICRO
.last:	sub	edi, UNROLLED
	jnz	.more
	mov	rax, [rsp - 40]
	lea	rdx, [rel .last]
	sub	rax, rdx
	mov	rsp, r8
	ret

; uint64_t micro_iret_kernel(uint64_t count): executes IRETQ `count` times in kernel mode, each time
; after pushing the five words that it pops. Returns the number of IRETQs left to execute: 0.
micro_iret_kernel:
	mov	r8, rsp
.more:
%rep UNROLLED
	IRET_TO_NEXT
%endrep
	sub	edi, UNROLLED
	jnz	.more
	mov	eax, edi
	ret
