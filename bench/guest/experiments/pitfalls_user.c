/* SPDX-License-Identifier: MIT */
/*
 * pitfall.user_stack_irq (bench/claims/08-*): what an interrupt leaves on a stack that the program
 * can read. The program `nest` runs on a page of its own, interrupts itself in user mode, and then
 * searches the page. In long mode the CPU never handles an interrupt from user mode on the user's
 * stack. So for some of the interrupts the gate's IST slot points to the program's page.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "bench/programs/nest.h"
#include "boot/boot.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"
#include "mem/frames.h"
#include "process/process.h"

static struct nest_page *page; /* the program's page, in the direct map */
static unsigned kind;          /* kind of the next interrupt: NEST_* */
static uint64_t on_user_stack, smap_faults;
static unsigned regular_ist;
static uint64_t shipped_cr4;

/*
 * Makes the next interrupt one of this kind. NEST_USER needs SMAP off, so this function turns SMAP
 * off for NEST_USER. A handler that runs on a kernel stack turns SMAP on again.
 */
static void arm(unsigned next)
{
	const bool there = next == NEST_USER || next == NEST_USER_SMAP;

	kind = next;
	gate_set_ist(PITFALL_VECTOR, there ? IST_SPARE : regular_ist);
	if (next == NEST_USER)
		write_cr4(shipped_cr4 & ~CR4_SMAP);
}

/* Called after each interrupt, whether its handler ran or the CPU could not push its frame. */
static void finish_interrupt(void)
{
	lapic_eoi();
	page->came = 1;
	arm((kind + 1) % NEST_KINDS);
}

static void handle(void)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	if (here - NEST_PAGE < PAGE_SIZE)
		on_user_stack++;
	else
		write_cr4(shipped_cr4);
	finish_interrupt();
}

/* With SMAP the hardware cannot push the interrupt's frame on a user page (SDM 3A 4.6.1). */
static bool push_failed(struct trap_frame *frame)
{
	if (frame->vector != EXCEPTION_PF || !(frame->cs & 3) || kind != NEST_USER_SMAP ||
	    read_cr2() - NEST_PAGE >= PAGE_SIZE)
		return false;
	smap_faults++;
	finish_interrupt(); /* the interrupt is in service, although its handler did not run */
	return true;
}

static bool run_program(uint64_t frame)
{
	const char *argv[] = { "nest", "stack" };
	int pid = process_spawn("nest", argv, 2), status = -1;

	if (pid > 0 && !bench_map_lapic(process_find(pid), frame))
		process_kill(pid, SIGKILL);
	while (pid > 0 && process_wait(pid, &status, 0) != pid)
		;
	return status == 0;
}

static void user_stack_irq(struct bench *b)
{
	const uint64_t spare = this_cpu()->tss.ist[IST_SPARE - 1], frame = frame_alloc_zeroed();
	bool ok;

	if (frame == FRAME_NONE)
		return;
	page = phys_to_virt(frame);
	on_user_stack = smap_faults = 0;
	shipped_cr4 = read_cr4();
	this_cpu()->tss.ist[IST_SPARE - 1] = NEST_PAGE + PAGE_SIZE;
	irq_set_handler(PITFALL_VECTOR, handle);
	exception_set_probe(push_failed);
	arm(NEST_KERNEL);
	ok = run_program(frame);
	exception_set_probe(NULL);
	irq_set_handler(PITFALL_VECTOR, NULL);
	gate_set_ist(PITFALL_VECTOR, regular_ist);
	this_cpu()->tss.ist[IST_SPARE - 1] = spare;
	write_cr4(shipped_cr4);
	b->tries = ok && on_user_stack + smap_faults == 2UL * NEST_ROUNDS ? NEST_ROUNDS : 0;
	b->violations = page->words[NEST_USER];
	pitfall_report(b);
	bench_metric(b, "control_violations", page->words[NEST_KERNEL], "count");
	if (shipped_cr4 & CR4_SMAP) {
		bench_metric(b, "smap_faults", smap_faults, "count");
		bench_metric(b, "smap_words", page->words[NEST_USER_SMAP], "count");
	}
	frame_free(frame);
}

/* Skips builds whose entry code leaves the stack that the gate chose. */
static int need_program(struct bench *b)
{
	if (!boot_module_find("nest"))
		return -ENOENT;
	if (bench_need_one_table(b))
		return -ENOSYS;
	if (this_cpu()->tss.rsp[0] == CPU_ENTRY_TOP(this_cpu()->id))
		return bench_skip(b, "the entry code of this STACK leaves the stack that the gate chose");
	regular_ist = kstack_gate_ist(PITFALL_VECTOR);
	return 0;
}

BENCH(pitfall_user_stack_irq, "kernel addresses that an interrupt leaves on a user stack",
      .name = "pitfall.user_stack_irq", .own_boot = true, .experiment = true, .few = 1, .setup = need_program,
      .body = user_stack_irq, .check = pitfall_ran);
