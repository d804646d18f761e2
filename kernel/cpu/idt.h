/* SPDX-License-Identifier: MIT */
/* The interrupt descriptor table: vectors, gates, and the handlers of device interrupts. */
#pragma once

#include <stdbool.h>

/*
 * IST slots (SDM 3A 6.14.5). The value of STACK determines the use of slots 1 and 2. The other
 * slots have the same use in all builds.
 */
#define IST_NONE  0
#define IST_IRQ   1
#define IST_FAULT 2
#define IST_DF    3
#define IST_NMI   4
#define IST_MC    5
#define IST_DB    6
#define IST_GP    7      /* #TS, #NP, #SS and #GP, which IRETQ and SYSRETQ can raise */
#define IST_SPARE IST_MC /* experiments may use the slot of #MC, since #MC always panics */

/*
 * The IDT has 256 gates. If the build defines IDT_SHORT, it has only the gates that the vectors
 * below need. An interrupt without a gate raises #GP (SDM 3A 6.14.1). exception_entry() ignores
 * this #GP, as the default handler of a gate would ignore the interrupt.
 */
#ifdef IDT_SHORT
#define IDT_IS_SHORT 1
#else
#define IDT_IS_SHORT 0
#endif
#define IDT_GATES                       (IDT_IS_SHORT ? 82 : 256)

/*
 * Interrupt vectors. Programs, which are the same in all builds, need some of them too. For these,
 * *_OF(is_short) is the vector in a short IDT if `is_short` is true, otherwise in the IDT of 256
 * gates.
 */
#define VECTOR_BENCH_OF(is_short)       ((is_short) ? 0x30 : 0x50)
#define VECTOR_FREE_OF(is_short)        ((is_short) ? 0x21 : 0x60)
#define VECTOR_MICRO_OF(is_short)       ((is_short) ? 0x23 : 0x80)
#define VECTOR_MICRO_LEAVE_OF(is_short) ((is_short) ? 0x24 : 0x81)
#define VECTOR_SPURIOUS_OF(is_short)    ((is_short) ? 0x2f : 0xff) /* low 4 bits: SDM 3A 11.9 */

#define VECTOR_TIMER                    (IDT_IS_SHORT ? 0x20 : 0x40)
#define VECTOR_WAKE                     (IDT_IS_SHORT ? 0x22 : 0x48) /* for an idle CPU (cpu/cpus.h) */
#define VECTOR_TLB                      (IDT_IS_SHORT ? 0x25 : 0x49) /* a request to flush (mem/tlb.h) */
#define VECTOR_BENCH                    VECTOR_BENCH_OF(IDT_IS_SHORT)
#define VECTOR_SPURIOUS                 VECTOR_SPURIOUS_OF(IDT_IS_SHORT)
/* In a higher priority class than VECTOR_BENCH (SDM 3A 11.8.3). */
#define VECTOR_INNER                    (VECTOR_BENCH + 16)
/* For INT instructions of benchmarks and tests (gate_set()). */
#define VECTOR_MICRO                    VECTOR_MICRO_OF(IDT_IS_SHORT)
#define VECTOR_MICRO_LEAVE              VECTOR_MICRO_LEAVE_OF(IDT_IS_SHORT)
/* For tests and experiments: n is 0 to 3, and a larger n is in a higher priority class. */
#define VECTOR_FREE(n)                  (VECTOR_FREE_OF(IDT_IS_SHORT) + 16 * (n))

/* Fills the gates. Called once. */
void idt_init(void);

/* Loads the IDT, which all CPUs share. */
void idt_load(void);

/*
 * For experiments: makes the gate of `vector` use `ist`, an IST slot or IST_NONE. Returns what the
 * gate used before.
 */
unsigned gate_set_ist(unsigned vector, unsigned ist);

/*
 * For experiments: makes the gate of `vector` lead to `handler`, assembly code that ends in IRETQ.
 * The gate uses `ist`, an IST slot or IST_NONE. `user` allows INT from user mode. gate_restore()
 * undoes this.
 */
void gate_set(unsigned vector, void (*handler)(void), unsigned ist, bool user);
void gate_restore(unsigned vector);

/*
 * Sets the handler of device interrupt `vector` (32 … IDT_GATES - 1). The handler runs with
 * interrupts off and must call lapic_eoi(). NULL restores the default handler, which only calls
 * lapic_eoi().
 */
void irq_set_handler(unsigned vector, void (*handler)(void));

extern void (*irq_handlers[IDT_GATES])(void); /* by vector; the entry stubs call them */
