/* SPDX-License-Identifier: MIT */
/*
 * Several CPUs: their start, an IPI to them and its answer, and flushes of their TLBs. These rows
 * need maxcpus= of more than 1, on a machine with several CPUs.
 *
 * In a row that waits for other CPUs, the number of instructions depends on how the engine shares
 * its time between CPUs. Therefore these rows also record how often the loop that waits has polled.
 * Each poll executes the same instructions, so those of all polls can be subtracted.
 */
#include "cpu/cpus.h"
#include "bench/guest/bench.h"
#include "bench/protocol/marks.h"
#include "boot/start_cpus.h"
#include "cpu/apic.h"
#include "lib/errno.h"
#include "mem/tlb.h"

#define PAGES_MAX  256
#define VECTOR_IPI VECTOR_FREE(2)

static const uint64_t cpu_counts[] = { 2, 4, 8, 15, 16, 32, 64, BENCH_LIST_END };
static const uint64_t page_counts[] = { 1, 2, 8, 32, 64, 256, BENCH_LIST_END };

static uint64_t polls; /* how often the body has polled while waiting */

static int need_cpus(struct bench *b, uint64_t count)
{
	return cpu_count >= count ? 0 : bench_skip(b, "not so many CPUs run (maxcpus=)");
}

static int need_parameter_cpus(struct bench *b)
{
	return need_cpus(b, b->parameter);
}

/* Starting CPUs ------------------------------------------------------------------------------- */

static uint32_t ids[LAPIC_IDS];
static uint32_t id_count;
static struct cpus_started started;
static size_t frames_before;

static int note_cpus(struct bench *b)
{
	id_count = 0;
	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		ids[id_count++] = cpu->apic_id;
	return need_parameter_cpus(b);
}

static void stop_cpus(struct bench *b)
{
	(void)b;
	while (cpus_others)
		cpu_stop(cpus_others);
	frames_before = frames_free();
}

static void start_cpus(struct bench *b)
{
	cpus_start(ids, (uint32_t)b->parameter - 1, &started);
}

/*
 * Returns the bytes that the other CPUs take: the frames that have been allocated for them, and the page
 * tables of their stacks, without the boot CPU's. The tables exist already, because the same CPUs have
 * run before, and tables of the kernel half are never freed.
 */
static uint64_t memory_of_cpus(void)
{
	uint64_t tables = 0, previous = CPU_AREA(0) / PD_SPAN;

	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next) {
		tables += CPU_AREA(cpu->cpu.id) / PD_SPAN != previous;
		previous = CPU_AREA(cpu->cpu.id) / PD_SPAN;
	}
	return (frames_before - frames_free() + tables) * PAGE_SIZE;
}

static bool all_started(struct bench *b)
{
	bench_metric(b, "bytes", memory_of_cpus(), "bytes");
	bench_metric(b, "second_sipis", started.repeated, "IPIs");
	return started.started == b->parameter - 1 && cpu_count == b->parameter;
}

static void start_all(struct bench *b)
{
	stop_cpus(b);
	cpus_start(ids, id_count, &started);
}

BENCH(cpu_start, "n - 1 CPUs are prepared and started, and all are idle", .name = "cpu.start", .unit = "CPUs",
      .parameters = cpu_counts, .own_boot = true, .setup = note_cpus, .prepare = stop_cpus,
      .body = start_cpus, .check = all_started, .teardown = start_all);

/*
 * The memory of CPUs (bench/claims/38-*). It is compared with arrays that have an element for each of
 * ARRAY_CPUS CPUs: the same structure and stacks, with neither page tables nor guard pages. The boot
 * CPU's are not counted, because it needs them in both cases.
 */
#define ARRAY_CPUS 64
#define STACKS     (SCRATCH_SIZE + IDLE_SIZE + 6 * CPU_STACK_SIZE) /* bytes, of a CPU */

static const uint64_t memory_counts[] = { 1, 2, 4, 8, 16, 32, 56, 60, 63, ARRAY_CPUS, BENCH_LIST_END };

static void count_memory(struct bench *b)
{
	stop_cpus(b);
	start_cpus(b);
	bench_metric(b, "dynamic", memory_of_cpus(), "bytes");
	bench_metric(b, "static", (ARRAY_CPUS - 1) * (sizeof(struct other_cpu) + STACKS), "bytes");
	bench_metric(b, "failed", b->parameter - cpu_count, "CPUs");
}

