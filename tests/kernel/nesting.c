/* SPDX-License-Identifier: MIT */
/*
 * Tests nested exceptions and interrupts. Every step runs twice: in the first task, and inside a
 * system call of the program `nest`. Canaries (canary.h) detect stack words that were overwritten.
 */
#include "bench/guest/bench.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/frames.h"
#include "output/console.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "sys/syscall.h"
#include "tests/kernel/canary.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"

#define LEVELS     4
#define VECTOR(n)  VECTOR_FREE(n) /* each level has a higher priority class than the one before */
#define NOT_MAPPED 0x1000UL
#define PATIENCE   1000000U

static volatile unsigned arrived[LEVELS]; /* number of interrupts, by level */
static volatile unsigned innermost;       /* deepest nesting of handlers */
static const char *volatile inside;       /* what went wrong in a handler */

static const char *guarded(const char *(*step)(void))
{
	volatile uint64_t canaries[CANARIES];
	const char *problem;

	fill(canaries);
	inside = NULL;
	for (size_t i = 0; i < LEVELS; i++)
		arrived[i] = 0;
	innermost = 0;
	problem = step();
	exception_set_probe(NULL);
	if (interrupts_are_on()) {
		interrupts_off();
		return "interrupts stayed on";
	}
	if (!problem && inside)
		problem = inside;
	return !problem && !intact(canaries) ? "canaries on the stack were overwritten" : problem;
}

static void read_byte(uint64_t address)
{
	(void)*(volatile uint8_t *)address;
}

static bool wait_for(const volatile unsigned *counter, unsigned value)
{
	for (unsigned i = 0; i < PATIENCE && *counter != value; i++)
		__asm__ volatile("pause");
	return *counter == value;
}

static void use_handler(void (*handler)(void))
{
	for (unsigned i = 0; i < LEVELS; i++)
		irq_set_handler(VECTOR(i), handler);
}

/*
 * Sends the interrupt of level 0 to this CPU and waits for the interrupt of level `last`, which the
 * handlers send. Returns true if the interrupt of level `last` has arrived.
 */
static bool interrupt_and_wait(unsigned last)
{
	bool came;

	interrupts_on();
	lapic_self_ipi(VECTOR(0));
	came = wait_for(&arrived[last], 1);
	interrupts_off();
	use_handler(NULL);
	return came;
}

static void plain_handler(void)
{
	arrived[0]++;
	lapic_eoi();
}

static const char *user_copy_faults(void)
{
	uint64_t word;

	return copy_from_user(&word, NOT_MAPPED, sizeof word) == -EFAULT &&
	                       copy_string_from_user((char *)&word, NOT_MAPPED, sizeof word) == -EFAULT
	               ? NULL
	               : "a copy from an unmapped page succeeded";
}

static const char *kernel_fault_recovers(void)
{
	return raises(EXCEPTION_PF, read_byte, NOT_MAPPED) ? NULL : "no #PF was raised";
}

static const char *interrupt_comes(void)
{
	use_handler(plain_handler);
	return interrupt_and_wait(0) ? NULL : "the interrupt was not delivered";
}

/*
 * The exception probe. Sends an interrupt during the fault handler. The interrupt must stay pending
 * until the handler's IRETQ, because all gates are interrupt gates, which disable interrupts.
 */
static bool interrupt_the_fault(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_PF)
		return false;
	if (interrupts_are_on())
		inside = "a fault handler began with interrupts on";
	lapic_self_ipi(VECTOR(0));
	for (unsigned i = 0; i < 1000; i++)
		__asm__ volatile("pause");
	if (arrived[0])
		inside = "an interrupt was delivered while interrupts were off";
	return false;
}

static const char *interrupt_right_after_a_fault(void)
{
	bool raised;

	use_handler(plain_handler);
	exception_set_probe(interrupt_the_fault);
	interrupts_on();
	raised = raises(EXCEPTION_PF, read_byte, NOT_MAPPED);
	wait_for(&arrived[0], 1);
	interrupts_off();
	use_handler(NULL);
	return raised && arrived[0] == 1 ? NULL : "the interrupt was not delivered after the fault";
}

static bool open_the_fault(struct trap_frame *frame)
{
	volatile uint64_t canaries[CANARIES];

	if (frame->vector != EXCEPTION_PF)
		return false;
	fill(canaries);
	interrupts_on();
	lapic_self_ipi(VECTOR(0));
	if (!wait_for(&arrived[0], 1))
		inside = "no interrupt was delivered in the fault handler";
	interrupts_off();
	if (!intact(canaries))
		inside = "the fault handler's canaries were overwritten";
	return false;
}

/*
 * Enables interrupts inside a fault handler. Does nothing if this value of STACK does not let
 * handlers nest. In that case a handler keeps interrupts off, as interrupt_right_after_a_fault()
 * tests.
 */
static const char *interrupt_inside_a_fault(void)
{
	bool raised;

	if (!kstack_nests())
		return NULL;
	use_handler(plain_handler);
	exception_set_probe(open_the_fault);
	raised = raises(EXCEPTION_PF, read_byte, NOT_MAPPED);
	use_handler(NULL);
	return raised ? NULL : "no #PF was raised";
}

