; SPDX-License-Identifier: MIT
;
; CPU states that C cannot produce, for tests/kernel/nmi.c and entry_state.c.

section .text
	global	write_icr_before_swapgs, interrupt_on_stack

; bool write_icr_before_swapgs(uint64_t rsp, uint32_t *icr, uint32_t value,
;                              volatile uint64_t *count)
; Recreates the state right after SYSCALL (kernel mode, interrupts off, the user's RSP and GS base)
; and writes `value` to the interrupt command register. Returns true if *count changes soon.
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

; void interrupt_on_stack(uint64_t rsp): lets a pending interrupt arrive while RSP is `rsp`.
; Executes UD2 after the interrupt handler has returned.
interrupt_on_stack:
	mov	rsp, rdi
	sti
	mov	ecx, 100000
.wait:	pause
	dec	ecx
	jnz	.wait
	cli
	ud2
