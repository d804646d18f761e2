; SPDX-License-Identifier: MIT
;
; Writes its process ID at 0x400000, lets the other tasks run eight times, and looks whether it is
; still there. Exit status 0: it was.

SYS_sched_yield	equ 24
SYS_getpid	equ 39
SYS_exit	equ 60

section .data
tag:	dq 0

section .text
	global	_start
_start:
	mov	eax, SYS_getpid
	syscall
	mov	[abs tag], rax
	mov	ebx, 8
.again:	mov	eax, SYS_sched_yield
	syscall
	dec	ebx
	jnz	.again
	mov	eax, SYS_getpid
	syscall
	xor	edi, edi
	cmp	[abs tag], rax
	setne	dil
	mov	eax, SYS_exit
	syscall
