/* SPDX-License-Identifier: MIT */
/*
 * The time that an interrupt waits while a program is loaded. process_spawn() loads the program,
 * and may turn interrupts on meanwhile.
 *
 *   irq.latency.loading  The region and the time stamps measure an IPI that is sent just before the
 *                        load. The metric `latency` is the longest wait of a timer interrupt over
 *                        several loads. The interrupt is due at the start of the first load, and at
 *                        a later point of each further load. These points are at equal distances.
 *   irq.off.max          The longest time with interrupts off between the system call spawn and the
 *                        first instruction of the new program. With irq-off=counted on the command
 *                        line, as on Bochs, the instrumentation library measures it in the sample's
 *                        region (the metric `off`). Elsewhere a timer interrupts over and over,
 *                        because its handler restarts it. The metric `timer_gap` is the longest
 *                        time from one handler to the next, minus the usual time while nothing is
 *                        loaded. Its error is up to the metric `period`, because the timer may be
 *                        due at any moment while interrupts are off.
 *
 * These metrics are in TSC ticks. In Bochs a tick is an instruction, or an iteration of a REP
 * instruction. Elsewhere it is a tick of a clock, which also runs while the host runs something
 * else.
 */
#include "bench/guest/payload.h"
#include "boot/options.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/string.h"
#include "output/record.h"
#include "process/process.h"

#define PATIENCE 10000000U   /* loop iterations before an interrupt is considered lost */
#define LOST     (1UL << 34) /* TSC ticks, some seconds, before an interrupt is considered lost */

/*
 * Spawns the payload, which does not run before end_payload() kills it. Returns its process ID, or
 * a negative error number.
 */
static int start_payload(struct bench *b)
{
	const char *argv[] = { b->module, "-" };
	int pid;

	interrupts_on(); /* as in the system call; code that needs interrupts off turns them off */
	pid = process_spawn(b->module, argv, 2);
	interrupts_off();
	return pid;
}

static bool end_payload(int pid)
{
	int status;

	return pid > 0 && !process_kill(pid, SIGKILL) && process_wait(pid, &status, 0) == pid;
}

static void wait_with_interrupts_on(uint64_t count)
{
	const uint64_t start = timestamp();

	interrupts_on();
	while (bench_irq_count == count && timestamp() - start < LOST)
		;
	interrupts_off();
}

/* The code of irq.latency.loading. */

#define RATIO_SHIFT 16
#define RATIO_TICKS 20000U

static uint64_t ratio;       /* TSC ticks per tick of the timer, times 2^RATIO_SHIFT */
static uint64_t load_length; /* duration of a load in ticks of the timer */
static uint64_t interrupts;
static int child;

static void find_ratio(void)
{
	uint64_t t0, t1;
	uint32_t ticks;

	/* Interrupts are off, and the timer is stopped long before it is due. */
	lapic_timer_once(VECTOR_BENCH, UINT32_MAX);
	t0 = timestamp();
	ticks = lapic_read(LAPIC_TIMER_NOW);
	do
		t1 = timestamp();
	while (ticks - lapic_read(LAPIC_TIMER_NOW) < RATIO_TICKS && t1 - t0 < UINT32_MAX);
	ticks -= lapic_read(LAPIC_TIMER_NOW);
	t1 = timestamp();
	lapic_timer(0);
	ratio = ticks ? ((t1 - t0) << RATIO_SHIFT) / ticks : 0;
}

static int measure_load(struct bench *b)
{
	int error = bench_find_payload(b, b->parameter);
	uint64_t t0, t1;

	if (error)
		return error;
	find_ratio();
	if (!ratio)
		return bench_skip(b, "the timer of the local APIC does not run");
	t0 = timestamp();
	child = start_payload(b);
	t1 = timestamp();
	if (child < 0)
		return child;
	end_payload(child);
	load_length = ((t1 - t0) << RATIO_SHIFT) / ratio;
	return load_length < UINT32_MAX ? 0 : bench_skip(b, "the load takes longer than the timer counts");
}

static void ipi_before_load(struct bench *b, bool overhead)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;

	if (overhead) {
		b->t0 = timestamp();
		b->t1 = timestamp();
		__asm__ volatile("prefetchnta (%0); prefetchnta (%1)" : : "r"(begin), "r"(end) : "memory");
		return;
	}
	interrupts = bench_irq_count;
	mark(MARK_END_AT(bench_irq_handler));
	b->t0 = timestamp();
	mark(begin);
	lapic_self_ipi(VECTOR_BENCH);
	child = start_payload(b);
	wait_with_interrupts_on(interrupts);
	b->t1 = bench_irq_stamp;
}

/*
 * Loads once, with a timer interrupt that becomes due `ticks` timer ticks after the start. Returns
 * the TSC ticks that the interrupt waited. Sets *ok to false if the load failed or the interrupt
 * was lost.
 */
static uint64_t latency_at(struct bench *b, uint32_t ticks, bool *ok)
{
	uint64_t count = bench_irq_count, due, stamp;
	int pid;

	lapic_timer_once(VECTOR_BENCH, UINT32_MAX);
	due = timestamp() + (((uint64_t)ticks * ratio) >> RATIO_SHIFT);
	lapic_timer_again(ticks);
	pid = start_payload(b);
	wait_with_interrupts_on(count);
	stamp = bench_irq_stamp;
	lapic_timer(0);
	/*
	 * Some hypervisors deliver two interrupts if the timer is set twice. The first one counts;
	 * handle the second here.
	 */
	__asm__ volatile("sti; pause; cli" : : : "memory");
	*ok = *ok && end_payload(pid) && bench_irq_count > count;
	return stamp > due ? stamp - due : 0;
}

