; The guest that tests/bochs/run.sh boots. It executes known instructions between markers.
;
; A test consists of the macro TEST, its setup, BEGIN, the counted instructions, and END. The
; comment
;     ;= name | metric=n metric=n …
; above the test has the expected counts; all metrics that the comment does not name must be 0. If
; the comment names `off`, the region measures only the metric `off`. Regions are numbered from 1,
; in the order of these comments. run.sh reads the comments.
;
; The image is flat. It is loaded at physical address 1 MiB and linked at KERNEL + 1 MiB. The pages
; of the code, the stack and the descriptor tables are in Bochs's TLB before a region begins, so
; page walks occur only where a test causes them. The kernel half has 2 MiB pages, so the first
; fetch after a flush needs a page walk of 3 reads.

KERNEL  equ 0xFFFFFFFF80000000  ; virtual address of physical address 0
TABLES  equ 0x200000            ; physical address of the page tables
BUFFERS equ KERNEL + 0x300000   ; virtual address of a page to read and a page to write
SMALL   equ 0xFFFFFFFFC0000000  ; virtual address of 4 KiB pages; page ABSENT is not mapped
MEDIUM  equ 0xFFFFFFFFC0200000  ; virtual address of a 2 MiB page
LARGE   equ 0xFFFFFF0000000000  ; virtual address of a 1 GiB page
FRESH   equ 0xFFFFFE8000000000  ; virtual address of a 4 KiB page; accessed bits are clear
SMALL_PTE  equ KERNEL + TABLES + 6 * 4096
ABSENT  equ 8
USER    equ 0x400000            ; virtual address of the user page with code
DATA    equ USER + 16 * 4096    ; virtual address of the user pages with data
USER_PTE   equ KERNEL + TABLES + 11 * 4096
DATA_PTE   equ USER_PTE + 16 * 8

PRESENT  equ 1
WRITABLE equ 2
USERMODE equ 4
ACCESSED equ 1 << 5
DIRTY    equ 1 << 6
BIG      equ 1 << 7
TABLE    equ PRESENT | WRITABLE | USERMODE | ACCESSED
PAGE     equ PRESENT | WRITABLE | ACCESSED | DIRTY

VECTOR_SELF    equ 0x40
VECTOR_TIMER   equ 0x41
VECTOR_RETURN  equ 0x80         ; INT from user mode back into the kernel

        org KERNEL + 0x100000
        bits 32

header:
        dd 0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000)
        dd header - KERNEL, header - KERNEL, image_end - KERNEL, image_end - KERNEL, start - KERNEL

%define LOADED(label) (label - header + 0x100000)       ; physical address, as a plain number

%macro table 3                  ; number of the table, index, entry
        mov dword [TABLES + (%1) * 4096 + (%2) * 8], (%3) & 0xFFFFFFFF
        mov dword [TABLES + (%1) * 4096 + (%2) * 8 + 4], (%3) >> 32
%endmacro

start:
        cli
        cld
        mov edi, TABLES
        mov ecx, 16 * 1024
        xor eax, eax
        rep stosd
        ; The tables by number: 0 PML4; 1 PDPT of the top 512 GiB; 2 PD of KERNEL; 3 PDPT of the
        ; low half; 4 PD of the low half; 5 PD of SMALL; 6 PT of SMALL; 7 PDPT of LARGE;
        ; 8 to 10 PDPT, PD and PT of FRESH; 11 PT of USER.
        table 0, 511, TABLES + 1 * 4096 + TABLE
        table 0, 0, TABLES + 3 * 4096 + TABLE
        table 0, 510, TABLES + 7 * 4096 + TABLE
        table 0, 509, TABLES + 8 * 4096 + (TABLE & ~ACCESSED)
        table 1, 510, TABLES + 2 * 4096 + TABLE
        table 1, 511, TABLES + 5 * 4096 + TABLE
        table 2, 0, 0x000000 + BIG + PAGE
        table 2, 1, 0x200000 + BIG + PAGE
        table 3, 0, TABLES + 4 * 4096 + TABLE
        table 4, 0, 0x000000 + BIG + PAGE
        table 4, 2, TABLES + 11 * 4096 + TABLE
        table 5, 0, TABLES + 6 * 4096 + TABLE
        table 5, 1, 0x600000 + BIG + PAGE
        table 6, 0, 0x500000 + PAGE
        table 6, 1, 0x501000 + PAGE
        table 7, 0, 0x000000 + BIG + PAGE
        table 8, 0, TABLES + 9 * 4096 + (TABLE & ~ACCESSED)
        table 9, 0, TABLES + 10 * 4096 + (TABLE & ~ACCESSED)
        table 10, 0, 0x502000 + (PAGE & ~ACCESSED & ~DIRTY)
        table 11, 0, LOADED(user_page) + (PAGE | USERMODE)
