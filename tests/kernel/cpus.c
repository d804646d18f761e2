/* SPDX-License-Identifier: MIT */
/*
 * Tests several CPUs. Each must have a state and stacks of its own, wake when asked, answer calls,
 * and take interrupts, NMIs and exceptions. CPUs that cannot be started, come late or never come
 * must do no harm. These tests need a boot with maxcpus= of more than 1, on a machine with several
 * CPUs (tests/cpus.sh).
 */
#include "cpu/cpus.h"
#include "boot/start_cpus.h"
#include "cpu/apic.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mem/paging.h"
#include "stack/kstack.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"

/* With fixed stacks, other CPUs do not map this CPU's stack, so the data that they use is static. */

#define ONE_CPU     SKIP "only one CPU runs"
#define VECTOR_TEST VECTOR_FREE(0)
#define CALLS       20 /* number of requests to each CPU */
#define PATIENCE    20 /* s; much more than a CPU needs, even on a busy host */

static uint32_t ids[LAPIC_IDS]; /* IDs of the local APICs of the CPUs that run */
static uint32_t id_count;

static void note_ids(void)
{
	id_count = 0;
	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		ids[id_count++] = cpu->apic_id;
}

static void stop_all(void)
{
	while (cpus_others)
		cpu_stop(cpus_others);
}

/* Starts the CPUs whose IDs note_ids() has noted. Returns false if one of them is missing. */
static bool start_all(void)
{
	struct cpus_started result;

	cpus_start(ids, id_count, &result);
	return result.started == id_count;
}

/* Returns true if *value becomes `wanted` within PATIENCE. */
static bool becomes(const volatile uint32_t *value, uint32_t wanted)
{
	const uint64_t start = timestamp(), ticks = PATIENCE * tsc_hertz();

	while (*value != wanted && timestamp() - start < ticks)
		__asm__ volatile("pause");
	return *value == wanted;
}

static bool is_done(const struct other_cpu *cpu)
{
	const uint64_t start = timestamp(), ticks = PATIENCE * tsc_hertz();

	while (!cpu_call_is_done(cpu) && timestamp() - start < ticks)
		__asm__ volatile("pause");
	return cpu_call_is_done(cpu);
}

static bool within(uintptr_t address, uintptr_t top, size_t size)
{
	return address >= top - size && address < top;
}

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/* What a CPU sees of itself. */
struct view {
	uint64_t cr0, cr3, cr4, efer, star, lstar, fmask, gs, kernel_gs, rsp;
	struct table_pointer gdt, idt;
	uint32_t apic_id;
	uint16_t tr;
	const struct cpu *cpu;
};

static void look(void *argument)
{
	struct view *view = argument;

	view->cr0 = read_cr0() | CR0_TS;
	view->cr3 = read_cr3();
	view->cr4 = read_cr4();
	view->efer = read_msr(MSR_EFER);
	view->star = read_msr(MSR_STAR);
	view->lstar = read_msr(MSR_LSTAR);
	view->fmask = read_msr(MSR_FMASK);
	view->gs = read_msr(MSR_GS_BASE);
	view->kernel_gs = read_msr(MSR_KERNEL_GS);
	view->rsp = (uintptr_t)__builtin_frame_address(0);
	view->apic_id = lapic_id();
	view->cpu = this_cpu();
	__asm__ volatile("sgdt %0; sidt %1; str %w2" : "=m"(view->gdt), "=m"(view->idt), "=r"(view->tr));
}

