/* SPDX-License-Identifier: MIT */
/*
 * Sends NMIs in every critical place: with interrupts off, inside handlers, under a CR3 that does
 * not map the task's kernel stack, between SYSCALL and SWAPGS, and in user mode. The handler must
 * always run on the stack of IST_NMI, with the kernel's GS base.
 */
#include "bench/guest/bench.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "mem/tlb.h"
#include "output/record.h"
#include "process/process.h"
#include "stack/kstack.h"
#include "tests/kernel/test.h"
#include "tests/kernel/trap.h"

#define VECTOR_NMI_TEST VECTOR_FREE(0)
#define PATIENCE        1000000U
#define NO_NMI          SKIP "this machine sends no NMI to itself"

/* Defined in kernel/cpu/entry.asm and in nesting.asm. */
extern char syscall_entry[];
bool write_icr_before_swapgs(uint64_t rsp, uint32_t *icr, uint32_t value, volatile uint64_t *count);

static volatile uint64_t seen, seen_in_user, seen_on_user_rsp;
static const char *volatile problem;

/* The exception probe. Returns false, so that the kernel handles the exception as usual. */
static bool watch(struct trap_frame *frame)
{
	uintptr_t at = (uintptr_t)frame;

	if (frame->vector != EXCEPTION_NMI)
		return false;
	seen++;
	seen_in_user += (frame->cs & 3) == 3;
	seen_on_user_rsp += !(frame->cs & 3) && frame->rsp <= USER_TOP;
	if (at < CPU_NMI_TOP(0) - CPU_STACK_SIZE || at >= CPU_NMI_TOP(0))
		problem = "an NMI handler did not run on its own stack";
	if (!isolation_kernel_gs(read_msr(MSR_GS_BASE)) || this_cpu()->self != this_cpu() ||
	    !current_process())
		problem = "an NMI handler ran with the user's GS base";
	return false;
}

static void watch_begin(void)
{
	seen = seen_in_user = seen_on_user_rsp = 0;
	problem = NULL;
	exception_set_probe(watch);
	/*
	 * Address the NMI to this CPU's APIC ID. The shorthand "self" would not work, since it
	 * allows no NMIs (SDM 3A 11.6.1).
	 */
	lapic_write(LAPIC_ICR_HIGH, lapic_read(LAPIC_ID));
}

/* Sends an NMI to this CPU. Returns true if exactly one arrives. */
static bool send_nmi(void)
{
	uint64_t before = seen;

	lapic_write(LAPIC_ICR_LOW, LAPIC_ICR_NMI);
	for (unsigned i = 0; i < PATIENCE && seen == before; i++)
		__asm__ volatile("pause");
	return seen == before + 1;
}

static const char *watch_end(bool came)
{
	exception_set_probe(NULL);
	if (problem)
		return problem;
	return came ? NULL : NO_NMI;
}

static volatile bool came_inside, handler_ran;

static void handler_with_nmi(void)
{
	came_inside = send_nmi();
	handler_ran = true;
	lapic_eoi();
}

TEST(nmi_in_an_interrupt_handler)
{
	watch_begin();
	came_inside = handler_ran = false;
	irq_set_handler(VECTOR_NMI_TEST, handler_with_nmi);
	interrupts_on();
	lapic_self_ipi(VECTOR_NMI_TEST);
	for (unsigned i = 0; i < PATIENCE && !handler_ran; i++)
		__asm__ volatile("pause");
	interrupts_off();
	irq_set_handler(VECTOR_NMI_TEST, NULL);
	if (!handler_ran)
		problem = "the interrupt was not delivered";
	return watch_end(came_inside);
}

static bool nmi_in_fault(struct trap_frame *frame)
{
	if (frame->vector == EXCEPTION_PF)
		came_inside = send_nmi();
	return watch(frame);
}

static void read_byte(uint64_t address)
{
	(void)*(volatile uint8_t *)address;
}

TEST(nmi_in_a_fault_handler)
{
	watch_begin();
	exception_set_probe(nmi_in_fault);
	came_inside = false;
	if (!raises(EXCEPTION_PF, read_byte, 0x1000))
		problem = "no #PF was raised";
	return watch_end(came_inside);
}

static void nmi_under_cr3(void *argument)
{
	const uint64_t old = read_cr3();

	write_cr3(*(uint64_t *)argument);
	came_inside = send_nmi();
	write_cr3(old);
}

/*
 * Sends an NMI while the task's stack is not mapped. The same can occur in context_switch() and
 * during the CR3 switches of the loader `sandwich`.
 */
TEST(nmi_under_a_foreign_cr3)
{
	static uint64_t cr3;
	struct address_space space;

	if (address_space_create(&space))
		return "no memory";
	cr3 = root_pml4(space.root.kernel);
	watch_begin();
	kstack_call_across_cr3(nmi_under_cr3, &cr3);
	address_space_destroy(&space);
	return watch_end(came_inside);
}

TEST(nmi_between_syscall_and_swapgs)
{
	bool came;

	watch_begin();
	came = write_icr_before_swapgs(USER_STACK_TOP - 64, (uint32_t *)(LAPIC_BASE + LAPIC_ICR_LOW),
	                               LAPIC_ICR_NMI, &seen);
	if (came && seen_on_user_rsp != 1)
		problem = "the NMI arrived elsewhere";
	return watch_end(came);
}

/*
 * The program itself sends the NMIs, by writing to the APIC. They arrive in user mode or in the
 * first instructions of a system call.
 */
TEST(nmi_in_user_mode)
{
	const char *argv[] = { "nest", "nmi" };
	uint64_t flag_frame = frame_alloc_zeroed();
	int pid, status = 0;

	if (flag_frame == FRAME_NONE)
		return "no memory";
	pid = process_spawn("nest", argv, 2);
	if (pid > 0 && !bench_map_lapic(process_find(pid), flag_frame)) {
		process_kill(pid, SIGKILL);
		pid = -ENOMEM;
	}
	watch_begin();
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	frame_free(flag_frame);
	if (pid < 0)
		problem =
		        pid == -ENOENT ? SKIP "its boot module is missing" : "the program cannot be started";
	else if (status != 0)
		problem = "the program's state was changed";
	record_fact("nmis-in-user-mode", seen_in_user, "count");
	record_fact("nmis-in-kernel-on-user-rsp", seen_on_user_rsp, "count");
	return watch_end(seen > 0);
}
