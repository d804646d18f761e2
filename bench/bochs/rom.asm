; SPDX-License-Identifier: MIT
;
; An option ROM for Bochs that starts a kernel as a Multiboot 1 loader does (Multiboot 0.6.96, 3.2).
; The BIOS calls the ROM before it waits for a key and looks for a boot medium. The ROM asks the BIOS
; for the memory map and writes to PORT_LOAD. The instrumentation library then puts the kernel, its
; modules and the Multiboot information into memory (load.c). The ROM adds the memory map to the
; information and jumps to the kernel.

%include "constants.inc"

ROM_BYTES       equ 512
MAP             equ 0x7000			; the memory map
MAP_END         equ 0x7f00

MULTIBOOT_MAGIC equ 0x2badb002
SMAP            equ 0x534d4150
ENTRY_BYTES     equ 20				; bytes of an entry in the memory map after its size field

; Offsets in the Multiboot information.
MMAP_LENGTH     equ 44
MMAP_ADDRESS    equ 48

bits 16
	db	0x55, 0xaa, ROM_BYTES / 512
start:
	cli
	cld
	xor	ax, ax
	mov	ds, ax
	mov	es, ax
	mov	di, MAP
	xor	ebx, ebx
.range:	mov	dword [di], ENTRY_BYTES
	add	di, 4
	mov	eax, 0xe820
	mov	edx, SMAP
	mov	ecx, ENTRY_BYTES
	int	0x15
	jc	.done				; an error, or no more ranges
	cmp	eax, SMAP
	jne	.done
	add	di, ENTRY_BYTES
	cmp	di, MAP_END
	ja	.last
	test	ebx, ebx
	jnz	.range
	jmp	.last
.done:	sub	di, 4
.last:	cli
	sub	di, MAP
	mov	dx, PORT_LOAD
	out	dx, al
	movzx	edi, di
	mov	[LOAD_INFORMATION + MMAP_LENGTH], edi
	mov	dword [LOAD_INFORMATION + MMAP_ADDRESS], MAP
	lgdt	[cs:gdtr]
	mov	eax, cr0
	or	al, 1
	mov	cr0, eax
	jmp	dword 8:protected + LOAD_ROM

bits 32
protected:
	mov	ax, 16
	mov	ds, ax
	mov	es, ax
	mov	fs, ax
	mov	gs, ax
	mov	ss, ax
	mov	eax, MULTIBOOT_MAGIC
	mov	ebx, LOAD_INFORMATION
	jmp	[LOAD_ENTRY]

align 8
gdt:	dq	0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdtr:	dw	3 * 8 - 1
	dd	gdt + LOAD_ROM

; The BIOS runs a ROM only if the sum of its bytes is 0 modulo 256. The last byte, set by bochs.mk,
; makes it so.
	times ROM_BYTES - 1 - ($ - $$) db 0
	db	0