%assign data 0
%rep 4
        table 11, 16 + data, 0x504000 + data * 4096 + (PAGE | USERMODE)
%assign data data + 1
%endrep

        mov eax, cr4
        or eax, 1 << 5 | 1 << 9         ; sets PAE and OSFXSR
        mov cr4, eax
        mov eax, TABLES
        mov cr3, eax
        mov ecx, 0xC0000080             ; the number of the MSR EFER
        rdmsr
        or eax, 1 << 8                  ; sets LME
        wrmsr
        mov eax, cr0
        or eax, 1 << 31 | 1 << 16       ; sets PG and WP
        mov cr0, eax
        lgdt [gdt_pointer - KERNEL]
        jmp 8:(long_mode - KERNEL)

        bits 64
long_mode:
        mov rax, in_kernel
        jmp rax
in_kernel:
        lgdt [rel gdt_pointer + 6]
        lidt [rel idt_pointer]
        mov eax, 16
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov rsp, stack_top
        mov ax, 0x28
        ltr ax
        mov al, 0xFF                    ; masks all interrupts of both 8259 PICs
        out 0x21, al
        out 0xA1, al
        mov ecx, 0x1B                   ; IA32_APIC_BASE: switches to x2APIC mode
        rdmsr
        or eax, 0xC00
        wrmsr
        mov ecx, 0x80F                  ; enables the APIC, with spurious vector 0xFF
        mov eax, 0x1FF
        xor edx, edx
        wrmsr
        mov r8, BUFFERS
        mov r9, BUFFERS + 4096
        mov r10, SMALL
        mov r11, MEDIUM
        mov r12, LARGE
        mov rbx, cr3
        mov r13, 0x50414C << 40 | 2 << 32 | 1   ; marker BEGIN, kernel half only
        mov r14, 0x50414C << 40 | 2 << 32       ; marker BEGIN
        mov r15, 0x50414C << 40 | 3 << 32       ; marker END
        mov byte [r8 + 50], 1                   ; makes the two buffers differ
        mov rax, tests
        jmp rax

%assign number 0
%macro MARKER 2                         ; executes the marker (operation, argument)
        mov rax, 0x50414C << 40 | (%1) << 32 | ((%2) & 0xFFFFFFFF)
        prefetchnta [rax]
%endmacro
%macro TEST 0
        %assign number number + 1
        MARKER 1, number
%endmacro
; Loads the pages of the stack, the descriptor tables and the buffers into the TLB, as writable.
%macro WARM 0
        push rax
        pop rax
        lock or dword [rel idt], 0
        lock or dword [r8], 0
        lock or dword [r9], 0
%endmacro
%macro SAY 1+                           ; writes its argument, a text, to port 0xE9
        jmp %%after
%%text: db %1
%%length equ $ - %%text
%%after:
        lea rsi, [rel %%text]
        mov ecx, %%length
        mov dx, 0xE9
        rep outsb
%endmacro
%define BEGIN prefetchnta [r14]
%define BEGIN_IN_KERNEL prefetchnta [r13]
%define END prefetchnta [r15]

%include "guest_tests.inc"
%include "guest_irq_off.inc"
%include "guest_walks.inc"

; ---- code that is not counted ----
        align 4096
leave:
%ifdef COPIES
%include "guest_copies.inc"
%endif
%ifdef SECOND_CPU
        mov rsi, second_cpu             ; copies the second CPU's start-up code to 0x8000
        mov rdi, KERNEL + 0x8000
        mov ecx, second_cpu_length
        rep movsb
        mov ecx, 0x830                  ; ICR: INIT, then start-up, to all other CPUs
        xor edx, edx
        mov eax, 0xC4500
        wrmsr
        mov ebx, 100000
.init:  dec ebx
        jnz .init
        mov eax, 0xC4608
        wrmsr
        MARKER 1, 1000                  ; the region of this CPU, longer than the second CPU's
        mov rdi, meeting
        mov ecx, 10000
        BEGIN
        mov dword [rdi], 1
.count: dec ecx
        jnz .count
        END
.other: pause
        cmp dword [rdi], 2
        jne .other
%endif
        mov dx, 0x3FB                   ; sets COM1 to 8 data bits
        mov al, 3
        out dx, al
        lea rsi, [rel .serial]          ; sends the text to COM1 before the machine stops
        mov ebx, .serial_length
.next:  call .wait
        mov dx, 0x3F8
        outsb
        dec ebx
        jnz .next
        call .wait
        jmp .written
