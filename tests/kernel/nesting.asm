; SPDX-License-Identifier: MIT
;
; Functions that bring the CPU into states that C cannot produce. tests/kernel/nmi.c and
; entry_state.c call them.

section .text
	global	write_icr_before_swapgs, interrupt_on_stack

; bool write_icr_before_swapgs(uint64_t rsp, uint32_t *icr, uint32_t value,
;                              volatile uint64_t *count)
; Recreates the state right after SYSCALL (kernel mode, interrupts off, RSP = `rsp`, the user's GS
; base) and writes `value` to the interrupt command register at `icr`. Returns true if *count
; changes within a million PAUSEs.
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

; void interrupt_on_stack(uint64_t rsp)
; Enables interrupts while RSP is `rsp`, so that a pending interrupt is delivered, and then executes
; UD2. Does not return.
interrupt_on_stack:
	mov	rsp, rdi
	sti
	mov	ecx, 100000
.wait:	pause
	dec	ecx
	jnz	.wait
	cli
	ud2
