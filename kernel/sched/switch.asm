; SPDX-License-Identifier: MIT
;
; void context_switch(uint64_t *save_rsp, uint64_t rsp, uint64_t cr3)
;
; Interrupts must be off. Between the loads of CR3 and RSP nothing touches the stack, because a load
; of CR3 also replaces a fixed stack. An NMI in between runs on its own IST stack.

%include "x86/registers.inc"

section .text
	global	context_switch, task_first_run
	extern	sched_finish_switch

context_switch:
	PUSH_CALLEE_SAVED
	mov	[rdi], rsp
	ISOLATION_SWITCH rdx
	mov	rsp, rsi
	POP_CALLEE_SAVED
	ret

; context_switch() returns to here in a new task. process_create() has stored the address of the
; task's start function in the word that is popped to RBX.
task_first_run:
	call	sched_finish_switch
	call	rbx
	ud2
