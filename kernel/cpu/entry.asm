; SPDX-License-Identifier: MIT
;
; All entries into the kernel, and the returns to user mode.
;
; The STACK axis provides two macros (kernel/stack/kstack_<value>.inc, included by the build):
;   KSTACK_ENTER n    Comes first in a stub; n is the number of words that the hardware and the stub
;                     have pushed. Executes SWAPGS if the interrupt came from user mode, and
;                     switches to the task's kernel stack if the hardware has not done so.
;   KSTACK_SYSCALL    Loads RSP with the top of the task's kernel stack.
; The ISOLATION axis provides the macros ISOLATION_*; isolation/isolation.h specifies them.
; All gates are interrupt gates: IF is 0 when a handler starts.

%include "constants.inc"
%include "x86/registers.inc"
%include "cpu/entry.inc"

	extern	irq_handlers, exception_entry, exception_is_users, syscall_table, user_return_hook
	global	entry_text, entry_text_end, exception_common, exception_paranoid, exception_careful, irq_return, entry_stubs, syscall_entry, syscall_entry_traced, enter_user, return_through_frame, irq_entry_bench, trace_call, trace_result

; The stub of a device interrupt. It saves only the registers that a C function may change, and
; calls the handler directly. 9 registers and the 5 words of the hardware leave RSP 16-byte aligned.
%macro IRQ_STUB 1
stub_%1:
	ISOLATION_ARRIVE 5
	PUSH_CALLER_SAVED
	cld
	call	[irq_handlers + 8 * %1]
	jmp	irq_return
%endmacro

section .text
entry_text:

exception_common:
	ISOLATION_ARRIVE 7
	PUSH_TRAP_FRAME
	cld
.entry:	mov	rdi, rsp
	call	exception_entry
	test	byte [rsp + TRAP_CS], 3
	jz	.pop
	ISOLATION_LEAVE call restore_frame
.pop:	call	restore_frame
	iretq

; NMI, #DF and #MC may be raised anywhere, even between SYSCALL and SWAPGS.
exception_paranoid:
	PUSH_TRAP_FRAME
	cld
	ISOLATION_ARRIVE_ANYWHERE
.entry:	mov	rdi, rsp
	call	exception_entry
	ISOLATION_LEAVE_ANYWHERE
	call	restore_frame
	iretq

; #DB, #TS, #NP, #SS and #GP from user mode are ordinary exceptions. But single steps, breakpoints,
; IRETQ and SYSRETQ also raise them in the kernel while RSP or the GS base is the user's. Therefore
; their gates use IST stacks of this CPU. If the exception concerns the program
; (exception_is_users), the task's kernel stack is empty: the frame is copied to the top of that
; stack, and the exception is handled there.
exception_careful:
	PUSH_TRAP_FRAME
	cld
	ISOLATION_ARRIVE_ANYWHERE
	mov	rdi, rsp
	call	exception_is_users
	test	al, al
	jz	exception_paranoid.entry
	mov	rsi, rsp
	KSTACK_SYSCALL
	sub	rsp, 22 * 8
	mov	rdi, rsp
	mov	ecx, 22
	rep	movsq
	jmp	exception_common.entry

; Called with a struct trap_frame above the return address. Loads the general registers from the
; frame, and removes the frame except for the words that IRETQ pops.
restore_frame:
	mov	r15, [rsp + 8 + TRAP_R15]
	mov	r14, [rsp + 8 + TRAP_R14]
	mov	r13, [rsp + 8 + TRAP_R13]
	mov	r12, [rsp + 8 + TRAP_R12]
	mov	r11, [rsp + 8 + TRAP_R11]
	mov	r10, [rsp + 8 + TRAP_R10]
	mov	r9, [rsp + 8 + TRAP_R9]
	mov	r8, [rsp + 8 + TRAP_R8]
	mov	rbp, [rsp + 8 + TRAP_RBP]
	mov	rdi, [rsp + 8 + TRAP_RDI]
	mov	rsi, [rsp + 8 + TRAP_RSI]
	mov	rdx, [rsp + 8 + TRAP_RDX]
	mov	rcx, [rsp + 8 + TRAP_RCX]
	mov	rbx, [rsp + 8 + TRAP_RBX]
	mov	rax, [rsp + 8 + TRAP_RAX]
	ret	TRAP_RIP		; also removes the words of the frame below RIP

irq_return:
	test	byte [rsp + 10 * 8], 3	; CS
	jz	.pop
	cmp	qword [gs:CPU_RETURN_WORK], 0
	jne	.hook
.user:	ISOLATION_LEAVE POP_CALLER_SAVED
.pop:	POP_CALLER_SAVED
	iretq
.hook:	POP_CALLER_SAVED
	push	0
	push	FRAME_OTHER
	PUSH_TRAP_FRAME
	mov	rdi, rsp

; _Noreturn void return_through_frame(struct trap_frame *frame): copies the frame to the top of the
; task's kernel stack, where nothing else is needed any longer. Then calls user_return_hook(), which
; may change the copy, and returns to user mode with the registers in the copy. The copy starts with
; the highest word, so the frame may overlap its copy.
return_through_frame:
	KSTACK_SYSCALL
%assign word 21
%rep 22
	push	qword [rdi + word * 8]
