/* SPDX-License-Identifier: MIT */
/*
 * Tests signals, and system calls with bad arguments. tests/programs/signals.c, signal_frames.c and
 * calls.c do the checks.
 */
#include "cpu/fpu.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"

TEST(signals_arrive)
{
	static const char *const kinds[] = { "registers", "interrupts", "faults", "ends",   "masks",
		                             "restarts",  "children",   "pipes",  "killed", "times" };
	static const char *const of_frames[] = { "stacks", "stack-flags" };
	const char *problem = run_kinds("signals", kinds, sizeof kinds / sizeof *kinds);

	return problem ? problem : run_kinds("signal_frames", of_frames, 2);
}

TEST(signal_frames_are_not_trusted)
{
	static const char *const kinds[] = { "fpu", "hostile" };

	return fpu_present() ? run_kinds("signal_frames", kinds, 2) : SKIP "this CPU has no SSE";
}

TEST(calls_with_bad_arguments_are_refused)
{
	static const char *const kinds[] = { "all" };

	return run_kinds("calls", kinds, 1);
}

TEST(random_calls_are_survived)
{
	static const char *const kinds[] = { "random" };

	return run_kinds("calls", kinds, 1);
}

/*
 * Runs a program with `left` free frames. If there is no memory for a child, a table of handlers or
 * a page of a handler's stack, the call fails or the task is killed; only leaks are checked.
 */
static void use_signals(size_t left)
{
	static const char *const kinds[] = { "children", "masks", "pipes", "stacks" };

	run_kind(left % 4 == 3 ? "signal_frames" : "signals", kinds[left % 4]);
}

TEST(shortage_with_signals_loses_nothing)
{
	return run_in_shortage(12, 64, 1, use_signals);
}
