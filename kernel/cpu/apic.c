/* SPDX-License-Identifier: MIT */
#include "cpu/apic.h"

#include "output/console.h"
#include "output/panic.h"
#include "x86/pit.h"

#define APIC_BASE_ENABLE  (1UL << 11)
#define APIC_BASE_X2APIC  (1UL << 10)
#define APIC_BASE_ADDRESS 0x000ffffffffff000UL

#define PIC1_DATA         0x21
#define PIC2_DATA         0xa1

#define CALIBRATION_MS    10
#define PATIENCE          10000000U /* the most polls of a timer; it may be absent or stand still */

/*
 * The assumed frequency of the APIC timer if there is no PIT to measure it. The APIC timers of QEMU
 * and KVM count nanoseconds (APIC_BUS_CYCLE_NS is 1 in KVM).
 */
#define TIMER_HERTZ       1000000000U
#define TIMER_DIVISOR     16

uint64_t lapic_physical; /* set at boot */

/* Set by calibrate(); 0 before. */
static uint32_t ticks_per_second; /* ticks of the APIC timer, which divides by TIMER_DIVISOR */
static uint64_t tsc_per_second;   /* ticks of the TSC */

/* Puts this CPU's local APIC into xAPIC mode. Returns the value of MSR_APIC_BASE. */
static uint64_t enable_xapic(uint64_t base)
{
	if (base & APIC_BASE_X2APIC) { /* to leave x2APIC mode, disable the APIC (SDM 3A 11.12.5) */
		write_msr(MSR_APIC_BASE, base & ~(APIC_BASE_ENABLE | APIC_BASE_X2APIC));
		base &= ~APIC_BASE_X2APIC;
	}
	base |= APIC_BASE_ENABLE;
	write_msr(MSR_APIC_BASE, base);
	return base;
}

void lapic_enable_other(void)
{
	const uint64_t base = read_msr(MSR_APIC_BASE);

	enable_xapic((base & ~APIC_BASE_ADDRESS) | lapic_physical);
}

void lapic_find(void)
{
	outb(PIC1_DATA, 0xff);
	outb(PIC2_DATA, 0xff);
	lapic_physical = enable_xapic(read_msr(MSR_APIC_BASE)) & APIC_BASE_ADDRESS;
	if (!lapic_physical)
		panic("no local APIC");
}

void lapic_init(void)
{
	lapic_write(LAPIC_LVT_TIMER, LAPIC_LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT0, LAPIC_LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LAPIC_LVT_MASKED);
	lapic_write(LAPIC_LVT_ERROR, LAPIC_LVT_MASKED);
	lapic_write(LAPIC_SPURIOUS, 1U << 8 | VECTOR_SPURIOUS);
	lapic_eoi();
}

/*
 * Returns the TSC ticks per second, measured while the APIC timer counts `ticks` ticks. `ticks`
 * must be the number of timer ticks in CALIBRATION_MS milliseconds.
 */
static uint64_t tsc_against_timer(uint32_t ticks)
{
	uint64_t start = timestamp();

	lapic_write(LAPIC_TIMER_INIT, UINT32_MAX);
	for (uint32_t polls = 0; UINT32_MAX - lapic_read(LAPIC_TIMER_NOW) < ticks && polls < PATIENCE;
	     polls++)
		;
	start = timestamp() - start;
	lapic_write(LAPIC_TIMER_INIT, 0);
	return start * (1000 / CALIBRATION_MS);
}

/*
 * Measures the ticks per second of the APIC timer and the TSC against channel 2 of the PIT. In a
 * machine without a PIT (QEMU's microvm,pit=off), PIT_OUT2 either reads as set immediately, because
 * no device decodes the port, or never changes.
 */
static void calibrate(void)
{
	uint32_t count = PIT_HERTZ / 1000 * CALIBRATION_MS, polls = 0, left;
	uint64_t start;
	bool absent;

	lapic_write(LAPIC_TIMER_DIV, 3); /* divide by TIMER_DIVISOR */
	pit_start((uint16_t)count);
	start = timestamp();
	lapic_write(LAPIC_TIMER_INIT, UINT32_MAX);
	absent = inb(PIT_GATE) & PIT_OUT2;
	while (!(inb(PIT_GATE) & PIT_OUT2) && ++polls < PATIENCE)
		;
	left = lapic_read(LAPIC_TIMER_NOW);
	tsc_per_second = (timestamp() - start) * (1000 / CALIBRATION_MS);
	lapic_write(LAPIC_TIMER_INIT, 0);
	ticks_per_second = (UINT32_MAX - left) * (1000 / CALIBRATION_MS);
	if (absent || polls == PATIENCE) {
		kprintf("no PIT: the local APIC's timer is assumed to run at 1 GHz\n");
		ticks_per_second = TIMER_HERTZ / TIMER_DIVISOR;
		tsc_per_second = tsc_against_timer(ticks_per_second / (1000 / CALIBRATION_MS));
	}
}

uint64_t tsc_hertz(void)
{
	if (!ticks_per_second)
		calibrate();
	return tsc_per_second;
}

void lapic_timer_once(uint8_t vector, uint32_t ticks)
{
	lapic_write(LAPIC_TIMER_DIV, 0xb); /* divide by 1 */
	lapic_write(LAPIC_LVT_TIMER, vector);
	lapic_timer_again(ticks);
}

void lapic_timer(unsigned hertz)
{
	lapic_write(LAPIC_TIMER_DIV, 3); /* divide by TIMER_DIVISOR */
	if (!hertz) {
		lapic_write(LAPIC_LVT_TIMER, LAPIC_LVT_MASKED);
		lapic_write(LAPIC_TIMER_INIT, 0);
		return;
	}
	if (!ticks_per_second)
		calibrate();
	lapic_write(LAPIC_LVT_TIMER, LAPIC_LVT_PERIODIC | VECTOR_TIMER);
	lapic_write(LAPIC_TIMER_INIT, ticks_per_second / hertz ? ticks_per_second / hertz : 1);
}
