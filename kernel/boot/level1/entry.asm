; SPDX-License-Identifier: MIT
;
; The entry point of a kernel that is built with BOOT=level1, for all CPUs. They are in long mode,
; under the loader's page tables. The stack of CPU n has 1 KiB; its top is at address -1024 * n
; (level1.h).

%include "constants.inc"

	extern	boot_high, level1_start, level1_continue, level1_exception, level1_cr3, level1_place

; Values of boot/level1/level1.h and x86/layout.h, for the assertions in the linker script.
	global	layout_level1_kernel
layout_level1_kernel equ LEVEL1_KERNEL

section .text
	global	level1_entry, level1_trap
level1_entry:
	cli
	cld
	lea	rbx, [rsp + LEVEL1_STACK_SIZE - 1]	; a loader may have pushed something
	and	rbx, -LEVEL1_STACK_SIZE			; the stack's top
	lea	rdi, [rbx - LEVEL1_STACK_SIZE]		; paint it, so that its use can be measured
	mov	rax, EARLY_STACK_PAINT
	mov	ecx, LEVEL1_STACK_SIZE / 8
	rep	stosq
	mov	rsp, rbx
	neg	rbx
	shr	rbx, LEVEL1_STACK_SHIFT			; the CPU's number
	mov	edi, ebx
	xor	ebp, ebp
	call	level1_start
	mov	rcx, [level1_cr3]
	mov	cr3, rcx
	mov	rsp, rax				; the old stack is no longer needed
	call	level1_continue
	mov	ebx, eax
	mov	rbp, [level1_place]
	jmp	boot_high

level1_trap:
	and	rsp, -16
	call	level1_exception

; Loads the GDT at RDI, of ESI bytes, and the IDT at RDX, of ECX bytes.
	global	level1_load
level1_load:
	sub	rsp, 16
	dec	esi
	mov	[rsp], si
	mov	[rsp + 2], rdi
	lgdt	[rsp]
	dec	ecx
	mov	[rsp], cx
	mov	[rsp + 2], rdx
	lidt	[rsp]
	add	rsp, 16
	pop	rax
	push	8
	push	rax
	mov	eax, 16
	mov	ss, eax
	retfq