static const char *compare_views(const struct other_cpu *cpu, const struct view *boot,
                                 const struct view *view)
{
	if (view->cr0 != boot->cr0 || view->cr4 != boot->cr4)
		return "CR0 or CR4 differs from the boot CPU's";
	if (view->efer != boot->efer || view->star != boot->star || view->lstar != boot->lstar ||
	    view->fmask != boot->fmask || view->kernel_gs)
		return "an MSR differs from the boot CPU's";
	if (memcmp(&view->idt, &boot->idt, sizeof view->idt) != 0)
		return "its IDT is another one";
	if ((view->cr3 & PTE_FRAME) != kernel_pml4)
		return "it does not run under kernel_pml4";
	if (view->cpu != &cpu->cpu || view->gs != (uintptr_t)&cpu->cpu || cpu->cpu.self != &cpu->cpu)
		return "its GS base leads to another CPU's state";
	if (view->gdt.base != (uintptr_t)cpu->cpu.gdt || view->tr != SELECTOR_TSS)
		return "its GDT or TSS is another one's";
	if (view->apic_id != cpu->apic_id)
		return "it has the wrong APIC ID";
	return within(view->rsp, CPU_IDLE_TOP(cpu->cpu.id), IDLE_SIZE) ? NULL : "it is not on its idle stack";
}

TEST(cpus_have_a_state_of_their_own)
{
	static struct view boot, view;
	uint32_t previous = 0;

	look(&boot);
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next) {
		const char *problem;

		memset(&view, 0, sizeof view);
		cpu_call(cpu, look, &view);
		if (!is_done(cpu))
			return "a CPU does not answer";
		problem = compare_views(cpu, &boot, &view);
		if (problem)
			return problem;
		if (cpu->cpu.id <= previous)
			return "two CPUs have the same number, or the list is not in order";
		previous = cpu->cpu.id;
	}
	return cpus_others ? NULL : ONE_CPU;
}

TEST(cpus_have_guard_pages)
{
	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next) {
		const uint32_t id = cpu->cpu.id;
		const uintptr_t tops[] = {
			CPU_SCRATCH_TOP(id), CPU_ENTRY_TOP(id), CPU_DF_TOP(id), CPU_NMI_TOP(id),
			CPU_MC_TOP(id),      CPU_DB_TOP(id),    CPU_GP_TOP(id), CPU_IDLE_TOP(id),
		};

		if (paging_translate(kernel_pml4, CPU_AREA(id), NULL) != PAGING_INVALID)
			return "the page below the first stack is mapped";
		for (size_t i = 0; i < sizeof tops / sizeof *tops; i++)
			if (paging_translate(kernel_pml4, tops[i] - 1, NULL) == PAGING_INVALID ||
			    paging_translate(kernel_pml4, tops[i], NULL) != PAGING_INVALID)
				return "a stack is not mapped, or a page next to it is";
	}
	return cpus_others ? NULL : ONE_CPU;
}

static void count_call(void *argument)
{
	uint32_t *count = argument;

	++*count;
}

TEST(cpus_answer_every_call)
{
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next) {
		static uint32_t count;

		count = 0;
		for (uint32_t i = 1; i <= CALLS; i++) {
			cpu_call(cpu, count_call, &count);
			if (!is_done(cpu))
				return "a CPU does not answer";
			if (count != i)
				return "a call was made twice, or not at all";
			cpu_wake(cpu); /* a CPU without a request must do nothing */
		}
	}
	return cpus_others ? NULL : ONE_CPU;
}

static volatile uint32_t arrived;

static void meet(void *argument)
{
	__atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
	becomes(&arrived, *(const uint32_t *)argument);
}

TEST(cpus_run_at_the_same_time)
{
	static uint32_t wanted;

	wanted = cpu_count;
	arrived = 0;
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		cpu_call(cpu, meet, &wanted);
	meet(&wanted);
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		if (!is_done(cpu))
			return "a CPU does not come back";
	if (arrived != wanted)
		return "not all CPUs were there at the same time";
	return cpus_others ? NULL : ONE_CPU;
}

static volatile uint32_t seen;       /* number of interrupts or NMIs that have arrived */
static const char *volatile problem; /* what a handler of them found wrong, or NULL */

static void note_problem(const char *text)
{
	problem = text;
}

