/* SPDX-License-Identifier: MIT */
/* Signals as programs see them, and hostile calls; bench/programs/signals.c and calls.c have the checks. */
#include "cpu/fpu.h"
#include "lib/console.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "task/task.h"
#include "tests/kernel/test.h"

static int run(const char *program, const char *kind)
{
	const char *argv[] = { program, kind };
	int status, pid = task_spawn(program, argv, 2);

	if (pid < 0)
		return pid;
	while (task_wait(pid, &status, 0) != pid)
		;
	while (task_count() > 1) /* children that it left behind */
		task_yield();
	return status;
}

static const char *run_all(const char *program, const char *const *kinds, size_t count)
{
	static char problem[80];

	for (size_t i = 0; i < count; i++) {
		size_t before;
		int status;

		loader_trim();
		before = frames_free();
		status = run(program, kinds[i]);
		loader_trim();
		if (status != 0 || frames_free() != before) {
			format_string(problem, sizeof problem, "%s: status %x, check %d, %ld frames lost",
			              kinds[i], (unsigned)status & 0xff, status >> 8,
			              (long)(before - frames_free()));
			return problem;
		}
	}
	return NULL;
}

TEST(signals_arrive)
{
	static const char *const kinds[] = { "registers", "interrupts", "faults",   "ends",
		                             "masks",     "restarts",   "children", "pipes",
		                             "killed",    "times",      "stacks" };

	return run_all("signals", kinds, sizeof kinds / sizeof *kinds);
}

TEST(signal_frames_are_not_trusted)
{
	static const char *const kinds[] = { "fpu", "hostile" };

	return fpu_present() ? run_all("signals", kinds, 2) : SKIP "this CPU has no SSE";
}

TEST(calls_with_bad_arguments_are_refused)
{
	static const char *const kinds[] = { "all" };

	return run_all("calls", kinds, 1);
}

TEST(random_calls_are_survived)
{
	static const char *const kinds[] = { "random" };

	return run_all("calls", kinds, 1);
}

/* No memory for a child, a table of handlers, a page of a handler's stack: an error or the task's end, and nothing lost. */
TEST(shortage_with_signals_loses_nothing)
{
	static const char *const kinds[] = { "children", "masks", "pipes", "stacks" };
	const char *problem = NULL;

	for (size_t left = 12; left < 64 && !problem; left++) {
		size_t before;

		loader_trim();
		before = frames_free();
		frames_set_reserve(before - left);
		run("signals", kinds[left % 4]);
		frames_set_reserve(0);
		loader_trim();
		if (frames_free() != before)
			problem = "frames are lost";
	}
	return problem;
}
