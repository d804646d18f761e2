; SPDX-License-Identifier: MIT
; The functions that are measured. The formula above each function is the number of instructions
; that a call executes, from the function's first instruction to its RET. A name in capitals is the
; number of instructions that a call of the function with that name executes. expected.tsv has the
; totals. If an interrupt comes during a call, the instructions of its handler are added.

%include "width.inc"

ROUNDS          equ 3           ; calls of exchange() in each of the two contexts
LOOPS           equ 3000        ; iterations of the loop in spin()
TIMER_COUNT     equ 4           ; the timer interrupts after TIMER_COUNT + 1 periods of 838 ns

        global  straight, span, span_begin, span_end, descend, branch, tail_first, tail_second
        global  spin, arm_timer, interrupted, on_tick, tick_plain, tick_nested, tick_switch
        global  exchange, yield, take_turns, turns, preempted, other_work
        global  escape, try_escape, touch, many

section .text

; STRAIGHT = 6
straight:
        times 5 nop
        ret

; 2 + 3 * 3 = 11 instructions are executed between span_begin and span_end. SPAN = 1 + 11 + 2 = 14
span:
        nop
span_begin:
        mov     ecx, 3
        nop
.again: nop
        dec     ecx
        jnz     .again
span_end:
        nop
        ret

; descend(n) calls itself n times, each call inside the one before.
; DESCEND(0) = 3, DESCEND(n) = 5 + DESCEND(n - 1)
descend:
        test    ARG, ARG
        jz      .end
        dec     ARG
        call    descend
.end:   ret

; branch(n) calls itself twice with n - 1. The two calls begin with the same stack pointer.
; BRANCH(0) = 3, BRANCH(n) = 8 + 2 * BRANCH(n - 1)
branch:
        test    ARG, ARG
        jz      .end
        dec     ARG
        push    ARG
        call    branch
        pop     ARG
        call    branch
.end:   ret

; Ends by a jump to another function, which returns to this one's caller.
; TAIL_FIRST = 3 + TAIL_SECOND = 7, TAIL_SECOND = 4
tail_first:
        times 2 nop
        jmp     tail_second

tail_second:
        times 3 nop
        ret

; SPIN = 2 + 2 * LOOPS = 6002
spin:
        mov     ecx, LOOPS
.again: dec     ecx
        jnz     .again
        ret

; Programs the timer to interrupt once, in less time than spin() takes.
; ARM_TIMER = 7
arm_timer:
        mov     al, 0x30                ; channel 0, mode 0: interrupt on terminal count
        out     0x43, al
        mov     al, TIMER_COUNT
        out     0x40, al
        mov     al, 0
        out     0x40, al
        ret

; One interrupt comes during spin(). INTERRUPTED = 5 + ARM_TIMER + SPIN = 6014, plus the
; instructions of the handler. With tick_plain these are 12, so the sum is 6026. With tick_nested
; they are 6039, so the sum is 12053.
interrupted:
        call    arm_timer
        sti
        call    spin
        cli
        ret

; The functions that the timer's handler may call. TIMER_ENTRY is 11 plus the instructions of the
; called function.
; TICK_PLAIN = 1
tick_plain:
        ret

; Lets another interrupt come, whose handler calls tick_plain().
; TICK_NESTED = 7 + ARM_TIMER + SPIN = 6016, plus 12 of the handler = 6028
tick_nested:
        lea     rax, [tick_plain]
        mov     [on_tick], rax
        call    arm_timer
        sti
        call    spin
        cli
        ret

; Lets the other context run. TICK_SWITCH = 2 + YIELD = 8, plus what the other context executes
; until it switches back
tick_switch:
        call    yield
        ret

; Switches to the other context. YIELD = 6: four in the context that it leaves, two in the
; other
yield:
        push    rbx
        mov     rax, [other]
        mov     [other], rsp
        mov     rsp, rax
        pop     rbx
        ret