static bool worst_latency(struct bench *b)
{
	const unsigned points = bench_plan.few ? b->parameter <= MIB ? 4 : 2 : 16;
	bool ok = end_payload(child) && bench_irq_count == interrupts + 1;
	uint64_t worst = 0;

	if (b->warming)
		return ok;

	for (unsigned i = 0; i < points; i++) {
		uint64_t latency = latency_at(b, (uint32_t)(load_length * i / points) + 1, &ok);

		if (latency > worst)
			worst = latency;
	}
	bench_metric(b, "latency", worst, "tsc-ticks");
	bench_metric(b, "points", points, "count");
	return ok;
}

BENCH(irq_latency_loading, "how long an interrupt waits if it arrives while an image is loaded",
      .name = "irq.latency.loading", .unit = "bytes", .parameters = bench_image_sizes, .large = 16 * MIB,
      .once = 16 * MIB, .setup = measure_load, .timed = ipi_before_load, .check = worst_latency,
      .verify = payload_spawned);

/* The code of irq.off.max. */

#define STORM_TRIAL    64U        /* number of interrupts in the trial of a period */
#define STORM_PROGRESS 4U         /* iterations of a short loop that must fit into a period */
#define STORM_SLOWEST  (1U << 24) /* the longest period to try, in ticks of the timer */

/*
 * The storm: timer interrupts that follow each other as fast as possible. `last` is the TSC in the
 * last handler. `longest` and `shortest` are times from one handler to the next, in TSC ticks.
 */
static struct {
	uint64_t last, longest, shortest;
	uint64_t usual;  /* `shortest` while nothing is loaded */
	uint64_t left;   /* number of interrupts until the storm ends by itself */
	uint32_t period; /* ticks from a restart of the timer to its interrupt */
} storm;

static void end_gap(void)
{
	uint64_t now = timestamp(), gap = now - storm.last;

	if (gap > storm.longest)
		storm.longest = gap;
	if (gap < storm.shortest)
		storm.shortest = gap;
	storm.last = now;
}

static void storm_handler(void)
{
	end_gap();
	lapic_eoi();
	if (--storm.left)
		lapic_timer_again(storm.period);
}

static void storm_start(uint64_t count)
{
	storm.left = count;
	storm.longest = 0;
	storm.shortest = UINT64_MAX;
	storm.last = timestamp();
	lapic_timer_once(VECTOR_BENCH, storm.period);
}

/*
 * Sets storm.period to the shortest power of 2 at which the interrupted code progresses. With a
 * period that ends before the handler returns, nothing but the handler would ever run.
 */
static int find_period(struct bench *b)
{
	const volatile uint64_t *left = &storm.left;
	int error = bench_find_payload(b, b->parameter);

	if (error)
		return error;
	irq_set_handler(VECTOR_BENCH, storm_handler);
	for (storm.period = 16; storm.period <= STORM_SLOWEST; storm.period *= 2) {
		uint64_t progress = 0;

		storm_start(STORM_TRIAL);
		interrupts_on();
		while (*left && progress < PATIENCE)
			progress++;
		interrupts_off();
		lapic_timer(0);
		storm.usual = storm.shortest;
		if (!*left && progress >= STORM_TRIAL * STORM_PROGRESS)
			return 0;
	}
	irq_set_handler(VECTOR_BENCH, bench_irq_handler);
	return bench_skip(b, "the timer of the local APIC does not run");
}

static int set_up_off(struct bench *b)
{
	char option[8];

	boot_option("irq-off", option, sizeof option);
	b->marked = !strcmp(option, "counted");
	return b->marked ? bench_find_payload(b, b->parameter) : find_period(b);
}

static void storm_begin(struct bench *b)
{
	if (!b->marked)
		storm_start(UINT64_MAX);
}

static void storm_end(struct bench *b)
{
	if (b->marked)
		return;
	end_gap(); /* the last interrupt may still be pending */
	lapic_timer(0);
}

static bool storm_came(struct bench *b)
{
	if (b->marked)
		return true; /* the program has checked that the payload ran */
	bench_metric(b, "timer_gap", storm.longest > storm.usual ? storm.longest - storm.usual : 0,
	             "tsc-ticks");
	bench_metric(b, "period", storm.usual, "tsc-ticks");
	return storm.longest > 0;
}

static void storm_teardown(struct bench *b)
{
	(void)b;
	lapic_timer(0);
	irq_set_handler(VECTOR_BENCH, bench_irq_handler);
}

BENCH(irq_off_max, "the longest time with interrupts off while an image is loaded", .name = "irq.off.max",
      .unit = "bytes", .parameters = bench_image_sizes, .large = 16 * MIB, .once = 16 * MIB,
      .experiment = true, .setup = set_up_off, .check = storm_came, .verify = payload_arrived,
      .teardown = storm_teardown, .program = "probe", .argument = "spawn-irq-off", .started = storm_begin,
      .stamped = storm_end);
