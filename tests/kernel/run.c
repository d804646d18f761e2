/* SPDX-License-Identifier: MIT */
#include "cpu/apic.h"
#include "lib/console.h"
#include "lib/record.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "sys/modes.h"
#include "task/task.h"
#include "tests/kernel/test.h"

/* Linker script. */
extern const struct self_test self_tests_start[], self_tests_end[];

static bool run_one(const struct self_test *test)
{
	static char detail[96];
	size_t tasks = task_count(), before, after;
	const char *problem;
	bool skipped;

	loader_trim();
	before = frames_free();
	problem = test->run();
	loader_trim();
	after = frames_free();
	skipped = problem && !strncmp(problem, SKIP, strlen(SKIP));
	if (!problem && after != before) {
		format_string(detail, sizeof detail, "%lu frames were free before, %lu after", before, after);
		problem = detail;
	}
	if (!problem && task_count() != tasks)
		problem = "a task is left over";
	kprintf("%s %s%s%s\n",
	        skipped   ? "skip"
	        : problem ? "FAIL"
	                  : "ok  ",
	        test->name, problem ? ": " : "", problem ? problem : "");
	record_start("test");
	record_text("name", test->name);
	record_number("ok", skipped ? 2 : !problem);
	record_text("detail", problem ? problem : "-");
	record_end();
	return !problem || skipped;
}

/* For the harness, which times the same loop: a million rounds in kernel mode, the best of several. */
static void time_kernel_loop(void)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < 3; i++) {
		uint64_t start = timestamp(), took;
		uint32_t rounds = 1000000;

		__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
		took = timestamp() - start;
		best = took < best ? took : best;
	}
	record_fact("kernel-loop", best, "ticks");
}

bool self_tests_run(void)
{
	bool ok = true;

	time_kernel_loop();
	task_quiet = true;
	for (const struct self_test *test = self_tests_start; test < self_tests_end; test++)
		if (!run_one(test))
			ok = false;
	return ok;
}
