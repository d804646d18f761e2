/* SPDX-License-Identifier: MIT */
/*
 * pitfall.call_irq (bench/claims/07-*): is code protected from interrupts because a system call
 * runs it? An interrupt is raised when a spawn call enters the loader. Is it delivered before the
 * loader first calls another function? The control spawns from the kernel's own task with
 * interrupts off.
 */
#include "bench/guest/experiments/spawn_watch.h"
#include "boot/boot.h"
#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "lib/errno.h"

static volatile uint64_t delivered;
static uint64_t calls, delivered_before, interrupted;

static void count_delivery(void)
{
	delivered++;
	lapic_eoi();
}

static void raise_interrupt(struct trap_frame *frame)
{
	(void)frame;
	calls++;
	delivered_before = delivered;
	lapic_self_ipi(PITFALL_VECTOR);
}

static void look_whether_it_came(struct trap_frame *frame)
{
	(void)frame;
	interrupted += delivered > delivered_before;
}

static const struct spawn_watch watch = { .entered = raise_interrupt, .mapping = look_whether_it_came };

/*
 * Sets *in_time to the number of interrupts that came before the loader's first call of another
 * function. Returns true if every load was watched and every interrupt was delivered, however late.
 */
static bool came_in_time(bool (*watch_spawns)(const struct spawn_watch *), uint64_t *in_time)
{
	bool ok;

	calls = interrupted = delivered = 0;
	ok = watch_spawns(&watch);
	*in_time = interrupted;
	return ok && calls == WATCHED_SPAWNS && delivered == WATCHED_SPAWNS;
}

static void call_irq(struct bench *b)
{
	uint64_t control = 0;

	irq_set_handler(PITFALL_VECTOR, count_delivery);
	if (came_in_time(watch_spawns_of_program, &b->violations) &&
	    came_in_time(watch_spawns_of_kernel, &control))
		b->tries = WATCHED_SPAWNS;
	irq_set_handler(PITFALL_VECTOR, NULL);
	pitfall_report(b);
	bench_metric(b, "control_violations", control, "count");
}

static int need_programs(struct bench *b)
{
	(void)b;
	return boot_module_find("nest") && boot_module_find("payload-4k") ? 0 : -ENOENT;
}

BENCH(pitfall_call_irq, "interrupts while a system call is in the loader", .name = "pitfall.call_irq",
      .own_boot = true, .experiment = true, .few = 1, .setup = need_programs, .body = call_irq,
      .check = pitfall_ran);
