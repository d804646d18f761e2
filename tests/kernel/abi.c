/* SPDX-License-Identifier: MIT */
/*
 * Tests the parts of the Linux ABI that programs rely on: arguments and their limits, ELF segments,
 * system calls. The programs in tests/programs do the checks; the tests here run them.
 */
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"

TEST(many_and_long_arguments_arrive)
{
	return RUN_KINDS("arguments", "many", "scripts");
}

TEST(arguments_have_the_limits_of_linux)
{
	return RUN_KINDS("arguments", "limits", "refuses");
}

static void pass_large_arguments(size_t left)
{
	(void)left;
	run_kind("arguments", "limits");
}

TEST(shortage_with_large_arguments_loses_nothing)
{
	const char *problem = run_in_shortage(8, 80, 1, pass_large_arguments);

	return problem ? problem : run_in_shortage(80, 1200, 37, pass_large_arguments);
}

/*
 * Starts a child that calls execve(program). Returns the program's exit status, or the error number
 * if execve() fails.
 */
static int run_by_execve(const char *program)
{
	const char *argv[] = { "arguments", "exec", program };
	int status, pid = process_spawn("arguments", argv, 3);

	if (pid < 0)
		return pid;
	while (process_wait(pid, &status, 0) != pid)
		;
	return status >> 8;
}

TEST(many_segments_are_loaded)
{
	static const struct {
		const char *program;
		int status; /* expected exit status, or expected (negative) error of the start */
	} files[] = {
		{ "segments-apart", 7 },
		{ "segments-together", 7 },
		{ "segments-too-many", -E2BIG },
		{ "segments-interp", -ENOEXEC },
	};
	static char problem[80];

	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		const int wanted = files[i].status, status = run_kind(files[i].program, "-"),
		          other = run_by_execve(files[i].program);

		if (status != (wanted < 0 ? wanted : wanted << 8) ||
		    other != (wanted < 0 ? -wanted : wanted)) {
			format_string(problem, sizeof problem, "%s: status %x, by execve %d",
			              files[i].program, (unsigned)status, other);
			return problem;
		}
	}
	return NULL;
}

static void run_many_segments(size_t left)
{
	(void)left;
	run_kind("segments-apart", "-");
	run_by_execve("segments-apart");
}

TEST(shortage_with_many_segments_loses_nothing)
{
	return run_in_shortage(8, 220, 1, run_many_segments);
}

TEST(tasks_are_stopped_and_go_on)
{
	return RUN_KINDS("jobs", "stops", "orphans", "signals", "sleepers");
}

TEST(the_first_program_leads_a_group)
{
	return RUN_KINDS("jobs", "leads");
}

TEST(children_and_signals_are_waited_for)
{
	return RUN_KINDS("waits", "children", "awaits", "permissions");
}

TEST(the_terminal_has_a_foreground)
{
	return RUN_KINDS("jobs", "foreground");
}

TEST(every_file_takes_the_requests_of_all)
{
	return RUN_KINDS("ioctls", "every-file", "unread");
}

TEST(devices_are_read_and_written)
{
	return RUN_KINDS("ioctls", "devices");
}

TEST(the_terminal_keeps_its_size)
{
	return RUN_KINDS("ioctls", "window");
}

TEST(what_is_offered_in_name_has_its_errors)
{
	return RUN_KINDS("offers", "priorities", "scheduling", "memory-locks", "files");
}

TEST(files_are_locked)
{
	return RUN_KINDS("locks", "ranges", "refused", "owners", "whole-files", "waits");
}

TEST(files_have_several_names)
{
	return RUN_KINDS("files", "names", "names-refused");
}

TEST(what_is_cut_off_a_mapped_file_is_gone)
{
	return RUN_KINDS("files", "cuts");
}

TEST(names_and_links_are_as_in_linux)
{
	return RUN_KINDS("paths", "names", "links", "directories", "lengths");
}

TEST(tasks_wait_for_pipes_and_words)
{
	return RUN_KINDS("paths", "pipes", "polls", "words");
}
