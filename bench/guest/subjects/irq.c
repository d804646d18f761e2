/* SPDX-License-Identifier: MIT */
/*
 * Interrupt entry and return, with an IPI that the CPU sends to itself.
 *
 * In Bochs the region opens when the interrupt is delivered. It closes before the first instruction
 * of the C handler (entry) or after the return (round trip). The time between the stamps also
 * includes the write to the ICR that sends the IPI, because no code can stamp the delivery.
 */
#include "bench/guest/bench.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "output/record.h"
#include "stack/kstack.h"

#define PATIENCE 10000000U /* loop iterations before an interrupt is considered lost */

static uint64_t count_before;

static void reset_flag(struct bench *b)
{
	(void)b;
	*bench_irq_flag = 0;
	count_before = bench_irq_count;
}

static bool one_interrupt(struct bench *b)
{
	(void)b;
	return bench_irq_count == count_before + 1;
}

static inline void wait_for_flag(void)
{
	for (unsigned i = 0; i < PATIENCE && !*bench_irq_flag; i++)
		;
}

static void entry_kernel(struct bench *b, bool overhead)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;

	if (overhead) {
		/* A sample's region holds only the entry. So the region of an overhead sample is
		 * empty. */
		b->t0 = timestamp();
		b->t1 = timestamp();
		__asm__ volatile("prefetchnta (%0); prefetchnta (%1)" : : "r"(begin), "r"(end) : "memory");
		return;
	}
	mark(MARK_END_AT(bench_irq_handler));
	mark(MARK_BEGIN_ON_IRQ(VECTOR_BENCH));
	interrupts_on();
	b->t0 = timestamp();
	lapic_self_ipi(VECTOR_BENCH);
	wait_for_flag();
	interrupts_off();
	b->t1 = bench_irq_stamp;
}

static void roundtrip_kernel(struct bench *b, bool overhead)
{
	const uint64_t end = MARK_END;

	if (overhead) {
		*bench_irq_flag = 1;
		b->t0 = timestamp();
		mark(MARK_BEGIN);
		wait_for_flag();
		mark(end);
		b->t1 = timestamp();
		return;
	}
	mark(MARK_BEGIN_ON_IRQ(VECTOR_BENCH));
	interrupts_on();
	b->t0 = timestamp();
	lapic_self_ipi(VECTOR_BENCH);
	wait_for_flag();
	mark(end);
	b->t1 = timestamp();
	interrupts_off();
}

/*
 * irq.nested.kernel: the handler of an outer interrupt sends its EOI to the APIC, turns interrupts
 * on, and measures the round trip of an inner interrupt.
 */
static struct bench *nesting;
static bool nesting_overhead;
static volatile unsigned inner_count, outer_count;
static volatile uint8_t inner_flag;

static void inner_handler(void)
{
	inner_count++;
	inner_flag = 1;
	lapic_eoi();
}

static void outer_handler(void)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	struct bench *b = nesting;

	lapic_eoi();
	if (nesting_overhead) {
		inner_flag = 1;
		b->t0 = timestamp();
		mark(begin);
	} else {
		mark(MARK_BEGIN_ON_IRQ(VECTOR_INNER));
		interrupts_on();
		b->t0 = timestamp();
		lapic_self_ipi(VECTOR_INNER);
	}
	for (unsigned i = 0; i < PATIENCE && !inner_flag; i++)
		;
	mark(end);
	b->t1 = timestamp();
	interrupts_off();
	outer_count++;
}

static int take_vectors(struct bench *b)
{
	if (!kstack_nests())
		return bench_skip(b, "interrupts do not nest on these stacks");
	irq_set_handler(VECTOR_BENCH, outer_handler);
	irq_set_handler(VECTOR_INNER, inner_handler);
	return 0;
}

static void give_vectors(struct bench *b)
{
	(void)b;
	irq_set_handler(VECTOR_BENCH, bench_irq_handler);
	irq_set_handler(VECTOR_INNER, NULL);
}

static void nested_kernel(struct bench *b, bool overhead)
{
	nesting = b;
	nesting_overhead = overhead;
	inner_count = outer_count = inner_flag = 0;
	interrupts_on();
	lapic_self_ipi(VECTOR_BENCH);
	for (unsigned i = 0; i < PATIENCE && !outer_count; i++)
		;
	interrupts_off();
}

static bool both_came(struct bench *b)
{
	(void)b;
	return outer_count == 1 && inner_count == 1;
}

static void arm_entry(struct bench *b)
{
	(void)b;
	mark(MARK_END_AT(bench_irq_handler));
	mark(MARK_BEGIN_ON_IRQ(VECTOR_BENCH));
}

static void arm_roundtrip(struct bench *b)
{
	(void)b;
	mark(MARK_BEGIN_ON_IRQ(VECTOR_BENCH));
}

/* The program has stamped t0 before it wrote the ICR; the handler has stamped its start. */
static bool entry_user_done(struct bench *b)
{
	b->t1 = bench_irq_stamp;
	return one_interrupt(b);
}

BENCH(irq_entry_kernel, "an interrupt in kernel mode: delivery to first instruction of the C handler",
      .name = "irq.entry.kernel", .prepare = reset_flag, .timed = entry_kernel, .check = one_interrupt);

BENCH(irq_entry_user, "an interrupt in user mode: delivery to first instruction of the C handler",
      .name = "irq.entry.user", .prepare = reset_flag, .body = arm_entry, .check = entry_user_done,
      .program = "probe", .argument = "irq-entry", .wants_lapic = true);

BENCH(irq_nested_kernel, "an interrupt within an interrupt", .name = "irq.nested.kernel",
      .setup = take_vectors, .timed = nested_kernel, .check = both_came, .teardown = give_vectors);

BENCH(irq_roundtrip_kernel, "an interrupt in kernel mode, from delivery to return",
      .name = "irq.roundtrip.kernel", .prepare = reset_flag, .timed = roundtrip_kernel,
      .check = one_interrupt);

BENCH(irq_roundtrip_user, "an interrupt in user mode, from delivery to return", .name = "irq.roundtrip.user",
      .prepare = reset_flag, .body = arm_roundtrip, .check = one_interrupt, .program = "probe",
      .argument = "irq-roundtrip", .wants_lapic = true);