; Two contexts call this function from the same place, each on its own stack. In the middle of its
; call, each context switches to the other. EXCHANGE = 5 + YIELD = 11, plus what the other context
; executes until it switches back. Of the 5 instructions, 3 come before the switch (BEFORE) and 2
; after it (AFTER).
exchange:
        times 2 nop
        call    yield
        nop
        ret

; TAKE_TURNS = 2 + ROUNDS * 3 = 11, without the instructions of exchange()
take_turns:
        mov     ebx, ROUNDS
.again: call    exchange
        dec     ebx
        jnz     .again
        ret

; Makes a context that executes take_turns(), and then executes take_turns() itself. A call of
; exchange() in one context lets the call in the other context end. The six calls are numbered in
; the order in which they begin. Each line has the instructions from the beginning of a call to its
; end, in the order in which they are executed, and below them their numbers:
;   call 1, in the first context:
;       BEFORE, YIELD, mov, call, BEFORE, YIELD, AFTER
;       3 + 6 + 1 + 1 + 3 + 6 + 2 = 22 instructions
;   calls 2 to 5:
;       BEFORE, YIELD, AFTER, dec, jnz, call, BEFORE, YIELD, AFTER
;       3 + 6 + 2 + 1 + 1 + 1 + 3 + 6 + 2 = 25 instructions
;   call 6, in the new context:
;       BEFORE, YIELD, AFTER, dec, jnz, ret, call, YIELD, AFTER
;       3 + 6 + 2 + 1 + 1 + 1 + 1 + 6 + 2 = 23 instructions
; The whole call of turns() executes:
;   TURNS = 3 (push, lea, call) + NEW_CONTEXT + 2 (call, call) + 2 * TAKE_TURNS
;           + 6 * (BEFORE + AFTER) + 8 * YIELD + 1 (the call in context_end) + 2 (pop, ret) = 116
turns:
        push    rbx
        lea     rax, [take_turns]
        call    new_context
        call    take_turns
        call    yield
        pop     rbx
        ret

; Makes a context that begins at RAX. If the code at RAX returns, the context switches to the first
; context for good.
; NEW_CONTEXT = 8
new_context:
        lea     rcx, [stack_end]
        lea     rdx, [context_end]
        mov     [rcx - WORD_BYTES], rdx
        mov     [rcx - 2 * WORD_BYTES], rax
        mov     word_at [rcx - 3 * WORD_BYTES], 0       ; RBX
        sub     rcx, 3 * WORD_BYTES
        mov     [other], rcx
        ret

context_end:
        call    yield
        ud2

; The timer interrupts, and its handler switches to another context, which switches back.
; The handler calls tick_switch() here, so it executes 11 + TICK_SWITCH + OTHER + YIELD
; = 11 + 8 + 6 + 6 = 31 instructions, and INTERRUPTED = 6014 + 31 = 6045.
; PREEMPTED = 3 + NEW_CONTEXT + 1 + INTERRUPTED + 2 = 6059
preempted:
        push    rbx
        lea     rax, [other_work]
        call    new_context
        call    interrupted
        pop     rbx
        ret

; OTHER = 6
other_work:
        times 5 nop
        call    yield
        jmp     other_work

; Calls escape(), which jumps out of the call instead of returning. So a call of escape() never
; ends.
; TRY_ESCAPE = 9
try_escape:
        push    rbx
        mov     [landing], rsp
        call    escape
        ud2
landed: pop     rbx
        ret

escape:
        times 2 nop
        mov     rsp, [landing]
        jmp     landed

; Reads a word of each of four pages. TOUCH = 2 + 4 = 6
touch:
        lea     rcx, [pages]
%assign page 0
%rep 4
        mov     eax, [rcx + page * 4096]
%assign page page + 1
%endrep
        ret

; many(n) calls straight() n times.
many:
        call    straight
        dec     ARG
        jnz     many
        ret

section .data
on_tick:
        define_word     tick_plain

section .bss align=4096
pages:  resb    4 * 4096
        resb    4096
stack_end:
other:  reserve_word    1       ; stack pointer of the context that does not run
landing: reserve_word   1
