; SPDX-License-Identifier: MIT
; Entry point of the programs in C. The result of int main(int argc, char **argv) is the exit
; status.

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