.wait:  mov dx, 0x3FD                   ; waits until the transmitter is empty
        in al, dx
        test al, 1 << 6
        jz .wait
        ret
.serial: db "serial text", 10
.serial_length equ $ - .serial
.written:
%ifdef TRIPLE_FAULT
        lidt [rel no_idt]
        ud2
%endif
%ifdef HALT
        cli
        hlt
%endif
%ifdef FOREVER
        jmp $
%endif
%ifndef STATUS
%define STATUS 0x10
%endif
        mov eax, STATUS
        mov dx, 0xF4
        out dx, eax
        lea rsi, [rel shutdown]         ; reached without the library: ends Bochs by port 0x8900
        mov dx, 0x8900
        mov ecx, 8
        rep outsb
        cli
        hlt
shutdown: db "Shutdown"

%ifdef SECOND_CPU
; The second CPU's start-up code, at 0x8000. Switches directly from real mode to long mode, with the
; first CPU's page tables.
        bits 16
second_cpu:
        mov eax, cr4
        or eax, 1 << 5
        mov cr4, eax
        mov eax, TABLES
        mov cr3, eax
        mov ecx, 0xC0000080
        rdmsr
        or eax, 1 << 8
        wrmsr
        xor ax, ax
        mov ds, ax
        o32 lgdt [0x8000 + .gdt - second_cpu]
        mov eax, cr0
        or eax, 1 << 31 | 1
        mov cr0, eax
        jmp dword 8:(0x8000 + .long - second_cpu)
.gdt:   dw gdt_length - 1
        dd gdt - KERNEL
        bits 64
.long:  mov rax, on_second_cpu
        jmp rax
second_cpu_length equ $ - second_cpu
on_second_cpu:
        mov r14, 0x50414C << 40 | 2 << 32
        mov r15, 0x50414C << 40 | 3 << 32
        mov rdi, meeting
        MARKER 1, 2000
.meet:  pause
        cmp dword [rdi], 1
        jne .meet
        BEGIN
        times 500 nop
        END
        mov dword [rdi], 2
        cli
        hlt
meeting: dd 0
%endif

        align 4096
user_page:
        times 10 nop
        int VECTOR_RETURN
        times 32 - ($ - user_page) nop
        BEGIN
        times 2 nop
        int VECTOR_RETURN
        times 64 - ($ - user_page) nop
        BEGIN_IRQ_OFF
        nop
        syscall
        nop
        END
        int VECTOR_RETURN

; ---- descriptor tables, in one page ----
        align 4096
%macro gate 2-3 0x8E                    ; handler, DPL (0 or 3), type: interrupt or trap gate
        dw LOADED(%1) & 0xFFFF, 8
        db 0, (%3) | (%2) << 5
        dw 0x8000 | LOADED(%1) >> 16
        dd 0xFFFFFFFF, 0
%endmacro
%macro no_gate 1
        times (%1) * 2 dq 0
%endmacro
idt:
        no_gate 3
        gate return, 0                  ; vector 3: #BP
        no_gate 2
        gate undefined, 0
        no_gate 7
        gate page_fault, 0
        no_gate VECTOR_SELF - 15
        gate self_handler, 0
        gate return, 0                  ; vector VECTOR_TIMER
        gate return, 0                  ; vector 0x42
        gate slow_handler, 0            ; vector 0x43
        gate trap_handler, 0, 0x8F      ; vector 0x44: a trap gate leaves interrupts on
        no_gate VECTOR_RETURN - 0x45
        gate from_user, 3
idt_length equ $ - idt
gdt:
        dq 0
        dq 0x00AF9B000000FFFF           ; selector 0x08: kernel code
        dq 0x00CF93000000FFFF           ; selector 0x10: kernel data
        dq 0x00CFF3000000FFFF           ; selector 0x18: user data
        dq 0x00AFFB000000FFFF           ; selector 0x20: user code
tss_descriptor:                         ; selector 0x28: TSS
        dw 103
        dw LOADED(tss) & 0xFFFF
        db 0x10, 0x89, 0, 0x80
        dd 0xFFFFFFFF, 0
gdt_length equ $ - gdt
tss:
        dd 0
        dq stack_top - 2048
        times 104 - 12 db 0
gdt_pointer:
        dw gdt_length - 1
        dd gdt - KERNEL
        dw gdt_length - 1
        dq gdt
idt_pointer:
        dw idt_length - 1
        dq idt
no_idt:
        dw 0
        dq 0
        align 16
invpcid_descriptor:
        dq 0, 0
returned_rsp:
        dq stack_top - 8

        align 4096
        times 4096 db 0
stack_top:
image_end:
