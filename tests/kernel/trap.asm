; SPDX-License-Identifier: MIT
;
; bool trap_call(void (*function)(uint64_t argument), uint64_t argument): false when the function came
; back, true when an expected exception (exception_expect() with trap_resume) ended it. The stack
; pointer is restored, wherever the function had left it.

section .bss
saved_rsp:	resq 1

section .text
	global	trap_call, trap_resume, push_below
trap_call:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	sub	rsp, 8
	mov	[saved_rsp], rsp
	mov	rax, rdi
	mov	rdi, rsi
	call	rax
	xor	eax, eax
	jmp	out
trap_resume:
	mov	rsp, [saved_rsp]
	mov	eax, 1
out:	add	rsp, 8
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

; void push_below(uint64_t rsp): a push on a stack that is not there
push_below:
	mov	rsp, rdi
	push	rax
	ud2
