/* SPDX-License-Identifier: MIT */
#include "tests/kernel/kinds.h"

#include "lib/console.h"
#include "lib/string.h"
#include "loader/loader.h"
#include "mem/frames.h"
#include "task/task.h"

int run_kind(const char *program, const char *kind)
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

const char *run_kinds(const char *program, const char *const *kinds, size_t count)
{
	static char problem[80];

	for (size_t i = 0; i < count; i++) {
		size_t before;
		int status;

		loader_trim();
		before = frames_free();
		status = run_kind(program, kinds[i]);
		loader_trim();
		if (status != 0 || frames_free() != before) {
			format_string(problem, sizeof problem, "%s %s: status %x, check %d, %ld frames lost",
			              program, kinds[i], (unsigned)status & 0xff, status >> 8,
			              (long)(before - frames_free()));
			return problem;
		}
	}
	return NULL;
}
