/* SPDX-License-Identifier: MIT */
#include "tests/kernel/kinds.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"
#include "tests/kernel/lost.h"

int run_kind(const char *program, const char *kind)
{
	const char *argv[] = { program, kind };
	int status, pid = process_spawn(program, argv, 2);

	if (pid < 0)
		return pid;
	while (process_wait(pid, &status, 0) != pid)
		;
	while (process_count() > 1) /* orphans of the program still run */
		task_yield();
	return status;
}

const char *run_kinds(const char *program, const char *const *kinds, size_t count)
{
	static char problem[240];
	struct memory before;

	memory_note(&before);
	for (size_t i = 0; i < count; i++) {
		const int status = run_kind(program, kinds[i]);
		const char *lost = memory_lost(&before);

		if (status || lost) {
			format_string(problem, sizeof problem, "%s %s: status %x, check %d, %s", program,
			              kinds[i], (unsigned)status & 0xff, status >> 8,
			              lost ? lost : "nothing lost");
			return problem;
		}
	}
	return NULL;
}

long no_call(void)
{
	return -ENOSYS;
}

long no_value(uint64_t index, uint64_t value)
{
	(void)index, (void)value;
	return -ENOSYS;
}
