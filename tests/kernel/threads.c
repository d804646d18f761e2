/* SPDX-License-Identifier: MIT */
/*
 * Tests threads. The programs `threads`, `threads_end` and
 * `threads_stress` do the checks.
 */
#include "isolation/isolation.h"
#include "lib/errno.h"
#include "process/process.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"

/* Runs the program for each kind, unless this kernel cannot have several threads in one space. */
#define RUN_THREADS(program, ...) \
	(cannot_run() ? SKIP "no second root with PCIDs" : RUN_KINDS(program, __VA_ARGS__))

static bool cannot_run(void)
{
	const struct root *space = &current_process()->space.root;
	struct root root;
	const int error = isolation_thread_root_create(&root, space, kstack_has_own_tables());

	if (!error)
		isolation_thread_root_destroy(&root, space);
	return error == -ENOSYS;
}

TEST(threads_run_in_one_space)
{
	return RUN_THREADS("threads", "flags", "ids", "forked", "files", "limits");
}

TEST(threads_wait_for_words_of_memory)
{
	return RUN_THREADS("threads", "futexes", "wakes", "robust");
}

TEST(threads_get_signals)
{
	return RUN_THREADS("threads_end", "signals", "groups");
}

TEST(threads_end_alone_and_together)
{
	return RUN_THREADS("threads_end", "ends", "execs");
}

TEST(threads_change_memory_at_random)
{
	return RUN_THREADS("threads_stress", "1", "2", "3");
}

/* If there is no memory for a thread or its stack, the program is killed or a check fails. */
static void start_threads(size_t left)
{
	static const char *const kinds[] = { "limits", "ids", "ends", "execs" };

	run_kind(left % 4 < 2 ? "threads" : "threads_end", kinds[left % 4]);
}

TEST(shortage_with_threads_loses_nothing)
{
	return run_in_shortage(12, 64, 1, start_threads);
}
