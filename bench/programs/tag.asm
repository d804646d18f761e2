; SPDX-License-Identifier: MIT
;
; Writes its process ID to 0x400000, lets other tasks run eight times, and reads it again. The exit
; status is 0 if the ID is still there.

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
