; SPDX-License-Identifier: MIT
;
; A kernel for the level-1 environment that carries out one of the two plans of the note: PLAN is
; `kernel` (it moves itself lower) or `stacks` (it moves its stack below the structures). It is one
; page, and its code runs at any address. It uses only the boot CPU.
;
; A plan is six calls of map_same and map_new, the switch, and a jump to go_on with the address of the
; structure in RDI. The calls are numbered from 1. Call LEFT_OUT does nothing, and call TOO_HIGH maps
; its page one page too high; if one of these numbers is 0, it selects no call. MISTAKE is what the
; kernel does wrong after the switch: `none`, `return` (it returns to the caller of the plan), `local`
; (it reads a local variable relative to RSP) or `frame` (relative to RBP).
;
; The kernel writes "works", "wrong" and what is wrong, or "trap" (watch.inc).

; The build's constants.inc, which boot.sh includes, has the addresses, ports and offsets.
%include "output.inc"
%include "watch.inc"

MOVE		equ 1 << 30			; by how much plan `kernel` moves the kernel down
STACK_SIZE	equ 2 * 4096
LOCAL		equ 0x4c4f4341
PRESENT		equ 3				; present and writable


bits 64
section .text
	global plans
plans:	cld
	mov	eax, 1
	cpuid
	shr	ebx, 24
	cmp	bx, [abs LEVEL1_INFO + INFO_BOOT_CPU]
	jne	halt
	mov	rdx, LEVEL1_INFO + INFO_RANGES	; R15: free memory, from the first range of 1 MiB and more
.range:	mov	r15, [rdx]
	mov	rax, [rdx + 8]
	add	rdx, 16
	cmp	rax, 1 << 20
	jb	.range
	call	new_page
	mov	rdi, rax
	watch
	call	new_page			; RBX: the new tables. They share the identity map.
	mov	rbx, rax
	mov	rax, cr3
	mov	rax, [rax]
	mov	[rbx], rax
	xor	r12d, r12d			; R12: how many calls of map were made
	push	rbp
	mov	rbp, rsp
%ifidn MISTAKE, return
	call	plan
returned:
	mov	rdi, r14
	jmp	finish
%else
	push	LOCAL
%endif

plan:
%ifidn PLAN, kernel
	%include "plan_kernel.inc"
%elifidn PLAN, stacks
	%include "plan_stacks.inc"
%else
	%error "no such plan"
%endif

go_on:
%ifidn MISTAKE, return
	mov	r14, rdi
	ret
%elifidn MISTAKE, local
	cmp	dword [rsp], LOCAL
	jne	wrong_local
%elifidn MISTAKE, frame
	cmp	dword [rbp - 8], LOCAL
	jne	wrong_local
%endif

; Checks everything that a kernel needs after the switch.
finish:	cmp	dword [rdi], LEVEL1_MAGIC
	jne	wrong_structure
	cmp	dword [rdi + 4096], "kern"	; the first setting is kernel=
	jne	wrong_settings
	cmp	dword [rel own], LOCAL
	jne	wrong_data
	call	use_stack
	say	"works"
	leave_machine EXIT_OK

; Fills the whole stack below its caller's part, and checks it.
use_stack:
	mov	ecx, STACK_SIZE / 8 - 8
	mov	rdx, rsp
.fill:	sub	rdx, 8
	mov	[rdx], rcx
	loop	.fill
	mov	ecx, 1
.check:	cmp	[rdx], rcx
	jne	wrong_stack
	add	rdx, 8
	inc	ecx
	cmp	rdx, rsp
	jb	.check
	ret

%macro wrong 1
wrong_%1:
	say	"wrong "
	%defstr %%name %1
	say	%%name
	leave_machine EXIT_FAILED
%endmacro
wrong local
wrong structure
wrong settings
wrong data
wrong stack

halt:	cli
	hlt
	jmp	halt

; Returns a zeroed page in RAX. Changes RCX and RDI.
new_page:
	mov	rdi, r15
	xor	eax, eax
	mov	ecx, 512
	rep	stosq
	mov	rax, r15
	add	r15, 4096
	ret

; Sets RDX to the address of the entry for address RDI in the table at RDX. The table is of the level
; whose index begins at bit CL.
entry_of:
	mov	rax, rdi
	shr	rax, cl
	and	eax, 511
	lea	rdx, [rdx + rax * 8]
	ret

; Makes RDX the next table: the one that the entry at RDX leads to, or a new one.
next_table:
	mov	rax, [rdx]
	test	al, 1
	jnz	.there
	push	rdi
	push	rcx
	call	new_page
	pop	rcx
	pop	rdi
	or	rax, PRESENT
	mov	[rdx], rax
.there:	and	rax, -4096
	mov	rdx, rax
	ret

; Maps at RDI, in the new tables, what the loader's tables map at RSI.
map_same:
	push	rdi
	mov	rdi, rsi
	mov	rdx, cr3
	call	leaf_of
	mov	rsi, [rdx]
	pop	rdi
	jmp	map

; Maps a new page at RDI.
map_new:
	push	rdi
	call	new_page
	pop	rdi
	lea	rsi, [rax + PRESENT]
map:	inc	r12d
	cmp	r12d, LEFT_OUT
	je	.done
	cmp	r12d, TOO_HIGH
	jne	.here
	add	rdi, 4096
.here:	mov	rdx, rbx
	call	leaf_of
	mov	[rdx], rsi
.done:	ret

; Finds the page-table entry for address RDI, which is in the last 512 GiB, in the tables whose PML4 is
; at RDX. Makes tables that are missing. Sets RDX to the address of the entry.
leaf_of:
	add	rdx, 511 * 8
	call	next_table
	mov	ecx, 30
.level:	call	entry_of
	cmp	ecx, 12
	je	.leaf
	call	next_table
	sub	ecx, 9
	jmp	.level
.leaf:	ret

; Removes the page at RDI from the new tables, which are loaded.
unmap:	mov	rdx, rbx
	call	leaf_of
	mov	qword [rdx], 0
	invlpg	[rdi]
	ret

own:	dd	LOCAL
	watch_handler
	times 4096 - ($ - $$) db 0
