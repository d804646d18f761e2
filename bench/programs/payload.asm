; SPDX-License-Identifier: MIT
;
; The program that the exec benchmarks load. It has PAGES pages: one of code, then pages of data.
; Every 8-byte word of a data page is the number of the page. Started with an argument ("-"), the
; program exits at once. Otherwise it first closes the benchmark's region and stamps the time. If
; SYS_bench_stamp returns STAMP_SUM, it then sums all its pages. In this sum, the weight of a word
; is the number of words from this word to the end.

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
	xor	edx, edx	; sum of the words so far
	xor	r8d, r8d	; sum of all values of EDX
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
