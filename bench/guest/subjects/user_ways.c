/* SPDX-License-Identifier: MIT */
/*
 * copy.user, once for each value of `copies=`. The value says in which way the kernel reaches user
 * memory that its tables do not map. Each row sets its own way, whatever the command line says.
 *
 * These rows run only if the user names them. If they ran by default, every build whose tables map
 * user memory would report them as skipped.
 */
#include "bench/guest/subjects/copies.h"
#include "isolation/isolation.h"

static enum isolation_copies chosen_at_boot;

static int prepare_way(struct bench *b, enum isolation_copies way)
{
	int error;

	chosen_at_boot = isolation_way;
	if (!isolation_set_copies(way))
		return bench_skip(b, "the kernel's tables map user memory");
	error = copy_prepare(b);
	if (error)
		isolation_set_copies(chosen_at_boot);
	return error;
}

static int prepare_walk(struct bench *b)
{
	return prepare_way(b, COPIES_WALK);
}

static int prepare_page(struct bench *b)
{
	return prepare_way(b, COPIES_PAGE);
}

static int prepare_entry(struct bench *b)
{
	return prepare_way(b, COPIES_ENTRY);
}

static void end_way(struct bench *b)
{
	isolation_set_copies(chosen_at_boot);
	copy_unmap(b);
}

BENCH(copy_user_walk, "copy.user by walks of the user tables and the direct map", .name = "copy.user.walk",
      .unit = "bytes", .parameters = copy_sizes, .setup = prepare_walk, .prepare = copy_mark,
      .body = copy_out, .check = copy_check, .verify = copy_verify, .teardown = end_way, .own_boot = true);

BENCH(copy_user_page, "copy.user by temporary mappings of one page", .name = "copy.user.page",
      .unit = "bytes", .parameters = copy_sizes, .setup = prepare_page, .prepare = copy_mark,
      .body = copy_out, .check = copy_check, .verify = copy_verify, .teardown = end_way, .own_boot = true);

BENCH(copy_user_entry, "copy.user by a borrowed entry of the user PML4", .name = "copy.user.entry",
      .unit = "bytes", .parameters = copy_sizes, .setup = prepare_entry, .prepare = copy_mark,
      .body = copy_out, .check = copy_check, .verify = copy_verify, .teardown = end_way, .own_boot = true);
