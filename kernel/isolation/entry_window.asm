; SPDX-License-Identifier: MIT
;
; bouncing: the executable page of the entry window. Every entry into the kernel begins here and every
; return to user mode ends here, because both CR3s map this page at the same address. The code is
; linked in the kernel's image, at entry_text, but the CPU executes it only at its address in the
; window, where it may be a copy. So the code here addresses itself relative to RIP, and the rest of
; the kernel by absolute addresses.
;
; An entry from user mode executes SWAPGS, loads the kernel's CR3 and switches to the task's stack.
; An entry from kernel mode does none of this. Both then jump to cpu/entry.asm, with a stack that
; looks as in other builds. The kernel's GS base points to this CPU's struct window_cpu
; (entry_window.h).

%define ENTRY_WINDOW
%undef	entry_text
%undef	entry_text_end
%undef	entry_stubs
%undef	syscall_entry
%undef	syscall_entry_traced
%undef	irq_entry_bench

%include "constants.inc"
%include "x86/registers.inc"
%include "cpu/entry.inc"

	extern	exception_common, exception_paranoid, exception_careful
	extern	continued_stubs, continued_call, continued_call_traced
	global	entry_text, entry_text_end, entry_stubs, syscall_entry, syscall_entry_traced, irq_entry_bench
	global	window_leave_interrupt, window_leave_call, window_leave_first, window_leave_anywhere
	global	window_leave_interrupt_pcid, window_leave_call_pcid, window_leave_first_pcid

VECTOR_MIDDLE equ 128			; stubs push the vector minus this, which fits a byte

section .window progbits alloc exec nowrite align=4096
entry_text:

; The stub of a device interrupt. window_interrupt jumps to the vector's stub in cpu/entry.asm,
; which expects only the hardware's 5 words on the stack.
%macro INTERRUPT_STUB 1
stub_%1:
	push	byte %1 - VECTOR_MIDDLE
	jmp	window_interrupt
%endmacro

window_interrupt:
	KSTACK_ENTER 6
	push	rax
	mov	rax, [rsp + 8]
	mov	rax, [abs continued_stubs + VECTOR_MIDDLE * 8 + rax * 8]
	mov	[rsp + 8], rax
	pop	rax
	ret

window_common:
	KSTACK_ENTER 7
	jmp	[abs to_common]

; The exceptions that may arrive anywhere. Each arrives on a small stack of its own in the window.
; CR3 and the GS base may each be the user's or the kernel's, in any combination. CR3 is the user's
; if it equals WINDOW_USER_CR3 apart from CR3_NO_FLUSH, a bit that cannot be read back. A GS base
; below 4 GiB is the user's: a program cannot load a larger one, and the window never lies so low.
;
; The code copies the frame to this CPU's stack for the exception (CPU_*_TOP). Two words above the
; copy say what to restore. One is the user's CR3, or 0 if the kernel's was loaded. The other is the
; address of the original frame in the window, plus 1 if the GS base was the user's. If RIP was in
; the window, the copy has another RIP: the address at which the interrupted instruction is linked.
window_paranoid:
window_careful:
	push	rax
	push	rcx
	push	rdx
	push	rsi
	mov	ecx, MSR_GS_BASE
	rdmsr
	xor	ecx, ecx
	test	edx, edx
	jnz	.gs
	swapgs
	inc	ecx
.gs:	mov	rax, [gs:WINDOW_USER_CR3]
	mov	rdx, cr3
	xor	rdx, rax
	shl	rdx, 1			; drops bit 63, CR3_NO_FLUSH
	mov	rdx, [gs:WINDOW_KERNEL_CR3]
	jz	.cr3
	xor	eax, eax
	jmp	.stack
