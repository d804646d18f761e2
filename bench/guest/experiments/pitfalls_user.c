/* SPDX-License-Identifier: MIT */
/* pitfall.user_stack_irq: kernel addresses that an interrupt leaves on a stack in user memory. */
#include "bench/guest/experiments/pitfalls.h"
#include "boot/boot.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "process/process.h"

static volatile unsigned interrupts;

static void count_interrupt(void)
{
	interrupts++;
	lapic_eoi();
}

static bool one_interrupt(void)
{
	unsigned before = interrupts;

	interrupts_on();
	lapic_self_ipi(PITFALL_VECTOR);
	for (unsigned i = 0; i < PITFALL_PATIENCE && interrupts == before; i++)
		__asm__ volatile("pause");
	interrupts_off();
	return interrupts == before + 1;
}

/*
 * Returns the number of words of the page at USER_PAGE that are addresses of the kernel half, and
 * clears the page. Accesses it with the user's rights. Returns ~0 if an access fails.
 */
static uint64_t kernel_words(void)
{
	uint64_t found = 0, word, zero = 0;

	for (uintptr_t at = USER_PAGE; at < USER_PAGE + PAGE_SIZE; at += sizeof word) {
		if (copy_from_user(&word, at, sizeof word) || copy_to_user(at, &zero, sizeof zero))
			return ~0UL;
		found += word >= DIRECT_MAP_BASE &&
		         word < ~0UL - PAGE_SIZE; /* small negative numbers are not addresses */
	}
	return found;
}

/*
 * In long mode an interrupt in user mode never uses the user's stack. So this takes an interrupt in
 * kernel mode, on an IST slot that points to the top of the user page. SMAP (SDM 3A 4.6.1) would
 * stop the pushes, so it is off meanwhile, as on the processors that the design note is about.
 * Returns true if the interrupt came.
 */
static bool interrupt_on_user_stack(void)
{
	const uint64_t cr4 = read_cr4(), spare = this_cpu()->tss.ist[IST_SPARE - 1];
	unsigned before;
	bool came;

	this_cpu()->tss.ist[IST_SPARE - 1] = USER_PAGE + PAGE_SIZE;
	before = gate_set_ist(PITFALL_VECTOR, IST_SPARE);
	write_cr4(cr4 & ~CR4_SMAP);
	came = one_interrupt();
	write_cr4(cr4);
	gate_set_ist(PITFALL_VECTOR, before);
	this_cpu()->tss.ist[IST_SPARE - 1] = spare;
	return came;
}

/*
 * Runs a program that takes an interrupt in user mode and then reads its own stack. Returns the
 * number of kernel addresses that it found, or ~0 if the program failed.
 */
static uint64_t words_that_a_program_sees(void)
{
	const char *argv[] = { "nest", "irq" };
	uint64_t flag_frame = frame_alloc_zeroed();
	int pid, status = -1;

	if (flag_frame == FRAME_NONE)
		return ~0UL;
	pid = process_spawn("nest", argv, 2);
	if (pid > 0 && !bench_map_lapic(process_find(pid), flag_frame))
		process_kill(pid, SIGKILL);
	bench_irq_flag = phys_to_virt(flag_frame);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	bench_irq_flag_reset();
	frame_free(flag_frame);
	return status >= 0 && !(status & 0x7f) ? (uint64_t)status >> 8 : ~0UL;
}

static void user_stack_irq(struct bench *b)
{
	uint64_t own = current_process()->space.pml4, control = 0;
	uint32_t tables;
	uint64_t frame = pitfall_map(own, USER_PAGE, PTE_USER, &tables);

	irq_set_handler(PITFALL_VECTOR, count_interrupt);
	while (frame != FRAME_NONE && b->tries < 16) {
		uint64_t regular, on_user_stack;

		if (!one_interrupt())
			break;
		regular = kernel_words();
		if (!interrupt_on_user_stack())
			break;
		on_user_stack = kernel_words();
		if (regular == ~0UL || on_user_stack == ~0UL)
			break;
		control += regular;
		b->violations += on_user_stack;
		b->tries++;
	}
	irq_set_handler(PITFALL_VECTOR, NULL);
	pitfall_unmap(own, USER_PAGE, &tables, frame);
	pitfall_report(b);
	bench_metric(b, "control_violations", control + words_that_a_program_sees(), "count");
}

static int need_program(struct bench *b)
{
	(void)b;
	return boot_module_find("nest") ? 0 : -ENOENT;
}

BENCH(pitfall_user_stack_irq, "kernel addresses that an interrupt leaves on a user stack",
      .name = "pitfall.user_stack_irq", .own_boot = true, .experiment = true, .few = 1, .setup = need_program,
      .body = user_stack_irq, .check = pitfall_ran);
