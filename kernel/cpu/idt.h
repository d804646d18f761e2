/* SPDX-License-Identifier: MIT */
/* The interrupt descriptor table: vectors, gates, and the handlers of device interrupts. */
#pragma once

#include <stdbool.h>

/*
 * IST slots (SDM 3A 6.14.5). The value of STACK determines the use of slots 1 and 2. The other
 * slots have the same use in all builds.
 */
#define IST_NONE           0
#define IST_IRQ            1
#define IST_FAULT          2
#define IST_DF             3
#define IST_NMI            4
#define IST_MC             5
#define IST_DB             6
#define IST_GP             7      /* #TS, #NP, #SS and #GP, which IRETQ and SYSRETQ can raise */
#define IST_SPARE          IST_MC /* experiments may use the slot of #MC, since #MC always panics */

/* Interrupt vectors. */
#define VECTOR_TIMER       0x40
#define VECTOR_BENCH       0x50
#define VECTOR_INNER       0x60 /* in a higher priority class than VECTOR_BENCH */
#define VECTOR_MICRO       0x80 /* for INT instructions of benchmarks and tests (gate_set()) */
#define VECTOR_MICRO_LEAVE 0x81
#define VECTOR_SPURIOUS    0xff

/* Fills the 256 gates and loads the IDT. */
void idt_init(void);

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
 * Sets the handler of device interrupt `vector` (32 … 255). The handler runs with interrupts off
 * and must call lapic_eoi(). NULL restores the default handler, which only calls lapic_eoi().
 */
void irq_set_handler(unsigned vector, void (*handler)(void));

extern void (*irq_handlers[256])(void); /* by vector; the entry stubs call them */