/* The handler of VECTOR_TEST. Without a task, a CPU takes interrupts on a stack of its own. */
static void take_interrupt(void)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	const uint32_t id = this_cpu()->id;

	if (!within(here, CPU_IDLE_TOP(id), IDLE_SIZE) && !within(here, CPU_ENTRY_TOP(id), CPU_STACK_SIZE))
		note_problem("an interrupt handler ran on another CPU's stack");
	lapic_eoi();
	__atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST);
}

static bool take_nmi(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_NMI)
		return false;
	if (!within((uintptr_t)frame, CPU_NMI_TOP(this_cpu()->id), CPU_STACK_SIZE))
		note_problem("an NMI handler ran on another CPU's stack");
	__atomic_fetch_add(&seen, 1, __ATOMIC_SEQ_CST);
	return true;
}

static volatile uint32_t busy, may_end;

/* Is busy until may_end is set, with interrupts off if `argument` is not NULL. */
static void be_busy(void *argument)
{
	if (argument)
		interrupts_off();
	busy = true;
	becomes(&may_end, true);
	interrupts_on();
}

/*
 * Sends `command` to a CPU that halts, then to one that is busy, with interrupts off if `blocked` is
 * true. Both times it must arrive once.
 */
static const char *send_to(struct other_cpu *cpu, uint32_t command, bool blocked)
{
	for (uint32_t round = 0; round < 2; round++) {
		seen = busy = may_end = false;
		if (round)
			cpu_call(cpu, be_busy, blocked ? cpu : NULL);
		if (round && !becomes(&busy, true))
			return "a CPU does not answer";
		lapic_send(cpu->apic_id, command);
		if (!becomes(&seen, 1))
			return "an IPI did not arrive";
		may_end = true;
		if (!is_done(cpu))
			return "a CPU does not come back after an IPI";
		if (seen != 1 || problem)
			return problem ? problem : "an IPI arrived twice";
	}
	return NULL;
}

TEST(cpus_take_interrupts)
{
	const char *result = cpus_others ? NULL : ONE_CPU;

	problem = NULL;
	irq_set_handler(VECTOR_TEST, take_interrupt);
	for (struct other_cpu *cpu = cpus_others; cpu && !result; cpu = cpu->next)
		result = send_to(cpu, VECTOR_TEST, false);
	irq_set_handler(VECTOR_TEST, NULL);
	return result;
}

TEST(cpus_take_nmis)
{
	const char *result = cpus_others ? NULL : ONE_CPU;

	problem = NULL;
	exception_set_probe(take_nmi);
	for (struct other_cpu *cpu = cpus_others; cpu && !result; cpu = cpu->next)
		result = send_to(cpu, LAPIC_ICR_NMI, true);
	exception_set_probe(NULL);
	return result;
}

static void undefined(uint64_t argument)
{
	(void)argument;
	__asm__ volatile("ud2");
}

static void fault(void *argument)
{
	const uint32_t id = this_cpu()->id;
	const uint64_t vector = kstack_gate_ist(EXCEPTION_PF) == IST_NONE ? EXCEPTION_DF : EXCEPTION_PF;
	bool *ok = argument;

	interrupts_off();
	*ok = raises(EXCEPTION_UD, undefined, 0) && raises(vector, push_below, CPU_AREA(id) + 64);
	interrupts_on();
}

TEST(cpus_take_exceptions)
{
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next) {
		static bool ok;

		ok = false;
		cpu_call(cpu, fault, &ok);
		if (!is_done(cpu) || !ok)
			return "an exception did not arrive";
	}
	return cpus_others ? NULL : ONE_CPU;
}

TEST(cpus_stop_and_start_again)
{
	if (!cpus_others)
		return ONE_CPU;
	note_ids();
	for (unsigned round = 0; round < 3; round++) {
		stop_all();
		if (cpu_count != 1)
			return "the number of CPUs is not 1";
		if (!start_all() || cpu_count != id_count + 1)
			return "a CPU did not start again";
	}
	return test_cpus_answer_every_call();
}

