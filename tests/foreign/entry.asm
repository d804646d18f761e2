; SPDX-License-Identifier: MIT
; The ways into the kernel: timer interrupt, page fault, system call (SYSCALL in k64, INT 0x80 in
; k32), and the way into user mode and back. The comments count instructions as in regions.asm.

%include "width.inc"

KERNEL_CODE     equ 0x08
%if WIDTH = 64
USER_DATA       equ 0x1b        ; the order that SYSRET asks for: data, then code
USER_CODE       equ 0x23
%else
USER_CODE       equ 0x1b
USER_DATA       equ 0x23
%endif
FLAGS           equ 0x202       ; IF
PAGE_MASK       equ 4096 / ENTRY_BYTES - 1

        extern  on_tick, straight, arm_timer, spin, unexpected, user_table, fresh_entry
        global  timer_entry, page_fault_entry, system_call_entry, other_entry, enter_user, halt
        global  timer_ticks, page_faults, entry_stack_end

section .text

; Calls the function that on_tick points to. With tick_plain(), TIMER_ENTRY = 12: 11 here and one in
; the function.
timer_entry:
        push    rax
        push    rcx
        push    rdx
        inc     dword [timer_ticks]
        mov     al, 0x20                ; end of interrupt
        out     0x20, al
        call    [on_tick]
        pop     rdx
        pop     rcx
        pop     rax
        iretq

; Maps a page of user memory. PAGE_FAULT_ENTRY = 15
page_fault_entry:
        push    rax
        push    rcx
        push    rdx
        mov     rax, cr2
        shr     rax, 12
        and     eax, PAGE_MASK
        lea     rcx, [user_table]
        mov     edx, [fresh_entry]
        mov     [rcx + rax * ENTRY_BYTES], edx
        inc     dword [page_faults]
        pop     rdx
        pop     rcx
        pop     rax
        lea     rsp, [rsp + WORD_BYTES]
        iretq

; All other exceptions. The kernel prints a message and stops.
other_entry:
        cld
%if WIDTH = 64
        and     rsp, -16
%endif
        call    unexpected

; The end: the kernel does nothing more.
halt:
        cli
        hlt
        jmp     halt

; The system calls. RAX is the number.
;   0: nothing                             CALL_NOTHING = 1
;   1: some work                           CALL_WORK = 2 + STRAIGHT = 8
;   2: programs the timer                  CALL_ARM = 1 + ARM_TIMER = 8
;   3: programs the timer, waits for it    CALL_WAIT = 5 + ARM_TIMER + SPIN + TIMER_ENTRY = 6026
;   4: leaves user mode for good
section .rodata
align 8
calls:  define_word     call_nothing, call_work, call_arm, call_wait, call_leave

section .text
call_nothing:
        ret

call_work:
        call    straight
        ret

call_arm:
        jmp     arm_timer

call_wait:
        call    arm_timer
        sti
        call    spin
        cli
        ret

; Returns to the caller of enter_user().
call_leave:
        mov     rsp, [kernel_stack]
%if WIDTH = 64
        pop     r15
        pop     r14
        pop     r13
        pop     r12
%else
        pop     edi
        pop     esi
%endif
        pop     rbp
        pop     rbx
        ret

%if WIDTH = 64

; Calls the function for the number in RAX. With CALL_NOTHING, SYSTEM_CALL_ENTRY = 11: 10 here and
; one in the function.
system_call_entry:
        mov     [user_stack], rsp
        lea     rsp, [entry_stack_end]
        push    rcx
        push    r11
        lea     rdx, [calls]
        call    [rdx + rax * 8]
        pop     r11
        pop     rcx
        mov     rsp, [user_stack]
        o64 sysret

%else

; As above. With CALL_NOTHING, SYSTEM_CALL_ENTRY = 7: 6 here and one in the function.
system_call_entry:
        push    ecx
        push    edx
        call    [calls + eax * 4]
        pop     edx
        pop     ecx
        iretd

%endif

; void enter_user(uintptr_t start, uintptr_t stack): executes user code until it makes call 4.
enter_user:
        push    rbx
        push    rbp
%if WIDTH = 64
        push    r12
        push    r13
        push    r14
        push    r15
        mov     [kernel_stack], rsp
        push    USER_DATA
        push    rsi
        push    FLAGS
        push    USER_CODE
        push    rdi
%else
        push    esi
        push    edi
        mov     [kernel_stack], esp
        mov     cx, USER_DATA
        mov     ds, cx
        mov     es, cx
        push    USER_DATA
        push    edx
        push    FLAGS
        push    USER_CODE
        push    eax
%endif
        iretq

section .bss align=16
        resb    4096
entry_stack_end:
kernel_stack:   reserve_word 1  ; stack pointer of enter_user()
user_stack:     reserve_word 1  ; stack pointer of the user code, during a system call
timer_ticks:    resd 1
page_faults:    resd 1
