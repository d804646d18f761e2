; SPDX-License-Identifier: MIT
;
; Calls that may lose their stack and their CR3; see pitfalls.h.

%include "x86/registers.inc"

section .bss
saved_rsp:	resq 1
saved_cr3:	resq 1

section .text
	global	contained_call, contained_resume
contained_call:
	PUSH_CALLEE_SAVED
	sub	rsp, 8
	mov	[saved_rsp], rsp
	mov	rax, cr3
	mov	[saved_cr3], rax
	mov	rax, rdi
	mov	rdi, rsi
	test	rdx, rdx
	cmovnz	rsp, rdx
	call	rax
	mov	eax, 1
	jmp	contained_out
contained_resume:
	xor	eax, eax
contained_out:
	; CR3 first: the caller's stack, which is popped below, may be mapped only under it.
	mov	rcx, [saved_cr3]
	mov	cr3, rcx
	mov	rsp, [saved_rsp]
	add	rsp, 8
	POP_CALLEE_SAVED
	ret