.cr3:	mov	cr3, rdx
.stack:	mov	rsi, rsp		; now at RSI: RSI, RDX, RCX, RAX, vector, error, RIP, CS, RFLAGS, RSP, SS
	mov	edx, [rsi + 4 * 8]
	shl	edx, 4
	mov	rsp, [abs continuations + rdx]
	lea	rcx, [rsi + 6 * 8 + rcx]
	push	rcx
	push	rax
	push	qword [rsi + 10 * 8]
	push	qword [rsi + 9 * 8]
	push	qword [rsi + 8 * 8]
	push	qword [rsi + 7 * 8]
	mov	rax, [rsi + 6 * 8]
	test	byte [rsi + 7 * 8], 3
	jnz	.rip
	lea	rcx, [rel entry_text]
	sub	rcx, rax
	neg	rcx			; offset of RIP in this page, if RIP is in it
	cmp	rcx, entry_text_end - entry_text
	jae	.rip
	lea	rax, [abs entry_text + rcx]
.rip:	push	rax
	push	qword [rsi + 5 * 8]
	push	qword [rsi + 4 * 8]
	push	qword [abs continuations + 8 + rdx]
	mov	rax, [rsi + 3 * 8]
	mov	rcx, [rsi + 2 * 8]
	mov	rdx, [rsi + 1 * 8]
	mov	rsi, [rsi]
	ret

; The return from the exceptions above. RSP points to the struct trap_frame, and above that are the
; two words that say what to restore.
window_leave_anywhere:
	mov	rdi, rsp
	mov	rcx, [rdi + TRAP_FRAME_SIZE + 8]
	mov	edx, ecx
	and	edx, 1			; was the GS base the user's?
	xor	rcx, rdx		; address of the hardware's frame
	lea	rsp, [rcx - 3 * 8]
	mov	rax, [rdi + TRAP_FRAME_SIZE]
	mov	[rsp], rax		; CR3 or 0
	mov	[rsp + 8], rdx
	mov	rax, [rdi + TRAP_RAX]
	mov	[rsp + 2 * 8], rax
	mov	rax, [rdi + TRAP_RIP]
	test	byte [rdi + TRAP_CS], 3
	jnz	.rip
	lea	rsi, [abs entry_text]
	mov	rdx, rax
	sub	rdx, rsi
	cmp	rdx, entry_text_end - entry_text
	jae	.rip
	lea	rax, [rel entry_text]
	add	rax, rdx
.rip:	mov	[rcx], rax
%assign word 1
%rep 4					; CS, RFLAGS, RSP, SS
	mov	rax, [rdi + TRAP_RIP + word * 8]
	mov	[rcx + word * 8], rax
%assign word word + 1
%endrep
	mov	r15, [rdi + TRAP_R15]
	mov	r14, [rdi + TRAP_R14]
	mov	r13, [rdi + TRAP_R13]
	mov	r12, [rdi + TRAP_R12]
	mov	r11, [rdi + TRAP_R11]
	mov	r10, [rdi + TRAP_R10]
	mov	r9, [rdi + TRAP_R9]
	mov	r8, [rdi + TRAP_R8]
	mov	rbp, [rdi + TRAP_RBP]
	mov	rsi, [rdi + TRAP_RSI]
	mov	rdx, [rdi + TRAP_RDX]
	mov	rcx, [rdi + TRAP_RCX]
	mov	rbx, [rdi + TRAP_RBX]
	mov	rdi, [rdi + TRAP_RDI]
	pop	rax
	test	rax, rax
	jz	.gs
	mov	rax, [gs:WINDOW_USER_CR3] ; the handler may have cleared CR3_NO_FLUSH
	mov	cr3, rax
.gs:	pop	rax
	test	eax, eax
	jz	.pop
	swapgs
.pop:	pop	rax
	iretq

; System calls. RSP is free to hold the new CR3: only exceptions with stacks of their own can arrive
; before the kernel's stack is loaded.
%macro CALL_ENTRY 1
	swapgs
	mov	[gs:CPU_USER_RSP], rsp
	mov	rsp, [gs:WINDOW_KERNEL_CR3]
	mov	cr3, rsp
	jmp	[abs %1]
%endmacro

syscall_entry:
	CALL_ENTRY to_call
syscall_entry_traced:
	CALL_ENTRY to_call_traced

