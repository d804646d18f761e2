/* SPDX-License-Identifier: MIT */
/*
 * Unmodified Linux programs, from the archive that bench/linux/programs/archive.sh makes. The unit
 * of a parameter names the program.
 */
#include "bench/guest/bench.h"
#include "fs/node.h"
#include "lib/errno.h"
#include "output/console.h"

/*
 * In the order of kinds[] in bench/programs/real.c. A parameter is a position in this list, counted
 * from 1. Append new programs at the end, so that the positions of the others stay the same.
 */
static const char *const units[] = {
	"program/busybox",    "program/bash-static", "program/sash",
	"program/hello-musl", "program/hello-glibc", "program/hello-pie",
};
static const char *const packages[] = {
	"busybox-static", "bash-static", "sash", "musl-tools", "libc6-dev", "libc6-dev",
};
static const uint64_t numbers[] = { 1, 2, 3, 4, 5, 6, BENCH_LIST_END };

#define UNIT_PREFIX (sizeof "program/" - 1)

static int find_program(struct bench *b)
{
	static char why[120];
	const size_t place = b->parameter - 1;
	const char *name = units[place] + UNIT_PREFIX;
	int error;

	if (b->row->counted && bench_plan.stable)
		return bench_skip(b, "it is counted, and this engine counts nothing");
	format_string(b->module, sizeof b->module, "/bin/%s", name);
	if (node_find(NULL, b->module, true, &error))
		return 0;
	format_string(why, sizeof why, "no static %s in the archive (apt-get install cpio %s)", name,
	              packages[place]);
	return bench_skip(b, why);
}

BENCH(exec_real, "execve of an unmodified program of Linux: system call to its first user instruction",
      .name = "exec.real", .units = units, .parameters = numbers, .setup = find_program, .program = "real",
      .linux_programs = true, .argument = "exec", .counted = true);

/* Counts the instructions of user mode and kernel together. */
BENCH(exec_roundtrip_real, "spawn an unmodified program of Linux, let it run and exit, wait for it",
      .name = "exec.roundtrip.real", .units = units, .parameters = numbers, .setup = find_program,
      .check = bench_stamped, .program = "real", .linux_programs = true, .argument = "spawn");

BENCH(fork_exec_real, "fork, execve of a program of Linux in the child, its run and exit, wait",
      .name = "fork.exec.real", .units = units, .parameters = numbers, .setup = find_program,
      .check = bench_stamped, .program = "real", .linux_programs = true, .argument = "fork");