static void faulting_handler(void)
{
	volatile uint64_t canaries[CANARIES];

	fill(canaries);
	if (!raises(EXCEPTION_PF, read_byte, NOT_MAPPED))
		inside = "no #PF was raised in the interrupt handler";
	if (!intact(canaries))
		inside = "the interrupt handler's canaries were overwritten";
	plain_handler();
}

static const char *fault_inside_an_interrupt(void)
{
	use_handler(faulting_handler);
	return interrupt_and_wait(0) ? NULL : "the interrupt was not delivered";
}

/* Sends the interrupt of the next level, which has a higher priority, and waits for its handler. */
static void nesting_handler(void)
{
	static volatile unsigned depth;
	volatile uint64_t canaries[CANARIES];
	unsigned level = depth++;

	fill(canaries);
	if (interrupts_are_on())
		inside = "an interrupt handler began with interrupts on";
	if (depth > innermost)
		innermost = depth;
	if (level + 1 < LEVELS) {
		lapic_self_ipi(VECTOR(level + 1));
		interrupts_on();
		if (!wait_for(&arrived[level + 1], 1))
			inside = "no interrupt was delivered in an interrupt handler";
		interrupts_off();
	}
	if (!intact(canaries))
		inside = "an interrupt handler's canaries were overwritten";
	arrived[level]++;
	depth--;
	lapic_eoi();
}

/*
 * Keeps interrupts off. The second interrupt has a higher priority, but must stay pending until the
 * first handler's IRETQ.
 */
static void waiting_handler(void)
{
	static volatile unsigned running, level;

	if (interrupts_are_on() || running++)
		inside = "the second interrupt interrupted the first one's handler";
	if (level == 0) {
		level = 1;
		lapic_self_ipi(VECTOR(1));
		for (unsigned i = 0; i < 1000; i++)
			__asm__ volatile("pause");
		arrived[0]++;
	} else {
		level = 0;
		arrived[1]++;
	}
	running--;
	lapic_eoi();
}

static const char *second_interrupt(void)
{
	if (!kstack_nests()) {
		use_handler(waiting_handler);
		return interrupt_and_wait(1) && arrived[0] == 1
		               ? NULL
		               : "the second interrupt was not delivered after the first";
	}
	use_handler(nesting_handler);
	if (!interrupt_and_wait(0))
		return "the outermost handler did not finish";
	return innermost == LEVELS ? NULL : "the handlers did not all nest";
}

static bool smap_is_open(void)
{
	uint64_t flags;

	__asm__ volatile("pushfq; pop %0" : "=r"(flags));
	return cpu_features.smap && (flags & RFLAGS_AC);
}

static bool look_at_smap(struct trap_frame *frame)
{
	if (frame->vector == EXCEPTION_PF && smap_is_open())
		inside = "a fault handler began with SMAP open";
	return false;
}

static const char *fault_closes_smap(void)
{
	exception_set_probe(look_at_smap);
	return user_copy_faults();
}

static const struct {
	const char *name;
	const char *(*step)(void);
} steps[] = {
	{ "fault in a user copy", user_copy_faults },
	{ "SMAP in a fault", fault_closes_smap },
	{ "kernel fault", kernel_fault_recovers },
	{ "interrupt", interrupt_comes },
	{ "interrupt after a fault", interrupt_right_after_a_fault },
	{ "interrupt inside a fault", interrupt_inside_a_fault },
	{ "fault inside an interrupt", fault_inside_an_interrupt },
	{ "second interrupt", second_interrupt },
};
#define STEPS (sizeof steps / sizeof *steps)

static char detail[96];

static const char *run_step(size_t i)
{
	const char *problem = guarded(steps[i].step);

	if (!problem)
		return NULL;
	format_string(detail, sizeof detail, "%s: %s", steps[i].name, problem);
	return detail;
}

TEST(handlers_nest_in_a_task)
{
	for (size_t i = 0; i < STEPS; i++) {
		const char *problem = run_step(i);

		if (problem)
			return problem;
	}
	return NULL;
}

static size_t next_step;
static const char *step_problem;

static long step_in_syscall(void)
{
	if (next_step == STEPS || step_problem)
		return 0;
	step_problem = run_step(next_step++);
	return 1;
}

TEST(handlers_nest_in_a_system_call)
{
	static const struct bench_calls calls = { step_in_syscall, no_call, no_call, no_value };
	const char *argv[] = { "nest", "calls" };
	int pid = process_spawn("nest", argv, 2), status;

	if (pid < 0)
		return pid == -ENOENT ? SKIP "its boot module is missing" : "the program cannot be started";
	next_step = 0;
	step_problem = NULL;
	bench_calls = &calls;
	while (process_wait(pid, &status, 0) != pid)
		;
	bench_calls = NULL;
	if (step_problem)
		return step_problem;
	return status == 0 && next_step == STEPS ? NULL : "the program's state was changed";
}
