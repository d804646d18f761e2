; SPDX-License-Identifier: MIT
;
; A kernel for the level-1 environment that does nothing but find out whether its image and the stacks
; of the CPUs share memory. The image has PAGES pages; each but the first is filled with a pattern.
; Every CPU fills its stack, of STACK bytes, with its number. When all CPUs have done so, it checks
; its stack. Then the boot CPU checks the image, and writes "CPUS STACKS IMAGE" to port 0xE9, in
; hexadecimal: the number of CPUs, and the numbers of wrong 8-byte words in the stacks and in the
; image. No CPU uses its stack for anything else.

; The build's constants.inc, which sweep.sh includes, has the addresses, ports and offsets.

PATTERN		equ 0x5041494e54504150

; Writes EBX to PORT_RECORDS in eight digits, then a space. Changes EAX and ECX.
%macro put_number 0
	mov	ecx, 8
%%next:	rol	ebx, 4
	mov	al, bl
	and	al, 15
	add	al, '0'
	cmp	al, '9'
	jbe	%%put
	add	al, 'a' - '0' - 10
%%put:	out	PORT_RECORDS, al
	loop	%%next
	mov	al, ' '
	out	PORT_RECORDS, al
%endmacro

bits 64
section .text
	global sweep
sweep:	cld
	mov	rbx, rsp			; the stack's top
	mov	rax, rsp
	neg	rax
	xor	edx, edx
	mov	ecx, STACK
	div	rcx				; RAX: the CPU's number
	lea	rdi, [rbx - STACK]
	mov	ecx, STACK / 8
	rep stosq
	lock inc dword [rel filled]
	movzx	edx, word [LEVEL1_INFO + INFO_CPUS]
.fill:	pause
	cmp	[rel filled], edx
	jne	.fill
	lea	rdi, [rbx - STACK]
	mov	ecx, STACK / 8
.word:	cmp	[rdi], rax
	je	.same
	lock inc dword [rel wrong]
.same:	add	rdi, 8
	loop	.word
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
