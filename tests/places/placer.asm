; SPDX-License-Identifier: MIT
;
; A boot loader for tests: puts the kernel and its modules at given places in physical memory. QEMU
; starts it as a Multiboot kernel. Its first module is the kernel's image (ELF32); the others are the
; kernel's modules. The word at=KERNEL,MODULE,… of the command line has a physical address in
; hexadecimal for each of them. The kernel gets what a Multiboot loader passes, without the first
; module and with spaces in place of this word.

MULTIBOOT_MAGIC equ 0x1badb002
MULTIBOOT_FLAGS equ 3

; Offsets of the Multiboot information and its list of modules, and of ELF32 headers
INFO_CMDLINE    equ 16
INFO_MODULES    equ 20
INFO_LIST       equ 24
ENTRY_SIZE      equ 16				; bytes of a module's entry: start, end, string, reserved
ELF_ENTRY       equ 24
ELF_SEGMENTS    equ 28
ELF_COUNT       equ 44
SEGMENT_SIZE    equ 32
SEGMENT_OFFSET  equ 4
SEGMENT_PLACE   equ 12				; p_paddr
SEGMENT_BYTES   equ 16
SEGMENT_MEMORY  equ 20
PT_LOAD         equ 1

bits 32
section .text
	dd MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

	global placer
placer:
	cld
	mov	esp, stack_top
	mov	esi, [ebx + INFO_CMDLINE]
.word:	cmp	dword [esi], ' at='		; the word is not the first one
	je	.found
	inc	esi
	cmp	byte [esi], 0
	jne	.word
	jmp	$				; the test ends by its time limit
.found:	add	esi, 4
	mov	dword [esi - 4], '    '

	call	number
	mov	[numbers], esi
	mov	edi, [ebx + INFO_LIST]
	mov	edx, [edi]			; the image
	mov	ebp, eax
	mov	edi, [edx + ELF_SEGMENTS]
	add	edi, edx
	sub	ebp, [edi + SEGMENT_PLACE]	; EBP: the distance from where the image is linked
	movzx	eax, word [edx + ELF_COUNT]
.segment:
	push	eax
	push	edi
	cmp	dword [edi], PT_LOAD
	jne	.next
	mov	esi, [edi + SEGMENT_OFFSET]
	add	esi, edx
	mov	ecx, [edi + SEGMENT_BYTES]
	mov	eax, [edi + SEGMENT_MEMORY]
	mov	edi, [edi + SEGMENT_PLACE]
	add	edi, ebp
	sub	eax, ecx
	rep movsb
	mov	ecx, eax
	xor	eax, eax
	rep stosb
.next:	pop	edi
	pop	eax
	add	edi, SEGMENT_SIZE
	dec	eax
	jnz	.segment
	add	ebp, [edx + ELF_ENTRY]

	add	dword [ebx + INFO_LIST], ENTRY_SIZE
	dec	dword [ebx + INFO_MODULES]
	mov	edx, [ebx + INFO_MODULES]
	push	ebx
	mov	ebx, [ebx + INFO_LIST]
.module:
	test	edx, edx
	jz	.start
	mov	esi, [numbers]
	call	number
	mov	[numbers], esi
	mov	esi, [ebx]
	mov	ecx, [ebx + 4]
	sub	ecx, esi
	mov	edi, eax
	mov	[ebx], eax
	rep movsb
	mov	[ebx + 4], edi
	add	ebx, ENTRY_SIZE
	dec	edx
	jmp	.module
.start:	pop	ebx
	mov	eax, 0x2badb002
	jmp	ebp

; Reads the hexadecimal number at ESI into EAX, and replaces it and the comma after it by spaces.
; Changes CL, and ESI to the byte after them.
number:	xor	eax, eax
.digit:	mov	cl, [esi]
	cmp	cl, ','
	je	.end
	cmp	cl, ' '
	jbe	.done				; the end of the word or of the command line
	mov	byte [esi], ' '
	inc	esi
	sub	cl, '0'
	cmp	cl, 9
	jbe	.add
	sub	cl, 'a' - '0' - 10
.add:	shl	eax, 4
	or	al, cl
	jmp	.digit
.end:	mov	byte [esi], ' '
	inc	esi
.done:	ret

section .bss
numbers: resd 1					; the next number of the word
	resb 256
stack_top:
