; SPDX-License-Identifier: MIT
;
; The program that the exec benchmarks load: PAGES pages, one of code and the rest data, in which
; every 8-byte word is the page's number. Started without arguments, it first closes the benchmark's
; region and stamps the time; with an argument ("-"), it exits at once. If SYS_bench_stamp returns
; STAMP_SUM, it sums all its pages, each word weighted by the number of words from it to the end.

section .text
	global	_start
_start:
	mov	rax, MARK_END
	cmp	qword [rsp], 1
	jne	.exit
	prefetchnta [rax]
	mov	eax, SYS_bench_stamp
	syscall
	cmp	rax, STAMP_SUM
	je	.sum
.exit:	xor	edi, edi
	mov	eax, SYS_exit
	syscall

.sum:	mov	esi, _start
	mov	ecx, PAGES * 512 / 8
	xor	edx, edx	; the sum of the words
	xor	r8d, r8d	; the sum of these sums
.next:
%assign at 0
%rep 8
	add	rdx, [rsi + at]
	add	r8, rdx
%assign at at + 8
%endrep
	add	rsi, 64
	dec	ecx
	jnz	.next
	mov	edi, VALUE_EVIDENCE
	mov	rsi, r8
	mov	eax, SYS_bench_value
	syscall
	jmp	.exit
	times 4096 - ($ - $$) db 0xcc	; fill the page

%if PAGES > 1
section .data
%assign page 1
%rep PAGES - 1
	times 512 dq page
%assign page page + 1
%endrep
%endif
