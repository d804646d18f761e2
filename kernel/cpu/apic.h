/* SPDX-License-Identifier: MIT */
/* The local APIC in xAPIC mode (SDM 3A 11), whose registers are memory-mapped. */
#pragma once

#include <stdint.h>

#include "cpu/cpu.h"

#define LAPIC_ID           0x020
#define LAPIC_EOI          0x0b0
#define LAPIC_SPURIOUS     0x0f0
#define LAPIC_ICR_LOW      0x300
#define LAPIC_ICR_HIGH     0x310
#define LAPIC_LVT_TIMER    0x320
#define LAPIC_LVT_LINT0    0x350
#define LAPIC_LVT_LINT1    0x360
#define LAPIC_LVT_ERROR    0x370
#define LAPIC_TIMER_INIT   0x380
#define LAPIC_TIMER_NOW    0x390
#define LAPIC_TIMER_DIV    0x3e0

#define LAPIC_LVT_MASKED   (1U << 16)
#define LAPIC_LVT_PERIODIC (1U << 17)
#define LAPIC_ICR_SELF     (1U << 18) /* fixed delivery, destination shorthand: self */
#define LAPIC_ICR_OTHERS   (3U << 18) /* destination shorthand: all but self */
#define LAPIC_ICR_NMI      (4U << 8)
#define LAPIC_ICR_INIT     (5U << 8)
#define LAPIC_ICR_SIPI     (6U << 8)
#define LAPIC_ICR_BUSY     (1U << 12) /* read-only: the previous IPI has not been sent yet */
#define LAPIC_ICR_ASSERT   (1U << 14)
#define LAPIC_IDS          255 /* IDs that xAPIC mode can address: 0 to 254; 255 means all CPUs */

static inline void lapic_write(uint32_t reg, uint32_t value)
{
	__asm__ volatile("movl %0, (%1)" : : "r"(value), "r"(LAPIC_BASE + reg) : "memory");
}

static inline uint32_t lapic_read(uint32_t reg)
{
	uint32_t value;

	__asm__ volatile("movl (%1), %0" : "=r"(value) : "r"(LAPIC_BASE + reg) : "memory");
	return value;
}

/* Tells the APIC that the handler of the interrupt in service has finished (end of interrupt). */
static inline void lapic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

/* Sends an interrupt to this CPU. */
static inline void lapic_self_ipi(uint8_t vector)
{
	lapic_write(LAPIC_ICR_LOW, LAPIC_ICR_SELF | vector);
}

/* Returns the ID of this CPU's local APIC. */
static inline uint32_t lapic_id(void)
{
	return lapic_read(LAPIC_ID) >> 24;
}

/*
 * Sends an IPI to the CPU whose local APIC has the ID `id` (below LAPIC_IDS): an interrupt if
 * `command` is a vector, else LAPIC_ICR_NMI, LAPIC_ICR_INIT, or LAPIC_ICR_SIPI and the number of a
 * page below 1 MiB. Interrupts must be off, since their handlers may send IPIs, too.
 */
static inline void lapic_send(uint32_t id, uint32_t command)
{
	while (lapic_read(LAPIC_ICR_LOW) & LAPIC_ICR_BUSY)
		__asm__ volatile("pause");
	lapic_write(LAPIC_ICR_HIGH, id << 24);
	lapic_write(LAPIC_ICR_LOW, LAPIC_ICR_ASSERT | command);
}

/* Sends an interrupt to all CPUs but this one, also to those that the kernel has not started. */
static inline void lapic_send_others(uint8_t vector)
{
	while (lapic_read(LAPIC_ICR_LOW) & LAPIC_ICR_BUSY)
		__asm__ volatile("pause");
	lapic_write(LAPIC_ICR_LOW, LAPIC_ICR_OTHERS | LAPIC_ICR_ASSERT | vector);
}

/*
 * Restarts the timer with the vector that lapic_timer_once() has set. The timer raises one
 * interrupt after `ticks` (not 0) ticks of its input clock.
 */
static inline void lapic_timer_again(uint32_t ticks)
{
	lapic_write(LAPIC_TIMER_INIT, ticks);
}

/*
 * Masks the two 8259 PICs, enables the local APIC in xAPIC mode and sets lapic_physical. Panics if
 * there is no local APIC. The caller must then map its registers at LAPIC_BASE, uncached.
 */
void lapic_find(void);

/* Enables the local APIC of another CPU than the boot CPU in xAPIC mode, at the same address. */
void lapic_enable_other(void);

/*
 * Masks the APIC's timer, LINT0, LINT1 and error interrupt, and lets the APIC deliver other
 * interrupts. The registers must be mapped.
 */
void lapic_init(void);

/* Physical address of the APIC's registers. */
extern uint64_t lapic_physical;

/*
 * Makes the timer raise VECTOR_TIMER `hertz` times a second (calibrated against the PIT if there is
 * one). If `hertz` is 0, stops the timer.
 */
void lapic_timer(unsigned hertz);

/*
 * Returns the TSC ticks per second, measured against the PIT or, without one, the APIC timer. The
 * first call of this function or of lapic_timer() does the measurement, which takes 10 ms; the APIC
 * timer must not be running then.
 */
uint64_t tsc_hertz(void);

/* Makes the timer raise `vector` once, after `ticks` ticks of its undivided input clock. */
void lapic_timer_once(uint8_t vector, uint32_t ticks);
