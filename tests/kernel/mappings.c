/* SPDX-License-Identifier: MIT */
/*
 * Tests mapped files, shared memory, mremap() and madvise(). The programs `mappings` and `shm` do
 * the checks.
 */
#include "fs/node.h"
#include "lib/string.h"
#include "output/console.h"
#include "process/process.h"
#include "tests/kernel/kinds.h"
#include "tests/kernel/lost.h"
#include "tests/kernel/test.h"

static const char *const kinds[] = { "private-files", "shared-files", "shared-memory",
	                             "remaps",        "advises",      "refuses" };
#define KINDS (sizeof kinds / sizeof *kinds)

TEST(programs_map_files_and_share_memory)
{
	return run_kinds("mappings", kinds, KINDS);
}

TEST(programs_find_memory_by_keys)
{
	static const char *const shm[] = { "segments", "permissions", "refuses", "identity" };

	return run_kinds("shm", shm, sizeof shm / sizeof *shm);
}

/* Removes the file that a killed program has left. */
static void remove_left_over(void)
{
	int error;
	struct node *node = node_find(NULL, "/tmp/mapped", true, &error);

	if (node)
		node_remove(node);
}

static void map(size_t left)
{
	run_kind("mappings", kinds[left % KINDS]);
	remove_left_over();
}

TEST(shortage_in_mappings_loses_nothing)
{
	return run_in_shortage(10, 60, 1, map);
}
