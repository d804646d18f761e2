; SPDX-License-Identifier: MIT
;
; What another CPU executes after INIT and SIPI: from real mode to ap_main() (boot/start_cpus.c).

%include "constants.inc"

	extern	ap_main

; The code that starts at the page whose number is in the SIPI. boot/start_cpus.c copies it to a page
; below 1 MiB and fills in struct ap_parameters. The page is not writable under the page tables that
; the code loads.
section .rodata
align 8
	global	ap_trampoline, ap_parameters, ap_trampoline_end
bits 16
ap_trampoline:
	cli
	cld
	mov	ax, cs
	mov	ds, ax
	mov	eax, [ap_cr4 - ap_trampoline]
	mov	cr4, eax
	mov	eax, [ap_cr3 - ap_trampoline]
	mov	cr3, eax
	mov	ecx, 0xc0000080			; EFER
	mov	eax, [ap_efer - ap_trampoline]
	xor	edx, edx
	wrmsr
	o32 lgdt [ap_gdtr - ap_trampoline]
	mov	eax, [ap_cr0 - ap_trampoline]
	mov	cr0, eax			; PE and PG at once: long mode (SDM 3A 9.8.5)
	jmp	dword far [ap_far - ap_trampoline]
bits 64
ap_long:	mov	rax, ap_entry
	jmp	rax
	align	8
ap_gdt:	dq 0, 0x00209b0000000000, 0x0000930000000000	; accessed: the CPU need not write them
ap_parameters:
ap_cr0:	dd 0
ap_cr3:	dd 0
ap_cr4:	dd 0
ap_efer:	dd 0
ap_far:	dd ap_long - ap_trampoline		; the page's address is added here and below
	dw 8
ap_gdtr:	dw 3 * 8 - 1
	dd ap_gdt - ap_trampoline
ap_trampoline_end:

section .text
	global	ap_entry, parked_nmi
; Takes a prepared CPU, with its stack, from the pool. The pool only shrinks while CPUs start, so its
; first element cannot be taken and come back between the load of its link and CMPXCHG.
ap_entry:
	xor	eax, eax
	mov	ss, eax
	mov	ds, eax
	mov	es, eax
	mov	fs, eax
	mov	gs, eax
	mov	rax, [ap_pool]
.take:	test	rax, rax
	jz	.late
	mov	rdx, [rax + CPU_NEXT]
	lock cmpxchg [ap_pool], rdx		; if another CPU was faster, loads the new first into RAX
	jnz	.take
	mov	rsp, [rax + CPU_IDLE_TOP]
	mov	rdi, rax
	xor	ebp, ebp
	call	ap_main
	ud2

; No CPU is left in the pool: this one came late, or was not asked for. It halts on a stack that all
; such CPUs share. That is safe: the only thing that they push is the frame of an NMI, which leads back
; to these two instructions, whichever CPU pushed it last.
.late:	lidt	[parked_idtr]
	mov	rsp, parked_stack_top
	lock inc dword [ap_late]
.halt:	hlt
	jmp	.halt
parked_nmi:
	iretq

section .data
align 8
	global	ap_pool, ap_late
ap_pool:	dq 0				; the first struct cpu, linked by `next`
ap_late:	dd 0				; number of CPUs that found the pool empty
	align	8
parked_idtr:	dw 3 * 16 - 1
		dq parked_idt

section .bss
align 16
	global	parked_idt
parked_idt:	resb 3 * 16			; boot/start_cpus.c fills in the gate of NMI
		resb 64
parked_stack_top:
