; SPDX-License-Identifier: MIT
;
; A Multiboot 1 loader leaves the CPU in 32-bit protected mode with paging off (Multiboot 0.6.96,
; 3.2). This code switches it to long mode and jumps to boot_high.
;
; The loader may put the image at any page below 4 GiB. EBP holds the address where the image is,
; minus the address where it is linked. Until paging is on, the code adds EBP to every address.
;
; The boot page tables map the first 4 GiB of physical memory, in 2 MiB pages, at 0 (for this code)
; and at DIRECT_MAP_BASE. They map the image, in 4 KiB pages, at the addresses where it is linked.
; boot/init.c frees the tables when the final ones are in use.

%include "constants.inc"

MULTIBOOT_MAGIC  equ 0x1badb002
MULTIBOOT_FLAGS  equ 3				; asks for page-aligned modules and a memory map

COM1             equ 0x3f8
COM1_LSR         equ COM1 + 5
LSR_THR_EMPTY    equ 0x20

SCRATCH          equ 0x7c00			; RAM on every PC; the word below is restored

	extern	boot_high			; early.asm
	extern	image_end, image_pages		; linker script: physical end, number of pages

; Values of x86/layout.h, for the assertions in the linker script.
	global	layout_kernel_vma, layout_kernel_lma
layout_kernel_vma equ KERNEL_VMA
layout_kernel_lma equ KERNEL_LMA

section .multiboot align=4
	dd MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

section .boot.bss nobits align=4096
	global boot_tables
boot_tables:
boot_pml4:	resb 4096
boot_pdpt:	resb 4096			; the PDPT of all three entries of the PML4
boot_pd:	resb 4 * 4096			; the first 4 GiB
boot_image_pd:	resb 4096
boot_image_pt:	resb 2 * 4096			; 4 MiB from KERNEL_VMA on
boot_tables_end:

section .boot.rodata
align 8
boot_gdt:	dq 0, 0x00209a0000000000, 0x0000920000000000
boot_gdtr:	dw 3 * 8 - 1
		dd boot_gdt			; the boot code adds EBP to this and to the next address
boot_far:	dd boot_long
		dw 8
bochs_exit:	db "Shutdown"
message_magic:	db "palimpsest: not started by a Multiboot 1 loader", 13, 10, 0
message_long:	db "palimpsest: this processor has no long mode (x86-64)", 13, 10, 0
message_memory:	db "palimpsest: not enough memory for the kernel: give the machine more (-m)", 13, 10, 0
message_nx:	db "palimpsest: this processor has no execute-disable bit (NX)", 13, 10, 0

; Writes ECX table entries at EDI. The first is EAX; each next one is larger by EDX.
%macro fill_entries 0
%%next:	mov	[edi], eax
	add	eax, edx
	add	edi, 8
	loop	%%next
%endmacro

bits 32
section .boot.text
	global boot_entry
boot_entry:
	cli
	cld
	mov	edi, eax			; the loader's magic number
	mov	edx, [SCRATCH - 4]
	mov	esp, SCRATCH			; a stack of one word, for this CALL only
	call	.here
.here:	pop	ebp
	mov	[SCRATCH - 4], edx
	sub	ebp, .here
	mov	esi, message_magic
	cmp	edi, 0x2badb002
	jne	give_up
	mov	edi, ebx			; physical address of the Multiboot information
	mov	esi, message_long
	mov	eax, 0x80000000
	cpuid
	cmp	eax, 0x80000001
	jb	give_up
	mov	eax, 0x80000001
	cpuid
	bt	edx, 29				; long mode (SDM 2A, CPUID)
	jnc	give_up
	mov	esi, message_nx
	bt	edx, 20
	jnc	give_up
	mov	ebx, edi
	mov	esi, message_memory
	mov	eax, 0x4d454d21			; reads back only if there is memory up to image_end
	mov	[ebp + image_end - 4], eax
	cmp	[ebp + image_end - 4], eax
	jne	give_up
	mov	dword [ebp + image_end - 4], 0	; the word is in .bss, which must be zero

	xor	eax, eax			; clear the boot page tables
	lea	edi, [ebp + boot_tables]
	mov	ecx, (boot_tables_end - boot_tables) / 4
	rep	stosd
	lea	eax, [ebp + boot_pdpt + 3]	; 3: present, writable
	mov	[ebp + boot_pml4], eax
	mov	[ebp + boot_pml4 + KERNEL_PML4_FIRST * 8], eax
	mov	[ebp + boot_pml4 + 511 * 8], eax
	lea	eax, [ebp + boot_pd + 3]
	lea	edi, [ebp + boot_pdpt]
	mov	ecx, 4
	mov	edx, 4096
	fill_entries
	lea	eax, [ebp + boot_image_pd + 3]
	mov	[ebp + boot_pdpt + 510 * 8], eax
	lea	eax, [ebp + boot_image_pt + 3]
	lea	edi, [ebp + boot_image_pd]
	mov	ecx, 2
	fill_entries
	lea	eax, [ebp + KERNEL_LMA + 3]
	lea	edi, [ebp + boot_image_pt + KERNEL_LMA / 4096 * 8]
	mov	ecx, image_pages
	fill_entries
	mov	eax, 0x83			; 2 MiB
	lea	edi, [ebp + boot_pd]
	mov	ecx, 4 * 512
	mov	edx, 0x200000
	fill_entries

	mov	eax, cr4
	or	eax, 1 << 5			; PAE
	mov	cr4, eax
	lea	eax, [ebp + boot_pml4]
	mov	cr3, eax
	mov	ecx, 0xc0000080			; EFER
	rdmsr
	or	eax, 1 << 8 | 1 << 11		; LME, NXE
	wrmsr
	mov	eax, cr0
	or	eax, 1 << 31 | 1 << 16 | 1	; PG, WP, PE
	add	[ebp + boot_gdtr + 2], ebp	; LGDT and JMP below need absolute addresses
	add	[ebp + boot_far], ebp
	mov	cr0, eax
	lgdt	[ebp + boot_gdtr]
	jmp	far [ebp + boot_far]

bits 64
boot_long:
	mov	eax, 16
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	lea	ebp, [ebp + KERNEL_LMA]		; physical address of the image
	mov	rax, boot_high
	jmp	rax

bits 32
; Prints a message on COM1 and the screen. ESI: the address where the message is linked.
give_up:
	add	esi, ebp
	mov	edi, 0xb8000
.next:	mov	ecx, 100000			; at most this many polls: COM1 may not exist
	mov	dx, COM1_LSR
.wait:	in	al, dx
	test	al, LSR_THR_EMPTY
	loopz	.wait
	lodsb
	test	al, al
	jz	.leave
	mov	dx, COM1
	out	dx, al
	mov	ah, 0x4f
	stosw
	jmp	.next
.leave:	mov	eax, EXIT_PANIC			; like machine_leave(): ends QEMU or Bochs, or halts
	mov	dx, PORT_EXIT
	out	dx, eax
	lea	esi, [ebp + bochs_exit]
	mov	ecx, 8
	mov	dx, PORT_BOCHS_EXIT
	rep outsb
.stop:	hlt
	jmp	.stop
