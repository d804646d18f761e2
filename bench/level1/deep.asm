; SPDX-License-Identifier: MIT
;
; A kernel for the level-1 environment in which CPU 0 overflows its stack of 1 KiB into the stack of
; CPU 1, which is directly below it (deep.c). CPU 0 nests its calls deeper and deeper, until a word of
; CPU 1's stack has changed. Meanwhile CPU 1 waits in a function. Then CPU 1 compares its stack with a
; copy that it made before, and returns from the function. All other CPUs halt.
;
; The kernel writes four hexadecimal numbers, "DEPTH BYTES CHANGED CALLER". DEPTH is the number of
; calls on CPU 0, and BYTES is the size of the stack frame of each call. CHANGED is the number of bytes
; of CPU 1's stack that changed. CALLER is the lowest 32 bits of the return address of CPU 1's
; outermost function, deep_neighbour(), after the overflow. Then the kernel writes what happened to
; CPU 1: "back" if deep_neighbour() returned to its caller, or "trap" (watch.inc).

; The build's constants.inc, which boot.sh includes, has the addresses, ports and offsets.
%include "output.inc"
%include "watch.inc"

	extern	deep_overflow, deep_neighbour

bits 64
section .text
	global deep, deep_write
deep:	cld
	movzx	edx, word [LEVEL1_INFO + INFO_CPUS]
	cmp	edx, 2
	jb	halt
	mov	rax, rsp
	test	rax, rax
	jz	first
	cmp	rax, -LEVEL1_STACK_SIZE
	jne	halt
	mov	rdx, LEVEL1_INFO + INFO_RANGES	; a page of the first range of 1 MiB and more
.range:	mov	rdi, [rdx]
	mov	rax, [rdx + 8]
	add	rdx, 16
	cmp	rax, 1 << 20
	jb	.range
	watch
	call	deep_neighbour
back:	say	"back"
	leave_machine EXIT_OK

first:	call	deep_overflow
halt:	cli
	hlt
	jmp	halt

; void deep_write(uint32_t depth, uint32_t bytes, uint32_t changed, uint32_t caller)
deep_write:
	mov	r8d, edx
	mov	r9d, ecx
	push	rbx
	mov	ebx, edi
	put_number
	mov	ebx, esi
	put_number
	mov	ebx, r8d
	put_number
	mov	ebx, r9d
	put_number
	pop	rbx
	ret

	watch_handler
