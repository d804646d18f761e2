; SPDX-License-Identifier: MIT
; Entry of the programs in C: int main(int argc, char **argv), whose result is the exit status.

section .text
	global	_start
	extern	main
_start:
	mov	rdi, [rsp]
	lea	rsi, [rsp + 8]
	call	main
	mov	edi, eax
	mov	eax, 60
	syscall

section .note.GNU-stack noalloc noexec nowrite progbits
