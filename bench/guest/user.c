/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks whose body is in user mode. The program calls SYS_bench_next in a loop. The call
 * finishes the previous sample and returns what to do next (bench/protocol/steps.h). Either the
 * kernel takes the time stamps (SYS_bench_start, SYS_bench_stamp), or the program does
 * (SYS_bench_value).
 */
#include "bench/guest/bench.h"
#include "bench/protocol/steps.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "cpu/pmu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/record.h"
#include "process/process.h"
#include "sys/syscall.h"

volatile uint64_t bench_irq_stamp, bench_irq_count;
static uint8_t kernel_flag;
volatile uint8_t *bench_irq_flag = &kernel_flag;

static struct bench *running;
static unsigned taken;  /* number of samples started, of all kinds */
static unsigned failed; /* number of samples whose check failed */

/*
 * The program's system calls. counting_calls is for samples with performance counters,
 * verifying_calls for STEP_VERIFY.
 */
static const struct bench_calls calls, counting_calls, verifying_calls;

void bench_irq_handler(void)
{
	bench_irq_stamp = timestamp();
	bench_irq_count++;
	*bench_irq_flag = 1;
	lapic_eoi();
}

void bench_irq_flag_reset(void)
{
	bench_irq_flag = &kernel_flag;
}

static void finish_sample(unsigned index)
{
	struct bench_step step;

	bench_step(running, index, &step);
	if (!step.overhead && running->row->check && !running->row->check(running))
		failed++;
	bench_record(running, step.number, step.flags);
	if (index < running->warmup)
		bench_warm(running, index);
}

void bench_verify_begin(struct bench *b)
{
	running = b;
	b->evidence = 0;
	bench_calls = &verifying_calls;
}

void bench_verify_end(void)
{
	running = NULL;
	bench_calls = NULL;
}

/* SYS_bench_next after the last sample. */
static long verify_or_end(void)
{
	if (bench_verifies(running) && bench_calls != &verifying_calls) {
		bench_verify_begin(running);
		return STEP_VERIFY;
	}
	if (bench_verifies(running) && !running->row->verify(running))
		failed++;
	bench_verify_end();
	return STEP_END;
}

static long bench_next(void)
{
	struct bench_step step;

	if (taken && bench_calls != &verifying_calls)
		finish_sample(taken - 1);
	if (!bench_step(running, taken, &step))
		return verify_or_end();
	taken++;
	running->t0 = running->t1 = 0;
	running->counting = step.counting;
	running->warming = taken <= running->warmup;
	if (step.counting)
		bench_calls = &counting_calls;
	else
		bench_calls = &calls;
	if (running->row->prepare)
		running->row->prepare(running);
	bench_open_region(running);
	if (!step.overhead && running->row->body)
		running->row->body(running); /* arms the event that the program will trigger */
	return step.overhead ? STEP_EMPTY : STEP_SAMPLE;
}

static long bench_start(void)
{
	running->t0 = timestamp();
	if (running->row->started)
		running->row->started(running);
	return 0;
}

static long bench_stamp(void)
{
	running->t1 = timestamp();
	if (running->row->stamped)
		running->row->stamped(running);
	return 0;
}

static long counting_start(void)
{
	pmu_begin();
	return bench_start();
}

static long counting_stamp(void)
{
	bench_stamp();
	pmu_end();
	return 0;
}

static long verifying_stamp(void)
{
	return STAMP_SUM;
}

static long bench_value(uint64_t index, uint64_t value)
{
	uint64_t *const to[] = {
		[VALUE_START] = &running->t0,
		[VALUE_END] = &running->t1,
		[VALUE_EVIDENCE] = &running->evidence,
	};

	if (index >= sizeof to / sizeof *to)
		return -EINVAL;
	*to[index] = value;
	return 0;
}

static const struct bench_calls calls = { bench_next, bench_start, bench_stamp, bench_value };
static const struct bench_calls counting_calls = { bench_next, counting_start, counting_stamp, bench_value };
static const struct bench_calls verifying_calls = { bench_next, bench_start, verifying_stamp, bench_value };

bool bench_map_lapic(struct process *process, uint64_t flag_frame)
{
	pte_t *table = paging_table(process->space.pml4, BENCH_USER_LAPIC, PTE_USER, &process->space.tables);

	if (!table)
		return false;
	table += PT_INDEX(BENCH_USER_LAPIC);
	table[0] = lapic_physical | PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_NX | PTE_UNCACHED;
	table[1] = flag_frame | PTE_PRESENT | PTE_USER | PTE_WRITE | PTE_NX;
	return true;
}

bool bench_run_program(struct bench *b, const char **why)
{
	const char *const argv[] = { b->row->program, b->row->argument, b->module };
	uint64_t flag_frame = b->row->wants_lapic ? frame_alloc_zeroed() : FRAME_NONE;
	int pid, status = -1;

	pid = process_spawn(b->row->program, argv, 3);
	if (pid < 0 || (b->row->wants_lapic &&
	                (flag_frame == FRAME_NONE || !bench_map_lapic(process_find(pid), flag_frame)))) {
		*why = "the program cannot be started";
		if (pid > 0) {
			process_kill(pid, SIGKILL);
			process_wait(pid, &status, 0);
		}
		if (flag_frame != FRAME_NONE)
			frame_free(flag_frame);
		return false;
	}
	if (b->row->wants_lapic)
		bench_irq_flag = phys_to_virt(flag_frame);
	running = b;
	b->pid = pid;
	taken = failed = 0;
	bench_calls = &calls;
	while (process_wait(pid, &status, 0) != pid)
		;
	bench_irq_flag_reset();
	if (flag_frame != FRAME_NONE)
		frame_free(flag_frame);
	if (status != 0 || bench_calls) {
		*why = "the program failed";
		bench_calls = NULL;
		return false;
	}
	return failed == 0;
}
