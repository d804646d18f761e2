; SPDX-License-Identifier: MIT
;
; The program that the exec benchmarks load: PAGES pages, one of code and the rest data, in which
; every 8-byte word is the page's number. Started without arguments, it first closes the benchmark's
; region and stamps the time; with an argument ("-"), it exits at once.

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
	times 4096 - ($ - $$) db 0xcc	; fill the page

%if PAGES > 1
section .data
%assign page 1
%rep PAGES - 1
	times 512 dq page
%assign page page + 1
%endrep
%endif
