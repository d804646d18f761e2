; SPDX-License-Identifier: MIT
;
; void kstack_call_across_cr3(void (*function)(void *argument), void *argument), for fixed stacks.
; The return address and RBP stay on the old stack, so the function must restore CR3.

%include "constants.inc"

section .text
	global	kstack_call_across_cr3
kstack_call_across_cr3:
	push	rbp
	mov	rbp, rsp
	pushfq				; interrupts off: another CR3 maps other interrupt stacks
	cli
	mov	rax, rdi
	mov	rdi, rsi
	mov	rsp, [gs:CPU_SCRATCH_TOP]
	call	rax
	lea	rsp, [rbp - 8]
	popfq
	pop	rbp
	ret
