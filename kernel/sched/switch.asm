; SPDX-License-Identifier: MIT
;
; void context_switch(uint64_t *save_rsp, uint64_t rsp, uint64_t cr3)
;
; Interrupts are off. Nothing touches the stack between the load of CR3 and the load of RSP, so
; that it is right when the stack goes away with the address space (fixed stacks). An NMI in
; between runs on its own IST stack.

%include "x86/registers.inc"

section .text
	global	context_switch, task_first_run
	extern	sched_finish_switch

context_switch:
	PUSH_CALLEE_SAVED
	mov	[rdi], rsp
	mov	cr3, rdx
	mov	rsp, rsi
	POP_CALLEE_SAVED
	ret

; The first return of a new task: process_create() has put its start function where RBX is popped.
task_first_run:
	call	sched_finish_switch
	call	rbx
	ud2
