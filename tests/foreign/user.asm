; SPDX-License-Identifier: MIT
; The user code. It is linked into the kernel and mapped at USER_START, but runs at any address.
; MISSING is an address in user memory without a page.

%include "width.inc"

MISSING         equ 0x40010000

%macro system_call 1
        mov     eax, %1
%if WIDTH = 64
        syscall
%else
        int     0x80
%endif
%endmacro

        global  user_start, user_spin, user_fault

section .user progbits alloc exec nowrite align=4096
user_start:
        system_call 0
        system_call 0
        system_call 1
        system_call 0
        system_call 3
user_fault:
        mov     ecx, MISSING
        mov     eax, [rcx]
        mov     eax, [rcx + 4096]
        system_call 2
user_spin:
        mov     ecx, 3000       ; the timer, which call 2 programmed, interrupts this loop
.again: dec     ecx
        jnz     .again
        system_call 4
