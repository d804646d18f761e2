/* SPDX-License-Identifier: MIT */
/*
 * irq.load (Hz): what a program loses to a timer that interrupts it. The program (kind `load` of
 * bench/programs/nest.c) runs the same loop twice: undisturbed, and while the timer of the local
 * APIC interrupts it. The region and the time stamps enclose the second run. In an overhead sample,
 * the second run is undisturbed too. The difference between other samples and overhead samples is
 * therefore the cost of the interrupts alone.
 *
 * On every CPU the loop takes LOAD_MS if nothing interrupts it. The parameter is the frequency of
 * the timer, measured against the PIT. In Bochs, `ips` in bochsrc is the number of instructions per
 * second.
 *
 * The handler only counts and ends the interrupt, so the row has the least that an interrupt costs.
 */
#include "bench/guest/bench.h"
#include "boot/boot.h"
#include "cpu/apic.h"
#include "lib/errno.h"
#include "output/console.h"

#define LOAD_MS  40U
#define TRIES    3
#define TRIAL    100000U     /* iterations of the loop that is timed to find how many fill LOAD_MS */
#define PATIENCE (1UL << 34) /* TSC ticks, some seconds, before the timer is considered absent */
#define MILLION  1000000U

static const uint64_t frequencies[] = { 100, 1000, 10000, 100000, BENCH_LIST_END };

static uint64_t count_before;
static bool disturbed; /* the sample is not an overhead sample */

/* Makes the timer raise VECTOR_BENCH `hertz` times a second. Interrupts must be off. */
static void start_timer(uint64_t hertz)
{
	lapic_timer((unsigned)hertz);
	lapic_write(LAPIC_LVT_TIMER, LAPIC_LVT_PERIODIC | VECTOR_BENCH);
}

/* Returns true if the timer interrupts. */
static bool timer_runs(uint64_t hertz)
{
	const uint64_t count = bench_irq_count, start = timestamp();

	start_timer(hertz);
	interrupts_on();
	while (bench_irq_count == count && timestamp() - start < PATIENCE)
		;
	interrupts_off();
	lapic_timer(0);
	return bench_irq_count != count;
}

/* Returns the TSC ticks of TRIAL iterations of the program's loop. */
static uint64_t trial(void)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t rounds = TRIAL, start = timestamp();

		__asm__ volatile("1:\tdec %0\n\tjnz 1b" : "+r"(rounds) : : "cc");
		start = timestamp() - start;
		least = start < least ? start : least;
	}
	return least ? least : 1;
}

static int choose_rounds(struct bench *b)
{
	if (!boot_module_find("nest"))
		return -ENOENT;
	format_string(b->module, sizeof b->module, "%lu", tsc_hertz() / 1000 * LOAD_MS * TRIAL / trial());
	return timer_runs(b->parameter) ? 0 : bench_skip(b, "the timer of the local APIC does not run");
}

static void assume_overhead(struct bench *b)
{
	disturbed = false;
	b->evidence = 0;
}

static void arm(struct bench *b)
{
	(void)b;
	disturbed = true;
}

static void begin_load(struct bench *b)
{
	count_before = bench_irq_count;
	if (disturbed)
		start_timer(b->parameter);
}

static void end_load(struct bench *b)
{
	if (disturbed)
		lapic_timer(0);
	b->tries = bench_irq_count - count_before;
}

/*
 * Emulators and hypervisors may merge interrupts that they deliver late. So it is enough that one
 * has come. At most twice as many as are due may have come, plus 2. The 2 are for one at each end
 * of the loop, which matter if few are due.
 */
static bool was_disturbed(struct bench *b)
{
	const uint64_t ticks = b->t1 > b->t0 ? b->t1 - b->t0 : 1, alone = b->evidence;
	const uint64_t due = ticks * b->parameter / tsc_hertz();

	bench_metric(b, "alone", alone, "tsc-ticks");
	bench_metric(b, "lost", ticks > alone ? (ticks - alone) * MILLION / ticks : 0, "ppm");
	bench_metric(b, "interrupts", b->tries, "count");
	return alone && b->tries && b->tries <= 2 * due + 2;
}

BENCH(irq_load, "a loop of 40 ms in a program, while a timer interrupts it", .name = "irq.load", .unit = "Hz",
      .parameters = frequencies, .few = 3, .own_boot = true, .setup = choose_rounds,
      .prepare = assume_overhead, .body = arm, .check = was_disturbed, .program = "nest", .argument = "load",
      .stamps_in_kernel = true, .started = begin_load, .stamped = end_load);
