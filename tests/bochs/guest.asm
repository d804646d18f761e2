; The guest of tests/bochs/run.sh: known instructions between markers.
;
; A test is a macro TEST, the setup, BEGIN, the counted instructions, END. The comment
;     ;= name | metric=n metric=n …
; above it tells what the library must count; metrics that it leaves out must be 0. Regions are numbered from 1 in
; the order of these comments.
;
; The image is flat, loaded at 1 MiB, and runs at its place in the top 2 GiB. Every page that the counted code touches
; by accident (its own, the stack, the tables) has its translation in Bochs's TLB before a region begins, so that
; walks are counted only where a test makes them. The kernel half has 2 MiB pages: the fetch after a flush is a walk
; of 3 reads.

KERNEL  equ 0xFFFFFFFF80000000  ; where physical address 0 is mapped
TABLES  equ 0x200000            ; physical address of the page tables
BUFFERS equ KERNEL + 0x300000   ; a page to read and a page to write
SMALL   equ 0xFFFFFFFFC0000000  ; 4 KiB pages; the one at index ABSENT is not mapped
MEDIUM  equ 0xFFFFFFFFC0200000  ; a 2 MiB page
LARGE   equ 0xFFFFFF0000000000  ; a 1 GiB page
FRESH   equ 0xFFFFFE8000000000  ; a 4 KiB page below tables without accessed bits
SMALL_PTE  equ KERNEL + TABLES + 6 * 4096
ABSENT  equ 8
USER    equ 0x400000            ; the user page's address, in the low half
DATA    equ USER + 16 * 4096    ; user pages with data
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
VECTOR_RETURN  equ 0x80         ; leaves user mode

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
        ; 0: PML4; 1: PDPT of the top; 2: PD of KERNEL; 3: low PDPT; 4: low PD; 5: PD of SMALL; 6: its PT;
        ; 7: PDPT of LARGE; 8-10: PDPT, PD and PT of FRESH; 11: PT of USER
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
        or eax, 1 << 5 | 1 << 9         ; PAE, OSFXSR
        mov cr4, eax
        mov eax, TABLES
        mov cr3, eax
        mov ecx, 0xC0000080             ; EFER.LME
        rdmsr
        or eax, 1 << 8
        wrmsr
        mov eax, cr0
        or eax, 1 << 31 | 1 << 16       ; PG, WP
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
        mov al, 0xFF                    ; no interrupts from the 8259s
        out 0x21, al
        out 0xA1, al
        mov ecx, 0x1B                   ; local APIC in x2APIC mode
        rdmsr
        or eax, 0xC00
        wrmsr
        mov ecx, 0x80F                  ; spurious vector, enabled
        mov eax, 0x1FF
        xor edx, edx
        wrmsr
        mov r8, BUFFERS
        mov r9, BUFFERS + 4096
        mov r10, SMALL
        mov r11, MEDIUM
        mov r12, LARGE
        mov rbx, cr3
        mov r13, 0x50414C << 40 | 2 << 32 | 1   ; BEGIN, kernel half only
        mov r14, 0x50414C << 40 | 2 << 32       ; BEGIN
        mov r15, 0x50414C << 40 | 3 << 32       ; END
        mov byte [r8 + 50], 1                   ; the buffers differ here
        mov rax, tests
        jmp rax

%assign number 0
%macro MARKER 2                         ; operation, argument
        mov rax, 0x50414C << 40 | (%1) << 32 | ((%2) & 0xFFFFFFFF)
        prefetchnta [rax]
%endmacro
%macro TEST 0
        %assign number number + 1
        MARKER 1, number
%endmacro
%macro WARM 0                           ; stack and tables into the TLB, for reading and writing
        push rax
        pop rax
        lock or dword [rel idt], 0
        lock or dword [r8], 0
        lock or dword [r9], 0
%endmacro
%macro SAY 1+                           ; to port 0xE9
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

; ---- one page for all counted kernel code ----
        align 4096
tests:
        WARM
        END                             ; without a region: ignored

        ;= empty region |
        TEST
        BEGIN
        END

        ;= 7 NOPs | instructions=7
        TEST
        BEGIN
        times 7 nop
        END

        ;= loop of 10 rounds | instructions=21
        TEST
        BEGIN
        mov ecx, 10
