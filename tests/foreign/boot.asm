; SPDX-License-Identifier: MIT
; Takes the CPU from the Multiboot entry (32-bit protected mode without paging) to foreign_main().
; The kernel is linked at VMA + its physical address. The linker is given the number `ending`, which
; says what the kernel does at its end (main.c).
;   k64: long mode. The first GiB of memory is at VMA, in 2 MiB pages.
;   k32: the first 4 MiB of memory are at VMA, in 4 KiB pages. The page tables have two levels, or
;   three with PAE.

%include "width.inc"

MAGIC           equ 0x1badb002
FLAGS           equ 3
PAGE            equ 3           ; present, writable
USER_PAGE       equ 7

        extern  foreign_main, VMA, ending
        global  boot_entry, ending_number, boot_tables, gdt, gdt_tss, gdtr

section .multiboot
align 4
        dd      MAGIC, FLAGS, -(MAGIC + FLAGS)

section .boot.bss nobits alloc write align=4096
boot_tables:    resb 4096       ; CR3 points to it
table_low:      resb 4096
table_high:     resb 4096
table_last:     resb 4096

section .boot.text progbits alloc exec
bits 32
boot_entry:
        cli
        cld
        mov     edi, boot_tables
        mov     ecx, 4 * 4096 / 4
        xor     eax, eax
        rep stosd
%if WIDTH = 64
        mov     dword [boot_tables], table_low + USER_PAGE
        mov     dword [boot_tables + 511 * 8], table_high + PAGE
        mov     dword [table_low], table_last + PAGE
        mov     dword [table_high + 510 * 8], table_last + PAGE
        mov     edi, table_last
        mov     eax, 0x83                       ; 2 MiB
        mov     ecx, 512
.page:  mov     [edi], eax
        add     eax, 0x200000
        add     edi, 8
        loop    .page
        mov     eax, 1 << 5                     ; PAE
        mov     cr4, eax
        mov     eax, boot_tables
        mov     cr3, eax
        mov     ecx, 0xc0000080                 ; EFER
        rdmsr
        or      eax, 1 << 8 | 1                 ; LME, SCE
        wrmsr
        mov     eax, 0x80010011                 ; PG, WP, ET, PE
        mov     cr0, eax
        lgdt    [boot_gdtr]
        jmp     8:long_mode
%else
%ifdef PAE
; boot_tables has the directory pointers, table_high the two page tables of the first 4 MiB. The
; directory at table_low serves the first GiB and the last one.
        mov     dword [boot_tables], table_low + 1
        mov     dword [boot_tables + 3 * 8], table_low + 1
        mov     dword [table_low], table_high + PAGE
        mov     dword [table_low + 8], table_last + PAGE
        mov     eax, 1 << 5                     ; PAE
        mov     cr4, eax
%else
        mov     dword [boot_tables], table_high + PAGE
        mov     dword [boot_tables + 768 * 4], table_high + PAGE
%endif
        mov     edi, table_high
        mov     eax, PAGE
        mov     ecx, 1024
.page:  mov     [edi], eax
        add     eax, 4096
        add     edi, ENTRY_BYTES
        loop    .page
        mov     eax, boot_tables
        mov     cr3, eax
        mov     eax, 0x80010011                 ; PG, WP, ET, PE
        mov     cr0, eax
        mov     eax, high
        jmp     eax
%endif

%if WIDTH = 64
align 8
boot_gdt:       dq 0, 0x00209a0000000000, 0x0000920000000000
boot_gdtr:      dw 3 * 8 - 1
                dd boot_gdt

bits 64
long_mode:
        mov     rax, high
        jmp     rax
%endif

section .text
high:   lgdt    [gdtr]
        mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        lea     rsp, [stack_end]
%if WIDTH = 64
        lea     rax, [.code]
        push    0x08
        push    rax
        o64 retf
.code:  call    foreign_main
%else
        jmp     0x08:.code
.code:  call    foreign_main
%endif
        ud2

section .rodata
align 4
ending_number:
        dd      ending

section .data
align 8
gdt:    dq      0
%if WIDTH = 64
        dq      0x00209a0000000000      ; 0x08 code
        dq      0x0000920000000000      ; 0x10 data
        dq      0x0000f20000000000      ; 0x18 user data
        dq      0x0020fa0000000000      ; 0x20 user code
%else
        dq      0x00cf9a000000ffff      ; 0x08 code
        dq      0x00cf92000000ffff      ; 0x10 data
        dq      0x00cffa000000ffff      ; 0x18 user code
        dq      0x00cff2000000ffff      ; 0x20 user data
%endif
gdt_tss: dq     0, 0                    ; 0x28, set by tables.c
gdtr:   dw      gdtr - gdt - 1
        define_word gdt

section .bss align=16
        resb    8192
stack_end:
