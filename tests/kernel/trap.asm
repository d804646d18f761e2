; SPDX-License-Identifier: MIT
;
; bool trap_call(void (*function)(uint64_t argument), uint64_t argument)
; Calls function(argument). Beforehand the caller must call exception_expect() with the exception to
; expect and with trap_resume, where execution continues after the exception. Returns true if this
; exception ended the function, false if the function returned. RSP is restored even if the function
; changed it.

%include "x86/registers.inc"

section .bss
saved_rsp:	resq 1

section .text
	global	trap_call, trap_resume, push_below
trap_call:
	PUSH_CALLEE_SAVED
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
	POP_CALLEE_SAVED
	ret

; void push_below(uint64_t rsp): pushes a word on an unmapped stack, just below `rsp`. The push must
; fault.
push_below:
	mov	rsp, rdi
	push	rax
	ud2