.round: dec ecx
        jnz .round
        END

        ;= LOOP to itself is no REP | instructions=6
        TEST
        BEGIN
        mov ecx, 5
.self:  loop .self
        END

        ;= REP MOVSB of 100 bytes | instructions=1 rep_iterations=100 data_accesses=200
        TEST
        mov ecx, 100
        mov rsi, r8
        mov rdi, r9
        BEGIN
        rep movsb
        END

        ;= REP MOVSB of 0 bytes | instructions=1
        TEST
        xor ecx, ecx
        BEGIN
        rep movsb
        END

        ;= MOVSB without REP | instructions=1 data_accesses=2
        TEST
        mov rsi, r8
        mov rdi, r9
        BEGIN
        movsb
        END

        ;= REPE CMPSB up to a difference at byte 50 | instructions=1 rep_iterations=51 data_accesses=102
        TEST
        mov byte [r9 + 50], 0
        mov ecx, 100
        mov rsi, r8
        mov rdi, r9
        BEGIN
        repe cmpsb
        END

        ;= two REPs one after the other | instructions=3 rep_iterations=15 data_accesses=15
        TEST
        mov ecx, 10
        mov rdi, r9
        BEGIN
        rep stosb
        mov ecx, 5
        rep stosb
        END

        ;= data accesses: read, write, read-modify-write, push and pop, call and ret | instructions=7 data_accesses=7
        TEST
        BEGIN
        mov rcx, [r8]
        mov [r9], rcx
        inc qword [r9]
        push rcx
        pop rcx
        call .nothing
        END
        jmp .accessed
.nothing:
        ret
