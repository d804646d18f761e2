/* SPDX-License-Identifier: MIT */
/* One program does not take the machine from the others; bench/programs/limits.c has the checks. */
#include "tests/kernel/kinds.h"
#include "tests/kernel/test.h"

TEST(a_user_has_so_many_tasks)
{
	return RUN_KINDS("limits", "tasks");
}
