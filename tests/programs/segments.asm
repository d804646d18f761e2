; SPDX-License-Identifier: MIT
;
; A complete ELF file (nasm -f bin) with COUNT segments of SIZE bytes. Their program headers are not
; sorted by address. The segments are consecutive in the file; in memory there are GAP bytes (whole
; pages) between them. With GAP = 0 they share pages. Every second segment is writable. The code
; compares the first and last word of each segment with the segment's tag, and exits with 7 if all
; are right, otherwise with 8. With INTERP, the last header is a PT_INTERP.

BASE	equ 0x10000000
TEXT	equ 0x2000		; offset of the text in the file, after the headers
DATA	equ 0x4000		; offset of the other segments
; Program header n describes segment n * STEP modulo COUNT. STEP must be coprime to COUNT.
STEP	equ 11
PT_LOAD	equ 1
PT_INTERP equ 3
SYS_exit equ 60

%define place(i)   (DATA + ((i) - 1) * SIZE)
%define address(i) (BASE + place(i) + ((i) - 1) * GAP)
%define tag(i, j)  (0x1000 + (i) * 2 + (j))

	bits	64
	org	0
	db	0x7f, "ELF", 2, 1, 1, 0
	dq	0
	dw	2, 62		; ET_EXEC, EM_X86_64
	dd	1
	dq	BASE + TEXT, 64, 0
	dd	0
	dw	64, 56, COUNT, 0, 0, 0

%assign header 0
%rep COUNT
%assign i (header * STEP) % COUNT
%ifdef INTERP
%if header == COUNT - 1
	dd	PT_INTERP
%else
	dd	PT_LOAD
%endif
%else
	dd	PT_LOAD
%endif
%if i == 0
	dd	5		; PF_R | PF_X
	dq	TEXT, BASE + TEXT, 0, text_end - TEXT, text_end - TEXT, 4096
%else
	dd	4 + (i & 1) * 2	; PF_R; every second segment also PF_W
	dq	place(i), address(i), 0, SIZE, SIZE, 8
%endif
%assign header header + 1
%endrep
	times TEXT - ($ - $$) db 0

	xor	edi, edi
%assign i 1
%rep COUNT - 1
	mov	rax, address(i)
	mov	rcx, [rax]
	xor	rcx, tag(i, 0)
	or	rdi, rcx
	mov	rcx, [rax + SIZE - 8]
	xor	rcx, tag(i, 1)
	or	rdi, rcx
%if i & 1
	mov	[rax + 8], rcx
%endif
%assign i i + 1
%endrep
	xor	eax, eax
	test	rdi, rdi
	setne	al
	lea	edi, [rax + 7]
	mov	eax, SYS_exit
	syscall
text_end equ $ - $$
	times DATA - ($ - $$) db 0xcc

%assign i 1
%rep COUNT - 1
	dq	tag(i, 0)
	times SIZE - 16 db 0
	dq	tag(i, 1)
%assign i i + 1
%endrep