.accessed:

        ;= a read across two pages is two accesses | instructions=1 data_accesses=2
        TEST
        BEGIN
        mov rcx, [r9 - 4]
        END

        ;= INVLPG of 5 pages | instructions=5 invlpg=5
        TEST
        BEGIN
        invlpg [r10]
        invlpg [r10]
        invlpg [r10]
        invlpg [r10]
        invlpg [r10]
        END

        ;= walk of a 4 KiB page | instructions=1 data_accesses=1 walk_reads=4
        mov rcx, [r10]
        TEST
        invlpg [r10]
        BEGIN
        mov rcx, [r10]
        END

        ;= walk of a 2 MiB page | instructions=1 data_accesses=1 walk_reads=3
        mov rcx, [r11]
        TEST
        invlpg [r11]
        BEGIN
        mov rcx, [r11]
        END

        ;= walk of a 1 GiB page | instructions=1 data_accesses=1 walk_reads=2
        mov rcx, [r12]
        TEST
        invlpg [r12]
        BEGIN
        mov rcx, [r12]
        END
        WARM

        ;= no walk when the TLB has it | instructions=2 data_accesses=2
        TEST
        mov rcx, [r10]
        BEGIN
        mov rcx, [r10]
        mov rcx, [r10 + 8]
        END

        ;= accessed bit of a clean page | instructions=1 data_accesses=1 walk_reads=4 walk_writes=1
        TEST
        mov rax, SMALL_PTE + 8
        and qword [rax], ~(ACCESSED | DIRTY)
        invlpg [r10 + 4096]
        BEGIN
        mov rcx, [r10 + 4096]
        END

        ;= then its dirty bit | instructions=1 data_accesses=1 walk_reads=4 walk_writes=1
        TEST
        BEGIN
        mov [r10 + 4096], rcx
        END

        ;= first write below tables without accessed bits | instructions=1 data_accesses=1 walk_reads=4 walk_writes=4
        TEST
        mov rdx, FRESH
        BEGIN
        mov [rdx], rcx
        END

        ;= CR3 write; the fetch of END is not counted | instructions=1 cr3_writes=1
        TEST
        BEGIN
        mov cr3, rbx
        END

        ;= CR3 write, then walks: 3 reads for code, 4 for data | instructions=2 data_accesses=1 walk_reads=7 cr3_writes=1
        TEST
        BEGIN
        mov cr3, rbx
        mov rcx, [r10]
        END

        ;= 5 CR3 writes, 4 of them walked to | instructions=5 walk_reads=12 cr3_writes=5
        TEST
        BEGIN
        times 5 mov cr3, rbx
        END

        ;= 2 INVPCIDs, the second with 3 reads for code, 3 for data | instructions=2 data_accesses=2 walk_reads=6 invpcid=2
        TEST
        WARM
        mov ecx, 2
        lea rdx, [rel invpcid_descriptor]
        BEGIN
        invpcid rcx, [rdx]
        invpcid rcx, [rdx]
        END
        WARM

        ; A delivery in long mode at the same privilege reads 2 words of the IDT and the CS descriptor and pushes 5
        ; words (6 with an error code): 8 accesses. IRETQ reads 5 words and the CS and SS descriptors: 7.

        ;= #UD, handled: UD2 does not complete | instructions=2 data_accesses=16 exceptions=1
        TEST
        BEGIN
        ud2
        END

        ;= INT3 | instructions=2 data_accesses=15 exceptions=1
        TEST
        BEGIN
        int3
        END

        ;= INT n is no exception | instructions=2 data_accesses=15
        TEST
        BEGIN
        int 0x42
        END

        ;= #PF, handled, after a walk to the missing entry | instructions=3 data_accesses=17 walk_reads=4 exceptions=1
        TEST
        BEGIN
        mov rcx, [r10 + ABSENT * 4096]
        END

        ;= external interrupt | instructions=1 data_accesses=15 interrupts=1
        TEST
        mov ecx, 0x83F                  ; self-IPI
        mov eax, 0x42
        xor edx, edx
        wrmsr
        sti
        nop
        cli
        mov ecx, 0x80B
        xor eax, eax
        wrmsr
        mov ecx, 0x83F
        mov eax, 0x42
        wrmsr
        sti
        BEGIN                           ; STI lets one more instruction pass
        END
        cli
        mov ecx, 0x80B
        xor eax, eax
        wrmsr

        ;= REP STOSB interrupted by the timer | instructions=2 rep_iterations=2048 data_accesses=2063 interrupts=1
        TEST
        xor edx, edx
        mov ecx, 0x832                  ; timer: one shot
        mov eax, VECTOR_TIMER
        wrmsr
        mov ecx, 0x83E                  ; undivided
        mov eax, 11
        wrmsr
        sti
        mov rdi, r9
        mov ecx, 0x838
        mov eax, 500
        wrmsr
        mov ecx, 2048
        BEGIN
        rep stosb
        END
        cli
        mov ecx, 0x80B
        xor eax, eax
        wrmsr

        ;= from the delivery of an interrupt to an address | instructions=2 data_accesses=9 interrupts=1
        TEST
        MARKER 5, 0x80000000 + LOADED(self_target)
        MARKER 4, VECTOR_SELF
        mov ecx, 0x83F
        mov eax, VECTOR_SELF
        xor edx, edx
        wrmsr
        sti
        nop
        cli

        ;= the same when another interrupt comes first | instructions=2 data_accesses=9 interrupts=1
        TEST
        MARKER 5, 0x80000000 + LOADED(self_target)
        MARKER 4, VECTOR_SELF
        int 0x42
        mov ecx, 0x83F
        mov eax, 0x42
        xor edx, edx
        wrmsr
        sti
        nop
        cli
        mov ecx, 0x80B
        xor eax, eax
        wrmsr
        mov ecx, 0x83F
        mov eax, VECTOR_SELF
        wrmsr
        sti
        nop
        cli

        ;= only the delivery, up to the handler's first instruction | data_accesses=8 interrupts=1
        TEST
        MARKER 5, 0x80000000 + LOADED(self_handler)
        MARKER 4, VECTOR_SELF
        mov ecx, 0x83F
        mov eax, VECTOR_SELF
        xor edx, edx
        wrmsr
        sti
        nop
        cli

        call to_user                    ; the user page into the TLB

        ; There: CALL, 5 PUSHes and IRETQ (7 instructions, 13 accesses); 10 NOPs and INT (11 instructions), whose
        ; delivery reads RSP0 as well (9 accesses); back: a MOV and RET (2 instructions, 2 accesses).

        ;= into user mode and back, all counted | instructions=20 data_accesses=24
        TEST
        BEGIN
        call to_user
        END

        ;= into user mode and back, kernel half only | instructions=9 data_accesses=15
        TEST
        BEGIN_IN_KERNEL
        call to_user
        END

        ; CALL, PUSHes and IRETQ, and no NOP
        ;= to the first instruction in user mode | instructions=7 data_accesses=13
        TEST
        MARKER 6, 0
        BEGIN
        call to_user
        END

        ; From user mode on: 2 NOPs and INT, back, and what is above
        ;= from user mode to the next instruction there | instructions=12 data_accesses=24
        TEST
        MARKER 6, 0
        call to_user_marker
        call to_user
        END

        ; a region that is dropped while open, and one that is dropped while armed
        MARKER 1, 999
        BEGIN
        nop
        ;= the region after dropped ones | instructions=1
        MARKER 1, 998
        MARKER 4, VECTOR_SELF
        TEST
        mov ecx, 0x83F
        mov eax, VECTOR_SELF
        xor edx, edx
        wrmsr
        sti
        nop
        cli
        BEGIN
        nop
        END
        END

        ;= BEGIN in an open region starts afresh | instructions=2
        TEST
        BEGIN
        times 5 nop
        BEGIN
        times 2 nop
        END

        ;= an address armed with END_AT ends a region | instructions=3
        TEST
        MARKER 5, 0x80000000 + LOADED(.stop)
        BEGIN
        times 3 nop
.stop:  nop
        END

        ;= other prefetches and addresses are no markers | instructions=3
        TEST
        mov rax, 0x50414D << 40 | 3 << 32
        BEGIN
        prefetcht0 [r15]
        prefetchnta [rax]
        prefetchnta [r8]
        END

        mov rax, walks
        jmp rax

; ---- handlers, in the same page as the tests ----
undefined:
        add qword [rsp], 2              ; after UD2
        iretq
page_fault:
        add rsp, 8
        add qword [rsp], page_fault_length
        iretq
return:
        iretq
self_handler:
        push rax
        mov eax, 1
self_target:
        push rcx
        push rdx
        mov ecx, 0x80B                  ; end of interrupt
        xor eax, eax
        xor edx, edx
        wrmsr
        pop rdx
        pop rcx
        pop rax
        iretq
to_user:
        push qword 0x18 + 3             ; SS
        push qword 0                    ; RSP, not used
        push qword 2                    ; RFLAGS
        push qword 0x20 + 3             ; CS
        push qword USER
        iretq
to_user_marker:
        push qword 0x18 + 3
        push qword 0
        push qword 2
        push qword 0x20 + 3
        push qword USER + 32
        iretq
from_user:
        mov rsp, [rel returned_rsp]
        ret
page_fault_length equ 7

%if $ - tests > 4096
        %error "the counted code does not fit in one page"
%endif

; ---- walks that Bochs repeats, and hardware does not: a second page of counted code ----
%macro SMAP 1                           ; 0 or 1; then AC is set, and what a copy uses is in the TLB
        mov rax, cr4
        and eax, ~(1 << 21)
        or eax, (%1) << 21
        mov cr4, rax
        %if %1
        stac
        %endif
        WARM
        mov rax, USER_PTE
        lock or dword [rax], 0
        mov rax, SMALL_PTE
        lock or dword [rax], 0
        lock or dword [r8 + 2 * 4096], 0
        lock or dword [r8 + 3 * 4096], 0
%endmacro
%macro FLUSH_DATA 0
        %assign data 0
        %rep 4
        invlpg [rbp + data * 4096]
        %assign data data + 1
        %endrep
%endmacro
%macro CLEAN_DATA 0
        mov rax, DATA_PTE
        %assign data 0
        %rep 4
        and dword [rax + data * 8], ~(ACCESSED | DIRTY)
        %assign data data + 1
        %endrep
        FLUSH_DATA
%endmacro
%macro COPY 2                           ; 4 pages: to, from
        mov rdi, %1
        mov rsi, %2
        mov ecx, 4 * 512
        BEGIN
        rep movsq
        END
%endmacro

        align 4096
walks:
        mov eax, 16
        mov ss, ax                      ; null since user mode
        mov rbp, DATA
        SMAP 1

        ;= SMAP: copy to 4 user pages for the first time | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16 walk_writes=4
        TEST
        CLEAN_DATA
        COPY rbp, r8

        ;= SMAP: again, accessed and dirty | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16
        TEST
        FLUSH_DATA
        COPY rbp, r8

        ;= SMAP: again, walked to before the region | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16
        TEST
        COPY rbp, r8

        ;= SMAP: copy from 4 user pages | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16
        TEST
        FLUSH_DATA
        COPY r8, rbp

        SMAP 0

        ;= no SMAP: copy to 4 user pages for the first time | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16 walk_writes=4
        TEST
        CLEAN_DATA
        COPY rbp, r8

        ;= no SMAP: again, accessed and dirty | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16
        TEST
        FLUSH_DATA
        COPY rbp, r8

        ;= no SMAP: copy from 4 user pages | instructions=1 rep_iterations=2048 data_accesses=4096 walk_reads=16
        TEST
        FLUSH_DATA
        COPY r8, rbp

        SMAP 1

        ;= SMAP: 5 reads of a user page | instructions=5 data_accesses=5 walk_reads=4
        TEST
        FLUSH_DATA
        BEGIN
        times 5 mov rcx, [rbp]
        END

        ;= SMAP: INVLPG in between | instructions=5 data_accesses=4 walk_reads=8 invlpg=1
        TEST
        FLUSH_DATA
        BEGIN
        times 2 mov rcx, [rbp]
        invlpg [rbp]
        times 2 mov rcx, [rbp]
        END

        ;= SMAP: INVLPG of another page in between | instructions=5 data_accesses=4 walk_reads=4 invlpg=1
        TEST
        FLUSH_DATA
        BEGIN
        times 2 mov rcx, [rbp]
        invlpg [rbp + 4096]
        times 2 mov rcx, [rbp]
        END

        ;= SMAP: CR3 write in between, with 3 reads for code | instructions=5 data_accesses=4 walk_reads=11 cr3_writes=1
        TEST
        FLUSH_DATA
        BEGIN
        times 2 mov rcx, [rbp]
        mov cr3, rbx
        times 2 mov rcx, [rbp]
        END
        SMAP 1

        ;= SMAP: INVPCID in between, with 3 reads for code, 3 for data | instructions=5 data_accesses=5 walk_reads=14 invpcid=1
        TEST
        FLUSH_DATA
        mov esi, 2
        lea rdx, [rel invpcid_descriptor]
        mov rax, [rdx]
        BEGIN
        times 2 mov rcx, [rbp]
        invpcid rsi, [rdx]
        mov rcx, [r8]
        mov rcx, [rbp]
        END
        SMAP 1

        ;= SMAP: the walk that sets the dirty bit counts too | instructions=4 data_accesses=4 walk_reads=8 walk_writes=2
        TEST
        CLEAN_DATA
        BEGIN
        times 2 mov rcx, [rbp]
        times 2 mov [rbp], rcx
        END

        ;= SMAP: reads across two user pages | instructions=3 data_accesses=6 walk_reads=8
        TEST
        mov rcx, [rbp + 4096]           ; accessed
        FLUSH_DATA
        BEGIN
        times 3 mov rcx, [rbp + 4096 - 4]
        END

        ;= SMAP: and one of the pages is known | instructions=2 data_accesses=3 walk_reads=8
        TEST
        FLUSH_DATA
        BEGIN
        mov rcx, [rbp]
        mov rcx, [rbp + 4096 - 4]
        END

        ;= SMAP: a page that takes another one's entry | instructions=4 data_accesses=4 walk_reads=12
        TEST
        mov rdi, LARGE + DATA           ; bits 22-12 are the same
        FLUSH_DATA
        invlpg [rdi]
        BEGIN
        mov rcx, [rdi]
        mov rcx, [rbp]
        mov rcx, [rdi]
        mov rcx, [rbp]
        END

        ;= a page fault in between, and no INVLPG | instructions=7 data_accesses=21 walk_reads=12 exceptions=1
        TEST
        mov rdi, rbp
        mov rax, DATA_PTE
        int 0x42                        ; the handlers' page into the TLB
        FLUSH_DATA
        BEGIN
        mov rcx, [rdi]
        and dword [rax], ~PRESENT
        mov rcx, [dword rdi + 0]
        or dword [rax], PRESENT
        mov rcx, [rdi]
        END

        ;= first write to a dirty page that was read | instructions=2 data_accesses=2 walk_reads=4
        TEST
        mov rcx, [r10]
        mov [r10], rcx
        invlpg [r10]
        BEGIN
        mov rcx, [r10]
        mov [r10], rcx
        END

        ;= and that was read without a walk | instructions=2 data_accesses=2
        TEST
        invlpg [r10]
        mov rcx, [r10]
        BEGIN
        mov rcx, [r10]
        mov [r10], rcx
        END

        ;= the same in a 2 MiB page | instructions=3 data_accesses=3 walk_reads=3
        TEST
        invlpg [r11]
        BEGIN
        mov rcx, [r11]
        mov [r11], rcx
        mov rcx, [r11]
        END

        ;= INVLPG elsewhere in the 2 MiB page | instructions=3 data_accesses=2 walk_reads=6 invlpg=1
        TEST
        invlpg [r11]
        BEGIN
        mov rcx, [r11]
        invlpg [r11 + 0x100000]
        mov [r11], rcx
        END
        SMAP 0

        SAY "!count region=1 instructions=7", 10, "!cou" ; what only the library may say, also in two parts
        ;= between two parts of a line that is not the guest's to write | instructions=1
        TEST
        BEGIN
        nop
        END
        SAY "nt region=2 instructions=8", 10
        mov ecx, 4095                   ; and after as much as the library keeps of a line
        mov al, 'x'
        mov dx, 0xE9