/* Returns an ID that no running CPU has, or LAPIC_IDS if there is none. */
static uint32_t unused_id(void)
{
	for (uint32_t id = LAPIC_IDS; id-- > 0;) {
		const struct other_cpu *cpu = cpus_others;

		while (cpu && cpu->apic_id != id)
			cpu = cpu->next;
		if (!cpu && id != lapic_id())
			return id;
	}
	return LAPIC_IDS;
}

TEST(cpus_that_never_come_are_done_without)
{
	const uint32_t nobody = unused_id();
	struct cpus_started result;
	uint32_t both[2];

	if (!cpus_others)
		return ONE_CPU;
	if (nobody == LAPIC_IDS)
		return SKIP "every ID belongs to a CPU";
	note_ids();
	stop_all();
	both[0] = nobody;
	both[1] = ids[0];
	cpus_start(both, 2, &result);
	if (result.started != 1 || result.absent != 1 || result.hung || result.no_memory)
		return "one of the two should have started";
	stop_all();
	return start_all() ? test_cpus_answer_every_call() : "a CPU did not start again";
}

/*
 * A CPU that takes a stack but is not ready in time keeps its memory, and halts once it gets further.
 * It can be started again, with other memory.
 */
TEST(cpus_that_hang_are_done_without)
{
	struct cpus_started result;

	if (!cpus_others)
		return ONE_CPU;
	note_ids();
	id_count = 1;
	cpu_stop(cpus_others);
	cpus_hang = true;
	cpus_start(ids, 1, &result);
	cpus_hang = false;
	if (result.hung != 1 || result.started || result.absent)
		return "a CPU that hangs was not noticed";
	if (!start_all())
		return "a CPU that hung cannot be started again";
	self_test_keeps(); /* the memory of the CPU that hung */
	return test_cpus_answer_every_call();
}

static const char *shortage_problem;

/* Frames that a CPU takes for state and stacks. The page tables exist, as the CPU has run before. */
#define CPU_FRAMES (1 + (SCRATCH_SIZE + IDLE_SIZE + 6 * CPU_STACK_SIZE) / PAGE_SIZE)

/* Starts CPUs when there are `left` free frames. */
static void start_with(size_t left)
{
	const uint32_t room = (uint32_t)(left / CPU_FRAMES), wanted = id_count < room ? id_count : room;
	struct cpus_started result;

	cpus_start(ids, id_count, &result);
	if (result.started != wanted || result.no_memory != id_count - wanted)
		shortage_problem = "the memory is enough for another number of CPUs";
	stop_all();
}

TEST(cpus_start_as_far_as_memory_reaches)
{
	const char *lost;

	if (!cpus_others)
		return ONE_CPU;
	note_ids();
	stop_all();
	shortage_problem = NULL;
	lost = run_in_shortage(0, 2 * CPU_FRAMES + 1, 1, start_with);
	if (!start_all())
		return "a CPU did not start again";
	return shortage_problem ? shortage_problem : lost;
}

/* CPUs that come late halt on one stack, outside of the kernel. NMIs and interrupts do no harm. */
TEST(cpus_that_come_late_are_parked)
{
	const uint32_t late = cpu_count > 2 ? 2 : 1;

	if (!cpus_others)
		return ONE_CPU;
	note_ids();
	stop_all();
	for (uint32_t i = 0; i < late; i++)
		if (!cpu_start_late(ids[i]))
			return "a CPU did not come, or was given a stack";
	for (uint32_t round = 0; round < CALLS; round++)
		for (uint32_t i = 0; i < late; i++) {
			lapic_send(ids[i], LAPIC_ICR_NMI);
			lapic_send(ids[i], VECTOR_WAKE);
		}
	if (!start_all())
		return "a CPU that was parked cannot be started";
	return test_cpus_answer_every_call();
}
