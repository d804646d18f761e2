; SPDX-License-Identifier: MIT
;
; The level-1 environment. The boot CPU comes from a Multiboot loader, enters long mode and calls
; environment_main(). Each other CPU starts at `trampoline`, enters long mode, and waits until all
; CPUs may jump to the kernel.

MULTIBOOT_MAGIC equ 0x1badb002
MULTIBOOT_FLAGS equ 3				; asks for page-aligned modules and a memory map
IDENTITY_GIB    equ 16
TRAMPOLINE      equ 0x8000			; the code at `trampoline` is copied to this address
CR4_BITS        equ 1 << 5 | 1 << 9 | 1 << 10	; PAE, OSFXSR, OSXMMEXCPT
EFER_BITS       equ 1 << 8 | 1 << 11		; LME, NXE
CR0_BITS        equ 1 << 31 | 1 << 16 | 1 << 5 | 1 << 4 | 1 << 1 | 1	; PG, WP, NE, ET, MP, PE

	extern	environment_main

section .multiboot align=4
	dd MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

section .bss align=4096
	global environment_pml4
environment_pml4: resb 4096
pdpt:		resb 4096
pds:		resb IDENTITY_GIB * 4096
		resb 4096
stack_top:
stacks:	resb 257 * 16			; one for each other CPU; it holds one return address

section .data
align 8
gdt:		dq 0, 0x00209a0000000000, 0x0000920000000000, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdtr:		dw 5 * 8 - 1
		dd gdt, 0
	global environment_tickets, environment_go, environment_stack_size
align 8						; so that no CPU ever reads a half-written address
environment_go:	dq 0				; the kernel's entry point, or 0: the CPUs must wait
environment_stack_size: dq 0
environment_tickets: dd 1			; the next CPU's number (256 or more: it must stop)

bits 32
section .text
	global environment_entry
environment_entry:
	cli
	cld
	mov	esp, stack_top
	mov	ebp, ebx
	xor	esi, esi			; 0 means: no Multiboot loader
	cmp	eax, 0x2badb002
	cmove	esi, ebp
	mov	dword [environment_pml4], pdpt + 3
	mov	edi, pdpt
	mov	eax, pds + 3
	mov	ecx, IDENTITY_GIB
.pdpt:	mov	[edi], eax
	add	eax, 4096
	add	edi, 8
	loop	.pdpt
	mov	edi, pds
	mov	eax, 0x83			; present, writable, 2 MiB
	xor	edx, edx
	mov	ecx, IDENTITY_GIB * 512
.pd:	mov	[edi], eax
	mov	[edi + 4], edx
	add	eax, 0x200000
	adc	edx, 0
	add	edi, 8
	loop	.pd
	lgdt	[gdtr]
	call	enter_long
	jmp	8:.long
bits 64
.long:	mov	eax, 16
	mov	ss, eax
	mov	ds, eax
	mov	es, eax
	mov	edi, esi
	xor	ebp, ebp
	call	environment_main
	mov	rcx, rax			; the entry point
	xor	edi, edi
	jmp	enter_kernel

bits 32
enter_long:					; leaves the CPU in compatibility mode
	mov	eax, CR4_BITS
	mov	cr4, eax
	mov	eax, environment_pml4
	mov	cr3, eax
	mov	ecx, 0xc0000080			; EFER
	rdmsr
	or	eax, EFER_BITS
	wrmsr
	mov	eax, CR0_BITS
	mov	cr0, eax
	ret

bits 64
enter_kernel:					; EDI: the CPU's number, RCX: the entry point
	imul	rdi, [environment_stack_size]
	neg	rdi
	mov	rsp, rdi
	xor	edi, edi
	xor	ebp, ebp
	jmp	rcx

; The first code of each other CPU, after INIT and SIPI, in real mode. It is copied to TRAMPOLINE,
; up to trampoline_end.
	global trampoline, trampoline_end
bits 16
trampoline:
	cli
	xor	ax, ax
	mov	ds, ax
	o32 lgdt [TRAMPOLINE + .gdtr - trampoline]
	mov	eax, 1				; PE
	mov	cr0, eax
	jmp	dword 24:arrive
.gdtr:	dw 5 * 8 - 1
	dd gdt
trampoline_end:

bits 32
arrive:	mov	eax, 32
	mov	ds, eax
	mov	es, eax
	mov	ss, eax
	mov	esi, 1
	lock xadd [environment_tickets], esi	; ESI: this CPU's number
	cmp	esi, 256			; 256 or more: this CPU came too late
	jae	.late
	; enter_long needs a stack for its return address only, so each CPU has one of 16 bytes.
	mov	esp, esi
	shl	esp, 4
	add	esp, stacks
	call	enter_long
	jmp	8:.long
.late:	hlt
	jmp	.late
bits 64
.long:	mov	eax, 16
	mov	ss, eax
	mov	ds, eax
	mov	es, eax
.wait:	pause
	mov	rcx, [environment_go]
	test	rcx, rcx
	jz	.wait
	mov	rax, cr3			; flush the TLB: the kernel was mapped meanwhile
	mov	cr3, rax
	mov	edi, esi
	jmp	enter_kernel
