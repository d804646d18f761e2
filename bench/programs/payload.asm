; SPDX-License-Identifier: MIT
;
; The program that the exec benchmarks load: PAGES pages, one of code and the rest data, each word of
; a page holding the page's number. With one argument its first act is to close the benchmark's
; region and to stamp the time; with two ("-") it ends at once.

section .text
	global	_start
_start:
	mov	rax, MARK_END
	cmp	qword [rsp], 1
	jne	.exit
	prefetchnta [rax]
	mov	eax, SYS_bench_stamp
	syscall
.exit:	xor	edi, edi
	mov	eax, SYS_exit
	syscall
	times 4096 - ($ - $$) db 0xcc	; the page is full

%if PAGES > 1
section .data
%assign page 1
%rep PAGES - 1
	times 512 dq page
%assign page page + 1
%endrep
%endif
