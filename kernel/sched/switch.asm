; SPDX-License-Identifier: MIT
;
; void context_switch(uint64_t *save_rsp, uint64_t rsp, uint64_t cr3)
;
; Interrupts are off. Nothing touches the stack between the load of CR3 and the load of RSP, so
; that it is right when the stack goes away with the address space (fixed stacks). An NMI in
; between runs on its own IST stack.

section .text
	global	context_switch, task_first_run
	extern	sched_finish_switch

context_switch:
	push	rbx
	push	rbp
	push	r12
	push	r13
	push	r14
	push	r15
	mov	[rdi], rsp
	mov	cr3, rdx
	mov	rsp, rsi
	pop	r15
	pop	r14
	pop	r13
	pop	r12
	pop	rbp
	pop	rbx
	ret

; The first return of a new task: task_create() has put its start function where RBX is popped.
task_first_run:
	call	sched_finish_switch
	call	rbx
	ud2