%assign word word - 1
%endrep
	mov	rdi, rsp
	call	[user_return_hook]
	ISOLATION_LEAVE call restore_frame
	call	restore_frame
	iretq

; SYSCALL: RCX holds the user's RIP, R11 the user's RFLAGS, RSP is still the user's, and IF is 0
; (FMASK). As in Linux, all registers except RAX, RCX and R11 are preserved. The words pushed form a
; struct call_frame (cpu/call_frame.h). With argument 1, the macro makes the entry for trace=calls
; (sys/trace.h).
%macro SYSCALL_ENTRY 1
	ISOLATION_ARRIVE_CALL
	KSTACK_SYSCALL
	BEGIN_PUSH CALL_FRAME_SIZE
	PUSH_MEMBER CALL_RSP, qword [gs:CPU_USER_RSP]
	PUSH_MEMBER CALL_RFLAGS, r11
	PUSH_MEMBER CALL_RIP, rcx
	PUSH_MEMBER CALL_RDI, rdi
	PUSH_MEMBER CALL_RSI, rsi
	PUSH_MEMBER CALL_RDX, rdx
	PUSH_MEMBER CALL_R10, r10
	PUSH_MEMBER CALL_R8, r8
	PUSH_MEMBER CALL_R9, r9
	PUSH_MEMBER CALL_NUMBER, rax	; the tenth word: RSP is now 16-byte aligned
	mov	rcx, r10
%if %1
	mov	rdi, rsp
	call	[trace_call]
	mov	r9, [rsp + CALL_R9]
	mov	r8, [rsp + CALL_R8]
	mov	rcx, [rsp + CALL_R10]
	mov	rdx, [rsp + CALL_RDX]
	mov	rsi, [rsp + CALL_RSI]
	mov	rdi, [rsp + CALL_RDI]
	mov	rax, [rsp + CALL_NUMBER]
%endif
	cmp	rax, SYSCALL_COUNT
	cmovae	rax, [no_such_call]	; not a branch, which might be mispredicted
	call	[syscall_table + rax * 8]
%if %1
	mov	rdi, rax
	call	[trace_result]
%endif
	cmp	qword [gs:CPU_RETURN_WORK], 0
	jne	.hook
	add	rsp, CALL_R9
	BEGIN_POP CALL_R9
	POP_MEMBER CALL_R9, r9
	POP_MEMBER CALL_R8, r8
	POP_MEMBER CALL_R10, r10
	POP_MEMBER CALL_RDX, rdx
	POP_MEMBER CALL_RSI, rsi
	POP_MEMBER CALL_RDI, rdi
	POP_MEMBER CALL_RIP, rcx
	POP_MEMBER CALL_RFLAGS, r11
	ISOLATION_LEAVE_CALL
.hook:	mov	r9, [rsp + CALL_R9]	; make a struct trap_frame (FRAME_CALL)
	mov	r8, [rsp + CALL_R8]
	mov	r10, [rsp + CALL_R10]
	mov	rdx, [rsp + CALL_RDX]
	mov	rsi, [rsp + CALL_RSI]
	mov	rdi, [rsp + CALL_RDI]
	mov	rcx, [rsp + CALL_RIP]
	mov	r11, [rsp + CALL_RFLAGS]
	push	SELECTOR_USER_DATA
	push	qword [rsp + 8 + CALL_RSP]
	push	r11
	push	SELECTOR_USER_CODE
	push	rcx
	push	qword [rsp + 5 * 8 + CALL_NUMBER]
	push	FRAME_CALL
	PUSH_TRAP_FRAME
	mov	rdi, rsp
	jmp	return_through_frame
%endmacro

syscall_entry:
	SYSCALL_ENTRY 0
syscall_entry_traced:
	SYSCALL_ENTRY 1

; _Noreturn void enter_user(uintptr_t rip, uintptr_t rsp): enters user mode for the first time. All
; other registers and the data selectors are 0, except that SYSRET leaves RIP in RCX and RFLAGS in
; R11. Interrupts must be off.
enter_user:
	mov	rcx, rdi
	mov	rsp, rsi
	mov	r11d, 0x202		; RFLAGS: IF, and the bit that is always set
	xor	eax, eax
	xor	ebx, ebx
	xor	edx, edx
	xor	esi, esi
	xor	edi, edi
	xor	ebp, ebp
	xor	r8d, r8d
	xor	r9d, r9d
	xor	r10d, r10d
	xor	r12d, r12d
	xor	r13d, r13d
	xor	r14d, r14d
	xor	r15d, r15d
	ISOLATION_LEAVE_FIRST
ways_end:

	ISOLATION_STUBS
	INTERRUPT_STUBS IRQ_STUB

entry_text_end:

	WAY entry_text, exception_paranoid, WAY_BREAK
	WAY irq_return, ways_end, WAY_BREAK
	WAY stub_ %+ VECTOR_MICRO, stub_ %+ VECTOR_MICRO + STUB_BYTES, WAY_BREAK

; void (*trace_call)(const struct call_frame *) and uint64_t (*trace_result)(uint64_t result).
; sys/trace.c sets both.
section .data
align 8
trace_call:	dq 0
trace_result:	dq 0

section .rodata
align 8
no_such_call:
	dq	SYSCALL_COUNT		; index in syscall_table for this number and all larger ones
	ENTRY_STUBS
