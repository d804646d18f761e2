; SPDX-License-Identifier: MIT
; A disk image from which k32 boots, as teaching kernels such as xv6 do. The boot sector loads the
; rest of the loader with the BIOS (INT 13h). The loader then reads the kernel's ELF file, which
; follows it on the disk, through the IDE ports, without the BIOS. Before it starts the kernel, it
; writes the first sector of the second disk, reads the second one, and prints the text there on
; COM1. The macro KERNEL is the path of the ELF file.

SECTOR          equ 512
LOADER_SECTORS  equ 1
KERNEL_SECTOR   equ 1 + LOADER_SECTORS
KERNEL_SECTORS  equ (kernel_end - kernel + SECTOR - 1) / SECTOR

BUFFER          equ 0x9000      ; address of a buffer for one sector
FILE            equ 0x1000000   ; address at which the ELF file is put

IDE             equ 0x1f0       ; the data port; ports 2 to 7 after it: sectors, LBA (3), disk, command
FIRST_DISK      equ 0xe0
SECOND_DISK     equ 0xf0
READ            equ 0x20
WRITE           equ 0x30

COM1            equ 0x3f8

; Fields of the ELF header and of a program header
ENTRY           equ 24
PROGRAMS        equ 28
PROGRAM_COUNT   equ 44
LOAD            equ 1           ; type of a segment
OFFSET          equ 4
PHYSICAL        equ 12
FILE_BYTES      equ 16
MEMORY_BYTES    equ 20
PROGRAM_BYTES   equ 32

        org     0x7c00
bits 16
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7c00
        mov     ax, 0x0200 + LOADER_SECTORS     ; read sectors; DL is the disk
        mov     bx, loader
        mov     cx, 2                           ; cylinder 0, sector 2
        mov     dh, 0
        int     0x13
        jc      failed
        in      al, 0x92
        or      al, 2                           ; A20
        out     0x92, al
        lgdt    [gdtr]
        mov     eax, 0x11                       ; ET, PE
        mov     cr0, eax
        jmp     8:loader

failed: hlt
        jmp     failed

align 8
gdt:    dq      0, 0x00cf9a000000ffff, 0x00cf92000000ffff
gdtr:   dw      gdtr - gdt - 1
        dd      gdt

        times SECTOR - 2 - ($ - $$) db 0
        dw      0xaa55

bits 32
loader: mov     ax, 0x10
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 0x7c00

        xor     ebx, ebx
        mov     esi, loader
        mov     ax, WRITE << 8 | SECOND_DISK
        call    command
        mov     ecx, SECTOR / 2
        rep outsw
        mov     edi, BUFFER
        inc     ebx
        mov     al, SECOND_DISK
        call    read
        mov     edx, COM1 + 3
        mov     al, 3                           ; characters of 8 bits
        out     dx, al
        mov     esi, BUFFER
        call    print

        mov     edi, FILE
        mov     ebx, KERNEL_SECTOR
.sector:
        mov     al, FIRST_DISK
        call    read
        inc     ebx
        cmp     ebx, KERNEL_SECTOR + KERNEL_SECTORS
        jb      .sector

        mov     ebx, FILE
        add     ebx, [FILE + PROGRAMS]
        movzx   ebp, word [FILE + PROGRAM_COUNT]
.program:
        cmp     dword [ebx], LOAD
        jne     .next
        mov     esi, FILE
        add     esi, [ebx + OFFSET]
        mov     edi, [ebx + PHYSICAL]
        mov     ecx, [ebx + FILE_BYTES]
        rep movsb
        mov     ecx, [ebx + MEMORY_BYTES]
        sub     ecx, [ebx + FILE_BYTES]
        xor     eax, eax
        rep stosb
.next:  add     ebx, PROGRAM_BYTES
        dec     ebp
        jnz     .program
        jmp     [FILE + ENTRY]

; Reads sector EBX of disk AL to EDI, and adds its size to EDI. Changes EAX, ECX and EDX.
read:
        mov     ah, READ
        call    command
        mov     ecx, SECTOR / 2
        rep insw
        ret

; Gives disk AL the command AH for sector EBX, and waits until data can be transferred. DX is then the
; data port. Changes EAX and ECX.
command:
        mov     ecx, eax
        call    wait_ready
        mov     dx, IDE + 2
        mov     al, 1                           ; sector
        out     dx, al
        inc     edx
        mov     al, bl
        out     dx, al
        inc     edx
        mov     al, bh
        out     dx, al
        inc     edx
        mov     al, 0
        out     dx, al
        inc     edx
        mov     al, cl
        out     dx, al
        inc     edx
        mov     al, ch
        out     dx, al
.wait:  call    wait_ready
        test    al, 8                           ; DRQ
        jz      .wait
        mov     edx, IDE
        ret

; Waits until the disk is not busy. AL is then its status. Changes EDX.
wait_ready:
        mov     edx, IDE + 7
.wait:  in      al, dx
        test    al, 0x80                        ; BSY
        jnz     .wait
        ret

; Prints the text at ESI, which a byte of 0 ends. Changes EAX, EDX and ESI.
print:
        mov     edx, COM1 + 5
.wait:  in      al, dx
        test    al, 0x20                        ; may send
        jz      .wait
        lodsb
        mov     edx, COM1
        out     dx, al
        test    al, al
        jnz     print
        ret

        times (1 + LOADER_SECTORS) * SECTOR - ($ - $$) db 0

kernel: incbin  KERNEL
kernel_end:
        align   SECTOR, db 0
