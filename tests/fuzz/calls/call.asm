; SPDX-License-Identifier: MIT
;
; checked_call() loads all registers, makes a system call, and stores the registers. canary_spin()
; loads all registers, runs a loop, and stores the registers. fuzz.h has the contracts.

	global	checked_call, checked_return, checked, vectors_load, vectors_store, canary_spin, canary_in, canary_out, restore

; Members of struct checked_call, and array sizes of struct canary_state (fuzz.h).
%define IN(n)     checked + 8 * (n)
%define OUT(n)    checked + 8 * (16 + (n))
%define FLAGS_IN  checked + 8 * 32
%define FLAGS_OUT checked + 8 * 33
%define GENERAL   14
%define X87       8

section .bss
alignb 64
checked:    resq 34
alignb 64
canary_in:  resq GENERAL + X87
            resb 256
            resq 4
alignb 64
canary_out: resq GENERAL + X87
            resb 256
            resq 4
kept_rsp:   resq 1
rounds_left: resq 1

section .text
checked_call:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[IN(15)], rsp
	push	qword [FLAGS_IN]
	mov	rax, [IN(0)]
	mov	rcx, [IN(1)]
	mov	rdx, [IN(2)]
	mov	rbx, [IN(3)]
	mov	rsi, [IN(4)]
	mov	rdi, [IN(5)]
	mov	rbp, [IN(6)]
	mov	r8, [IN(7)]
	mov	r9, [IN(8)]
	mov	r10, [IN(9)]
	mov	r11, [IN(10)]
	mov	r12, [IN(11)]
	mov	r13, [IN(12)]
	mov	r14, [IN(13)]
	mov	r15, [IN(14)]
	popfq
	syscall
checked_return:
	mov	[OUT(0)], rax
	mov	[OUT(1)], rcx
	mov	[OUT(2)], rdx
	mov	[OUT(3)], rbx
	mov	[OUT(4)], rsi
	mov	[OUT(5)], rdi
	mov	[OUT(6)], rbp
	mov	[OUT(7)], r8
	mov	[OUT(8)], r9
	mov	[OUT(9)], r10
	mov	[OUT(10)], r11
	mov	[OUT(11)], r12
	mov	[OUT(12)], r13
	mov	[OUT(13)], r14
	mov	[OUT(14)], r15
	mov	[OUT(15)], rsp
	mov	rsp, [IN(15)]		; a child of clone() may be on another stack
	pushfq
	pop	qword [FLAGS_OUT]
	push	0x202
	popfq
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

vectors_load:
%assign n 0
%rep 16
	movups	xmm %+ n, [rdi + 16 * n]
%assign n n + 1
%endrep
	ret

vectors_store:
%assign n 0
%rep 16
	movups	[rdi + 16 * n], xmm %+ n
%assign n n + 1
%endrep
	ret

canary_spin:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[kept_rsp], rsp
	mov	[rounds_left], rdi
	lea	rdi, [canary_in + 8 * (GENERAL + X87)]
	call	vectors_load
	fninit
%assign n X87 - 1
%rep X87
	fld	qword [canary_in + 8 * (GENERAL + n)]
%assign n n - 1
%endrep
	mov	rax, [canary_in]
	mov	rbx, [canary_in + 8]
	mov	rcx, [canary_in + 16]
	mov	rdx, [canary_in + 24]
	mov	rsi, [canary_in + 32]
	mov	rdi, [canary_in + 40]
	mov	rbp, [canary_in + 48]
	mov	r8, [canary_in + 56]
	mov	r9, [canary_in + 64]
	mov	r10, [canary_in + 72]
	mov	r11, [canary_in + 80]
	mov	r12, [canary_in + 88]
	mov	r13, [canary_in + 96]
	mov	r14, [canary_in + 104]
	mov	r15, 0x5a5a5a5aa5a5a5a5
.again:	dec	qword [rounds_left]
	jnz	.again
	mov	[canary_out], rax
	mov	rax, r15
	mov	r15, 0x5a5a5a5aa5a5a5a5
	sub	rax, r15
	add	[canary_out], rax	; so that a wrong R15 shows as a wrong RAX
	mov	[canary_out + 8], rbx
	mov	[canary_out + 16], rcx
	mov	[canary_out + 24], rdx
	mov	[canary_out + 32], rsi
	mov	[canary_out + 40], rdi
	mov	[canary_out + 48], rbp
	mov	[canary_out + 56], r8
	mov	[canary_out + 64], r9
	mov	[canary_out + 72], r10
	mov	[canary_out + 80], r11
	mov	[canary_out + 88], r12
	mov	[canary_out + 96], r13
	mov	[canary_out + 104], r14
%assign n 0
%rep X87
	fstp	qword [canary_out + 8 * (GENERAL + n)]
%assign n n + 1
%endrep
	lea	rdi, [canary_out + 8 * (GENERAL + X87)]
	call	vectors_store
	mov	eax, ds
	mov	[canary_out + 8 * (GENERAL + X87) + 256], rax
	mov	eax, es
	mov	[canary_out + 8 * (GENERAL + X87) + 264], rax
	mov	eax, fs
	mov	[canary_out + 8 * (GENERAL + X87) + 272], rax
	mov	eax, gs
	mov	[canary_out + 8 * (GENERAL + X87) + 280], rax
	mov	rsp, [kept_rsp]
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

; Signal handlers return to this code (sa_restorer). It calls rt_sigreturn.
restore:
	mov	eax, 15			; rt_sigreturn
	syscall

section .note.GNU-stack noalloc noexec nowrite progbits
