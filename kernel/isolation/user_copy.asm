; SPDX-License-Identifier: MIT
;
; Copies that may fault on user memory. If an instruction between user_copy_start and user_copy_end
; faults, execution resumes at user_copy_fault. The user_string_* labels do the same for strings
; (RECOVERY). Callers have checked the range and allowed access to user pages (SMAP).

EFAULT	equ 14
E2BIG	equ 7

; RECOVERY start, end, resume: adds a row to the table that cpu/exceptions.c searches. If the code
; from `start` to `end` faults, execution resumes at `resume`. Each 32-bit word of the row is the
; distance from itself to one of the three addresses (struct recovery).
%macro RECOVERY 3
	dd	%1 - $
	dd	%2 - $
	dd	%3 - $
%endmacro

section .recoveries progbits alloc noexec nowrite align=4
	RECOVERY user_copy_start, user_copy_end, user_copy_fault
	RECOVERY user_string_start, user_string_end, user_string_fault

section .text
	global user_copy_bytes, user_copy_string
	global user_copy_start, user_copy_end, user_copy_fault
	global user_string_start, user_string_end, user_string_fault

; size_t user_copy_bytes(void *to, const void *from, size_t size): returns the number of bytes
; that were not copied.
user_copy_bytes:
	mov	rcx, rdx
user_copy_start:
	rep	movsb
user_copy_end:
user_copy_fault:
	mov	rax, rcx
	ret

; long user_copy_string(char *to, const char *from, size_t size): returns the length without
; the NUL, -EFAULT, or -E2BIG if there is no NUL in `size` bytes.
user_copy_string:
	mov	rcx, rdx
	jrcxz	string_long
	add	rsi, rdx
	add	rdi, rdx
	neg	rcx			; offset from the ends of both buffers; counts up to 0
string_next:
user_string_start:
	mov	al, [rsi + rcx]
user_string_end:
	mov	[rdi + rcx], al
	test	al, al
	jz	string_done
	inc	rcx
	jnz	string_next
string_long:	mov	rax, -E2BIG
	ret
string_done:	lea	rax, [rdx + rcx]
	ret
user_string_fault:
	mov	rax, -EFAULT
	ret
