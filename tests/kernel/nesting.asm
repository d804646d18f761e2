; SPDX-License-Identifier: MIT
;
; States of the processor that C cannot make, for tests/kernel/nesting.c.

section .text
	global	write_icr_before_swapgs, interrupt_on_stack

; bool write_icr_before_swapgs(uint64_t rsp, uint32_t *icr, uint32_t value, volatile uint64_t *count): what
; SYSCALL leaves: kernel mode, interrupts off, the user's RSP and the user's GS base. Then `value` goes to the
; interrupt command register. True when *count changed in a while.
write_icr_before_swapgs:
	push	rbx
	mov	rbx, rsp
	mov	r8, [rcx]
	mov	r9d, 1000000
	xor	eax, eax
	swapgs
	mov	rsp, rdi
	mov	[rsi], edx
.wait:	cmp	[rcx], r8
	jne	.came
	pause
	dec	r9d
	jnz	.wait
	jmp	.out
.came:	inc	eax
.out:	mov	rsp, rbx
	swapgs
	pop	rbx
	ret

; void interrupt_on_stack(uint64_t rsp): lets an interrupt that is pending come while RSP is `rsp`, and ends
; with #UD when the interrupt was survived.
interrupt_on_stack:
	mov	rsp, rdi
	sti
	mov	ecx, 100000
.wait:	pause
	dec	ecx
	jnz	.wait
	cli
	ud2
