; SPDX-License-Identifier: MIT
;
; long sys_fork(void), long sys_clone(…): system calls that need the registers of their caller.
; They push the callee-saved registers and pass RSP to fork_call() or clone_call() (fork.c). RSP
; points to a struct forking: the registers just pushed, the return address to SYSCALL_ENTRY
; (cpu/entry.asm), and the struct call_frame.

%include "x86/registers.inc"

section .text
	global	sys_fork, sys_clone, fork_child
	extern	fork_call, clone_call, task_begin_child

%macro FORK_CALL 1
sys_%1:
	PUSH_CALLEE_SAVED
	mov	rdi, rsp
	sub	rsp, 8
	call	%1_call
	add	rsp, 8
	POP_CALLEE_SAVED
	ret
%endmacro
	FORK_CALL fork
	FORK_CALL clone

; The child's first code. It runs with its parent's callee-saved registers, on a copy of the upper
; end of its parent's kernel stack, and returns 0.
fork_child:
	sub	rsp, 8
	call	task_begin_child
	add	rsp, 8
	xor	eax, eax
	ret
