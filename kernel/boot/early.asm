; SPDX-License-Identifier: MIT
;
; The early stack, and the first code that runs at the kernel's own addresses.

%include "constants.inc"

bits 64
section .bss
align 16
	global early_stack, early_stack_top
early_stack:	resb EARLY_STACK_SIZE
early_stack_top:

section .text
	extern	boot_main

; EBX: physical address of the Multiboot information, RBP: physical address of the image.
	global	boot_high
boot_high:
	mov	rdi, early_stack		; paint the stack, so that its use can be measured
	mov	rax, EARLY_STACK_PAINT
	mov	ecx, EARLY_STACK_SIZE / 8
	rep	stosq
	mov	rsp, early_stack_top
	mov	edi, ebx
	mov	rsi, rbp
	xor	ebp, ebp
	call	boot_main
	ud2