; Loads the user's CR3 through a register. If PCIDs are in use (%2 is 1), sets CR3_NO_FLUSH in
; WINDOW_USER_CR3 after the load: if this load has flushed the PCID, later loads need not do so.
%macro LOAD_USER_CR3 2
	mov	%1, [gs:WINDOW_USER_CR3]
	mov	cr3, %1
%if %2
	bts	%1, 63			; CR3_NO_FLUSH
	mov	[gs:WINDOW_USER_CR3], %1
%endif
%endmacro

; Returns by SYSRETQ. All registers except RSP are the program's; its RSP is in struct cpu.
%macro LEAVE_BY_SYSRET 1
	LOAD_USER_CR3 rsp, %1
	mov	rsp, [gs:CPU_USER_RSP]
	swapgs
%endmacro

; Returns by IRETQ. All registers but RSP are the program's; RSP points to the frame for IRETQ, on
; the kernel's stack. Copies this frame to the stack in the window, which the user's CR3 maps, too.
%macro LEAVE_BY_IRET 1
	mov	[gs:CPU_SCRATCH_RAX], rax
	mov	rax, rsp
	mov	rsp, [gs:CPU_TSS_RSP0]
%assign word 4
%rep 5
	push	qword [rax + word * 8]
%assign word word - 1
%endrep
	LOAD_USER_CR3 rax, %1
	mov	rax, [gs:CPU_SCRATCH_RAX]
	swapgs
	iretq
%endmacro

; The returns. Those called *_pcid are used if PCIDs are in use.
leaves:
window_leave_call:
	LEAVE_BY_SYSRET 0
	o64 sysret

window_leave_first:
	LEAVE_BY_SYSRET 0
	LOAD_NULL_SELECTORS
	o64 sysret

window_leave_interrupt:
	LEAVE_BY_IRET 0

leaves_pcid:
window_leave_call_pcid:
	LEAVE_BY_SYSRET 1
	o64 sysret

window_leave_first_pcid:
	LEAVE_BY_SYSRET 1
	LOAD_NULL_SELECTORS
	o64 sysret

window_leave_interrupt_pcid:
	LEAVE_BY_IRET 1

	EXCEPTION_STUBS window
	INTERRUPT_STUBS INTERRUPT_STUB
entry_text_end:
%if entry_text_end - entry_text > WINDOW_CODE_BYTES
%error "the entry code does not fit its page"
%endif

	WAY entry_text, window_paranoid, WAY_BREAK | WAY_BREAKS_SEEN
	WAY syscall_entry, leaves, WAY_BREAK | WAY_STEPS_SEEN
	WAY leaves, leaves_pcid, WAY_BREAK | WAY_STEPS_SEEN | WAY_NO_PCID
	WAY leaves_pcid, stub_0, WAY_BREAK | WAY_STEPS_SEEN | WAY_PCID
	WAY syscall_entry, syscall_entry_traced, WAY_BREAKS_SEEN
	WAY stub_3, stub_3 + STUB_BYTES, WAY_BREAK ; #BP
	WAY stub_ %+ VECTOR_MICRO, stub_ %+ VECTOR_MICRO + STUB_BYTES, WAY_BREAK

section .rodata
align 8
to_common:	dq exception_common
to_call:	dq continued_call
to_call_traced:	dq continued_call_traced

; For each vector of window_paranoid and window_careful: the stack on which the exception is
; handled, and the code in cpu/entry.asm that handles it.
%macro CONTINUE 2
	dq	%1, %2
%endmacro
continuations:
	CONTINUE 0, 0
	CONTINUE CPU_DB_STACK, exception_careful
	CONTINUE CPU_NMI_STACK, exception_paranoid
	times 5 dq 0, 0
	CONTINUE CPU_DF_STACK, exception_paranoid
	CONTINUE 0, 0
	times 4 dq CPU_GP_STACK, exception_careful
	times 4 dq 0, 0
	CONTINUE CPU_MC_STACK, exception_paranoid

; The addresses of the stubs, as linked. isolation_init_cpu() replaces them by the addresses that
; the stubs have in the window.
section .data
	ENTRY_STUBS
