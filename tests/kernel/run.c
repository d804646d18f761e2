/* SPDX-License-Identifier: MIT */
#include "boot/boot.h"
#include "boot/modes.h"
#include "cpu/apic.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/record.h"
#include "process/process.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"

/* Defined by the linker script. */
extern const struct self_test self_tests_start[], self_tests_end[];

static unsigned passed, skipped, failed;

static struct memory before; /* free memory before the current test */

void self_test_keeps(void)
{
	memory_note(&before);
}

static void run_one(const struct self_test *test)
{
	size_t tasks = process_count();
	const char *problem;
	bool is_skipped;

	memory_note(&before);
	problem = test->run();
	is_skipped = problem && !strncmp(problem, SKIP, strlen(SKIP));
	if (!problem)
		problem = memory_lost(&before);
	if (!problem && process_count() != tasks)
		problem = "a task is left over";
	kprintf("%s %s%s%s\n",
	        is_skipped ? "skip"
	        : problem  ? "FAIL"
	                   : "ok  ",
	        test->name, problem ? ": " : "", problem ? problem : "");
	record_start("test");
	record_text("name", test->name);
	record_number("ok", is_skipped ? 2 : !problem);
	record_text("detail", problem ? problem : "-");
	record_end();
	skipped += is_skipped;
	failed += problem && !is_skipped;
	passed += !problem;
}

/*
 * Times a loop of a million rounds three times. Records the shortest time, in TSC ticks, as the
 * fact kernel-loop. The harness times the same loop on the host.
 */
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
	char glob[64];

	if (!boot_option("test", glob, sizeof glob))
		string_copy(glob, "*", sizeof glob);
	time_kernel_loop();
	process_quiet = true;
	for (const struct self_test *test = self_tests_start; test < self_tests_end; test++)
		if (string_matches(test->name, glob))
			run_one(test);
	if (!passed && !failed && !skipped) {
		kprintf("no self-test matches %s\n", glob);
		return false;
	}
	kprintf("self-tests: %u passed, %u failed, %u skipped\n", passed, failed, skipped);
	return failed == 0;
}