/* Returns true if each CPU that runs takes a frame for its structure, and those of its stacks. */
static bool memory_is_theirs(struct bench *b)
{
	(void)b;
	return (frames_before - frames_free()) * PAGE_SIZE == (cpu_count - 1) * (PAGE_SIZE + STACKS);
}

BENCH(cpus_memory, "memory of n CPUs, made when they start, and of arrays for 64", .name = "cpus.memory",
      .unit = "CPUs", .parameters = memory_counts, .own_boot = true, .experiment = true, .few = 1,
      .setup = note_cpus, .body = count_memory, .check = memory_is_theirs, .teardown = start_all);

/* An IPI and its answer ------------------------------------------------------------------------ */

/*
 * The answers of the CPUs, each in a cache line of its own. The numbers of the at most 63 CPUs that
 * are asked are successive but for CPUs that hang, so each CPU has a place of its own.
 */
#define ANSWERS 128
static struct {
	volatile uint64_t count __attribute__((aligned(CACHE_LINE)));
} answers[ANSWERS];
static uint64_t asked;

static void answer(void)
{
	answers[this_cpu()->id % ANSWERS].count++;
	lapic_eoi();
}

static int set_answer(struct bench *b)
{
	irq_set_handler(VECTOR_IPI, answer);
	for (size_t i = 0; i < ANSWERS; i++)
		answers[i].count = 0;
	asked = 0;
	return need_parameter_cpus(b);
}

static void remove_answer(struct bench *b)
{
	(void)b;
	irq_set_handler(VECTOR_IPI, NULL);
}

static void ask_and_wait(struct bench *b)
{
	uint64_t n = b->parameter - 1;

	asked++;
	polls = 0;
	for (struct other_cpu *cpu = cpus_others; n; cpu = cpu->next, n--)
		lapic_send(cpu->apic_id, VECTOR_IPI);
	n = b->parameter - 1;
	for (struct other_cpu *cpu = cpus_others; n; cpu = cpu->next, n--)
		for (; answers[cpu->cpu.id % ANSWERS].count != asked; polls++)
			__asm__ volatile("pause");
}

static bool all_answered(struct bench *b)
{
	uint64_t n = b->parameter - 1;

	bench_metric(b, "polls", polls, "polls");
	for (struct other_cpu *cpu = cpus_others; n; cpu = cpu->next, n--)
		if (answers[cpu->cpu.id % ANSWERS].count != asked)
			return false;
	return true;
}

BENCH(ipi_roundtrip, "an IPI to each of n - 1 idle CPUs, until all have answered", .name = "ipi.roundtrip",
      .unit = "CPUs", .parameters = cpu_counts, .own_boot = true, .setup = set_answer, .body = ask_and_wait,
      .check = all_answered, .teardown = remove_answer);

/* Flushes -------------------------------------------------------------------------------------- */

static uint64_t frames[2][PAGES_MAX];
static pte_t *entries[PAGES_MAX];
static size_t mapped;
static volatile uint32_t stop, touched; /* `touched`: CPUs that have read all pages at least once */
static uint64_t stale[LAPIC_IDS];       /* how many tags of old frames each CPU has read */

static volatile uint64_t *page(size_t i)
{
	return (volatile uint64_t *)(BENCH_AREA_BASE + i * PAGE_SIZE);
}

static void unmap_pages(struct bench *b)
{
	(void)b;
	for (size_t i = 0; i < mapped; i++)
		*entries[i] = 0;
	if (mapped)
		tlb_shootdown(BENCH_AREA_BASE, mapped);
	for (size_t i = 0; i < mapped; i++) {
		frame_free(frames[0][i]);
		frame_free(frames[1][i]);
	}
	mapped = 0;
}

static int map_pages(struct bench *b)
{
	const int error = need_cpus(b, 2);

	if (error)
		return error;
	for (mapped = 0; mapped < b->parameter; mapped++) {
		const uintptr_t address = (uintptr_t)page(mapped);
		const uint64_t first = frame_alloc(), second = frame_alloc();

		if (first == FRAME_NONE || second == FRAME_NONE ||
		    paging_map_kernel(address, first, PTE_WRITE | PTE_NX)) {
			if (first != FRAME_NONE)
				frame_free(first);
			if (second != FRAME_NONE)
				frame_free(second);
			unmap_pages(b);
			return -ENOMEM;
		}
		frames[0][mapped] = first;
		frames[1][mapped] = second;
		entries[mapped] = paging_table(kernel_pml4, address, 0, NULL) + PT_INDEX(address);
		*(uint64_t *)phys_to_virt(first) = 0;
		*(uint64_t *)phys_to_virt(second) = 1;
	}
	b->phase = 0;
	return 0;
}

