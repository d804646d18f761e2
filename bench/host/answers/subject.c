/* SPDX-License-Identifier: MIT */
#include "bench/host/answers/subject.h"

#include <string.h>

#define KIB 1024LL
#define MIB (1024 * KIB)

const struct subject subjects[] = {
	{ "exec.load", 4 * KIB, NULL, "load 4 KiB" },
	{ "exec.load", 16 * MIB, NULL, "load 16 MiB" },
	{ "exec.spawn", 4 * KIB, NULL, "spawn 4 KiB" },
	{ "exec.spawn", 16 * MIB, NULL, "spawn 16 MiB" },
	{ "exec.roundtrip", 4 * KIB, NULL, "spawn, exit, wait 4 KiB" },
	{ "fork.roundtrip", 0, NULL, "fork, exit, wait" },
	{ "irq.entry.user", 0, NULL, "IRQ entry, user" },
	{ "irq.entry.kernel", 0, NULL, "IRQ entry, kernel" },
	{ "irq.roundtrip.user", 0, NULL, "IRQ round trip, user" },
	{ "irq.latency.loading", 16 * MIB, "latency", "IRQ latency, loading 16 MiB" },
	{ "irq.off.max", 16 * MIB, "off", "interrupts off, 16 MiB" },
	{ "irq.off.max", 16 * MIB, "timer_gap", "gap between timer interrupts, 16 MiB" },
	{ "switch.pingpong", 0, NULL, "16 switches, no pages" },
	{ "switch.pingpong", 256, NULL, "16 switches, 256 pages" },
	{ "syscall.null", 0, NULL, "null system call" },
	{ "fault.page", 0, NULL, "page fault" },
	{ "memory.per_task", 0, "bytes", "memory per task" },
};

const size_t subjects_count = sizeof subjects / sizeof subjects[0];

const struct view views[] = {
	{ "bochs", "", "bochs", "instructions", "instructions_low", "instructions_high", "instructions",
	  "work", "work_low", "work_high", "instructions and REP rounds",
	  "Counts of retired instructions on Bochs; a REP instruction counts once. Exact, and not time. Work "
	  "adds the rounds of REP instructions, so that it grows with what they copy; a row has both numbers "
	  "if they differ." },
	{ "bochs-cycles", "-cycles", "bochs", "cycles_nominal", "cycles_low", "cycles_high",
	  "modelled cycles", "cycles_nominal", "cycles_low", "cycles_high", "modelled cycles",
	  "Cycles of the cycle model on Bochs, with its nominal parameters. Its low and high parameters give "
	  "the ends of each interval." },
	{ "kvm", "-kvm", "kvm", "tsc", "tsc_low", "tsc_high", "TSC ticks", "tsc", "tsc_low", "tsc_high",
	  "TSC ticks", "Ticks of the time stamp counter on KVM: time." },
};

const size_t views_count = sizeof views / sizeof views[0];

bool subject_is_of(const struct subject *subject, const struct view *view)
{
	return !subject->metric || !strcmp(view->name, view->engine);
}

bool subject_is_sized(const struct subject *subject)
{
	return !subject->metric && subject->parameter > 0;
}

const char *subject_metric(const struct subject *subject, const struct view *view)
{
	if (subject->metric)
		return subject->metric;
	return subject_is_sized(subject) ? view->sized : view->metric;
}

const char *subject_unit(const struct subject *subject, const struct view *view)
{
	if (subject->metric)
		return NULL;
	return subject_is_sized(subject) ? view->sized_unit : view->unit;
}