.long:  out dx, al
        dec ecx
        jnz .long
        SAY "!exit status=35", 10
        SAY "whole line", 10, "a line "
        ;= between two parts of a guest's line | instructions=1
        TEST
        BEGIN
        nop
        END
        SAY "in two parts", 10, "an unfinished line"
        mov rax, leave
        jmp rax

%if $ - walks > 4096
        %error "the counted code does not fit in one page"
%endif

; ---- not counted ----
        align 4096
leave:
%ifdef SECOND_CPU
        mov rsi, second_cpu             ; its start-up code at 0x8000
        mov rdi, KERNEL + 0x8000
        mov ecx, second_cpu_length
        rep movsb
        mov ecx, 0x830                  ; INIT and start-up to all others
        xor edx, edx
        mov eax, 0xC4500
        wrmsr
        mov ebx, 100000
.init:  dec ebx
        jnz .init
        mov eax, 0xC4608
        wrmsr
        MARKER 1, 1000                  ; this CPU's region lasts longer than the other one's
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
        mov dx, 0x3FB                   ; COM1 with 8 data bits
        mov al, 3
        out dx, al
        lea rsi, [rel .serial]          ; to COM1, all of it before the machine stops
        mov ebx, .serial_length
.next:  call .wait
        mov dx, 0x3F8
        outsb
        dec ebx
        jnz .next
        call .wait
        jmp .written
.wait:  mov dx, 0x3FD                   ; until the transmitter is empty
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
        lea rsi, [rel shutdown]         ; without the library
        mov dx, 0x8900
        mov ecx, 8
        rep outsb
        cli
        hlt
shutdown: db "Shutdown"

%ifdef SECOND_CPU
; Runs at 0x8000: real mode to long mode in one step, with the page tables of the first CPU.
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

; ---- tables, one page ----
        align 4096
%macro gate 2                           ; handler, 0 or 3: lowest privilege
        dw LOADED(%1) & 0xFFFF, 8
        db 0, 0x8E | (%2) << 5
        dw 0x8000 | LOADED(%1) >> 16
        dd 0xFFFFFFFF, 0
%endmacro
%macro no_gate 1
        times (%1) * 2 dq 0
%endmacro
idt:
        no_gate 3
        gate return, 0                  ; #BP
        no_gate 2
        gate undefined, 0
        no_gate 7
        gate page_fault, 0
        no_gate VECTOR_SELF - 15
        gate self_handler, 0
        gate return, 0                  ; VECTOR_TIMER
        gate return, 0                  ; 0x42
        no_gate VECTOR_RETURN - 0x43
        gate from_user, 3
idt_length equ $ - idt
gdt:
        dq 0
        dq 0x00AF9B000000FFFF           ; 0x08: kernel code
        dq 0x00CF93000000FFFF           ; 0x10: kernel data
        dq 0x00CFF3000000FFFF           ; 0x18: user data
        dq 0x00AFFB000000FFFF           ; 0x20: user code
tss_descriptor:                         ; 0x28
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
