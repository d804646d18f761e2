/* SPDX-License-Identifier: MIT */
/* Tests regions, page faults and fork(). The programs `memory` and `state` do the checks. */
#include "lib/string.h"
#include "mem/frames.h"
#include "output/console.h"
#include "process/process.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"

TEST(programs_use_their_memory)
{
	return RUN_KINDS("memory", "maps", "protects", "forks", "registers", "breaks", "grows", "refuses",
	                 "many");
}

TEST(programs_keep_their_registers)
{
	static const char *const kinds[] = { "fpu", "fs-base", "selectors" };
	static char problem[80];

	if (!fpu_present())
		return SKIP "this CPU has no SSE";
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		int status = run_kind("state", kinds[i]);

		if (status) {
			format_string(problem, sizeof problem, "%s: status %x", kinds[i], (unsigned)status);
			return problem;
		}
	}
	return NULL;
}

TEST(who_finds_no_memory_is_killed)
{
	const size_t before = frames_free();
	int status;

	frames_set_reserve(before > 300 ? before - 300 : 0);
	status = run_kind("memory", "takes-all");
	frames_set_reserve(0);
	return status == SIGKILL ? NULL : "SIGKILL was expected";
}

/*
 * Runs a program with `left` free frames. If there is no memory for a fork, a page or a page table,
 * the call fails or the task is killed. Only leaks are checked, not the program's exit status.
 */
static void use_memory(size_t left)
{
	run_kind("memory", left % 2 ? "forks" : "maps");
}

TEST(shortage_in_programs_loses_nothing)
{
	return run_in_shortage(12, 80, 1, use_memory);
}