static struct bench *bench; /* the row that runs, for the code on the other CPUs */

/* Executed by the other CPUs during a sample: reads the pages until `stop` is set. */
static void read_pages(void *argument)
{
	bool first = true;

	(void)argument;
	while (!stop) {
		for (size_t i = 0; i < bench->parameter; i++)
			(void)*page(i);
		if (first)
			__atomic_fetch_add(&touched, 1, __ATOMIC_SEQ_CST);
		first = false;
	}
}

static void read_tags(void *argument)
{
	uint64_t *count = argument;

	*count = 0;
	for (size_t i = 0; i < bench->parameter; i++)
		*count += *page(i) != bench->phase;
}

static void stop_readers(void)
{
	stop = true;
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		cpu_call_wait(cpu);
}

static void start_readers(struct bench *b)
{
	stop_readers(); /* after an overhead sample the CPUs still read */
	bench = b;
	stop = touched = false;
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		cpu_call(cpu, read_pages, NULL);
	while (touched != cpu_count - 1)
		__asm__ volatile("pause");
	for (size_t i = 0; i < b->parameter; i++)
		(void)*page(i);
	b->phase ^= 1;
}

static void change_and_flush(struct bench *b)
{
	for (size_t i = 0; i < b->parameter; i++)
		*entries[i] = frames[b->phase][i] | PTE_PRESENT | PTE_WRITE | PTE_NX;
	polls = tlb_shootdown(BENCH_AREA_BASE, b->parameter);
}

/* Stops the readers and returns true if no CPU still reads an old frame. */
static bool reads_new_frames(struct bench *b)
{
	uint64_t wrong = 0;
	size_t n = 0;

	stop_readers();
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next, n++) {
		cpu_call(cpu, read_tags, &stale[n]);
		cpu_call_wait(cpu);
		wrong += stale[n];
	}
	for (size_t i = 0; i < b->parameter; i++)
		wrong += *page(i) != b->phase;
	return !wrong;
}

static bool flushed(struct bench *b)
{
	bench_metric(b, "cpus", cpu_count, "CPUs");
	bench_metric(b, "polls", polls, "polls");
	return reads_new_frames(b);
}

static void stop_and_unmap(struct bench *b)
{
	stop_readers();
	unmap_pages(b);
}

BENCH(tlb_shootdown, "n pages get other frames, and all CPUs flush them while they read them",
      .name = "tlb.shootdown", .unit = "pages", .parameters = page_counts, .own_boot = true,
      .setup = map_pages, .prepare = start_readers, .body = change_and_flush, .check = flushed,
      .teardown = stop_and_unmap);

/* The handler on another CPU: that CPU executes the markers, so Bochs counts there. */
static volatile uint32_t marked;

static void be_counted(void *argument)
{
	const bool overhead = argument;
	const uint64_t end = MARK_END;

	for (size_t i = 0; i < bench->parameter; i++)
		(void)*page(i);
	mark(MARK_REGION(bench->region));
	if (overhead)
		mark(MARK_BEGIN);
	else
		mark(MARK_BEGIN_ON_IRQ(VECTOR_TLB));
	marked = true;
	while (!stop)
		;
	mark(end);
}

static void count_handler(struct bench *b, bool overhead)
{
	bench = b;
	stop = marked = false;
	b->phase ^= !overhead;
	if (overhead)
		stop = true;
	cpu_call(cpus_others, be_counted, overhead ? b : NULL);
	while (!marked)
		__asm__ volatile("pause");
	b->t0 = timestamp();
	if (!overhead)
		change_and_flush(b);
	b->t1 = timestamp();
	stop = true;
	cpu_call_wait(cpus_others);
}

BENCH(tlb_shootdown_handler, "the part of a CPU that is asked to flush n pages: from IPI to return",
      .name = "tlb.shootdown.handler", .unit = "pages", .parameters = page_counts, .own_boot = true,
      .setup = map_pages, .timed = count_handler, .check = reads_new_frames, .teardown = stop_and_unmap);
