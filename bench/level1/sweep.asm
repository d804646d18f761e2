; SPDX-License-Identifier: MIT
;
; A kernel for the level-1 environment that does nothing but find out whether its image and the stacks
; of the CPUs share memory. The image has PAGES pages; each but the first is filled with a pattern.
; Every CPU fills its stack, of STACK bytes, with its number. The boot CPU, whose number is 0, also
; fills the stacks that no CPU has: those from the number of CPUs to STACKS - 1. When all CPUs have
; done so, each checks what it filled. Then the boot CPU checks the image, and writes "CPUS STACKS
; IMAGE" to port 0xE9, in hexadecimal: the number of CPUs, and the numbers of wrong 8-byte words in the
; stacks and in the image. No CPU uses its stack for anything else.

; The build's constants.inc, which boot.sh includes, has the addresses, ports and offsets.

PATTERN		equ 0x5041494e54504150

%include "output.inc"

; Sets RDI to the lowest word of stack RAX, and ECX to its number of words.
%macro lowest_word 0
	lea	rdi, [rax + 1]
	imul	rdi, rdi, STACK
	neg	rdi
	mov	ecx, STACK / 8
%endmacro

; Makes RAX the next stack of this CPU, and jumps to %1 if there is one. EDX is the number of CPUs.
%macro next_stack 1
	test	r9d, r9d
	jnz	%%last				; only the boot CPU has more than one
	test	eax, eax
	cmovz	eax, edx
	jz	%%first
	inc	eax
%%first: cmp	eax, STACKS
	jb	%1
%%last:
%endmacro

bits 64
section .text
	global sweep
sweep:	cld
	mov	rax, rsp			; the stack's top
	neg	rax
	xor	edx, edx
	mov	ecx, STACK
	div	rcx				; RAX: the CPU's number
	mov	r9, rax
	movzx	edx, word [LEVEL1_INFO + INFO_CPUS]
.fill:	lowest_word
	rep	stosq
	next_stack .fill
	lock inc dword [rel filled]
.wait:	pause
	cmp	[rel filled], edx
	jne	.wait
	mov	rax, r9
.own:	lowest_word
.word:	cmp	[rdi], rax
	je	.same
	lock inc dword [rel wrong]
.same:	add	rdi, 8
	loop	.word
	next_stack .own
	lock inc dword [rel checked]
	mov	eax, 1
	cpuid
	shr	ebx, 24
	cmp	bx, [LEVEL1_INFO + INFO_BOOT_CPU]
	je	.boot
.halt:	cli
	hlt
	jmp	.halt

.boot:	movzx	edx, word [LEVEL1_INFO + INFO_CPUS]
.check:	pause
	cmp	[rel checked], edx
	jne	.check
	xor	r8d, r8d			; wrong words of the image
	mov	rax, PATTERN
	lea	rdi, [rel pages]
	mov	ecx, (PAGES - 1) * 512
	jrcxz	.end
.image:	cmp	[rdi], rax
	je	.next
	inc	r8d
.next:	add	rdi, 8
	loop	.image
.end:	mov	ebx, edx
	put_number
	mov	ebx, [rel wrong]
	put_number
	mov	ebx, r8d
	put_number
	mov	al, 10
	out	PORT_RECORDS, al
	mov	eax, EXIT_OK
	out	PORT_EXIT, eax
	jmp	.halt

filled:	dd 0
checked: dd 0
wrong:	dd 0
	times 4096 - ($ - $$) db 0
pages:	times (PAGES - 1) * 512 dq PATTERN
