; SPDX-License-Identifier: MIT
;
; Takes the CPU from the state in which a Multiboot 1 loader leaves it (32-bit protected mode,
; paging off; Multiboot 0.6.96, 3.2) to long mode and calls boot_main().
;
; The boot page tables map the first 4 GiB of physical memory, in 2 MiB pages, at 0 (for this code)
; and at DIRECT_MAP_BASE, and the first 2 GiB also at KERNEL_VMA. boot/init.c frees the tables when
; the final ones are in use.

%include "constants.inc"

MULTIBOOT_MAGIC  equ 0x1badb002
MULTIBOOT_FLAGS  equ 3				; asks for page-aligned modules and a memory map

COM1             equ 0x3f8
COM1_LSR         equ COM1 + 5
LSR_THR_EMPTY    equ 0x20

	extern	image_end			; from the linker script, a physical address

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
boot_pdpt_low:	resb 4096
boot_pdpt_high:	resb 4096
boot_pd:	resb 4 * 4096
boot_tables_end:

section .boot.rodata
align 8
boot_gdt:	dq 0, 0x00209a0000000000, 0x0000920000000000
boot_gdtr:	dw 3 * 8 - 1
		dd boot_gdt
bochs_exit:	db "Shutdown"
message_magic:	db "palimpsest: not started by a Multiboot 1 loader", 13, 10, 0
message_long:	db "palimpsest: this processor has no long mode (x86-64)", 13, 10, 0
message_memory:	db "palimpsest: not enough memory for the kernel: give the machine more (-m)", 13, 10, 0
message_nx:	db "palimpsest: this processor has no execute-disable bit (NX)", 13, 10, 0

bits 32
section .boot.text
	global boot_entry
boot_entry:
	cli
	cld
	mov	ebp, ebx			; physical address of the Multiboot information
	mov	esi, message_magic
	cmp	eax, 0x2badb002
	jne	give_up
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
	mov	esi, message_memory
	mov	eax, 0x4d454d21			; reads back only if there is memory up to image_end
	mov	[image_end - 4], eax
	cmp	[image_end - 4], eax
	jne	give_up
	mov	dword [image_end - 4], 0	; the word is in .bss, which must be zero

	xor	eax, eax			; clear the boot page tables
	mov	edi, boot_tables
	mov	ecx, (boot_tables_end - boot_tables) / 4
	rep	stosd
	mov	eax, boot_pdpt_low + 3
	mov	[boot_pml4], eax
	mov	[boot_pml4 + KERNEL_PML4_FIRST * 8], eax
	mov	dword [boot_pml4 + 511 * 8], boot_pdpt_high + 3
	mov	eax, boot_pd + 3
	mov	edi, boot_pdpt_low
	mov	ecx, 4
.pdpt:	mov	[edi], eax
	add	eax, 4096
	add	edi, 8
	loop	.pdpt
	mov	dword [boot_pdpt_high + 510 * 8], boot_pd + 3
	mov	dword [boot_pdpt_high + 511 * 8], boot_pd + 4096 + 3
	mov	eax, 0x83			; present, writable, 2 MiB
	mov	edi, boot_pd
	mov	ecx, 4 * 512
.pd:	mov	[edi], eax
	add	eax, 0x200000
	add	edi, 8
	loop	.pd

	mov	eax, cr4
	or	eax, 1 << 5			; PAE
	mov	cr4, eax
	mov	eax, boot_pml4
	mov	cr3, eax
	mov	ecx, 0xc0000080			; EFER
	rdmsr
	or	eax, 1 << 8 | 1 << 11		; LME, NXE
	wrmsr
	mov	eax, cr0
	or	eax, 1 << 31 | 1 << 16 | 1	; PG, WP, PE
	mov	cr0, eax
	lgdt	[boot_gdtr]
	jmp	8:.long

bits 64
.long:	mov	eax, 16
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	xor	eax, eax
	mov	fs, eax
	mov	gs, eax
	mov	rax, boot_high
	jmp	rax

bits 32
give_up:					; prints the message at ESI on COM1 and the screen
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
	mov	esi, bochs_exit
	mov	ecx, 8
	mov	dx, PORT_BOCHS_EXIT
	rep outsb
.stop:	hlt
	jmp	.stop

bits 64
section .bss
align 16
	global early_stack, early_stack_top
early_stack:	resb EARLY_STACK_SIZE
early_stack_top:

section .text
	extern	boot_main
boot_high:
	mov	rdi, early_stack		; paint the stack, so that its use can be measured
	mov	rax, EARLY_STACK_PAINT
	mov	ecx, EARLY_STACK_SIZE / 8
	rep	stosq
	mov	rsp, early_stack_top
	mov	edi, ebp
	xor	ebp, ebp
	call	boot_main
	ud2
