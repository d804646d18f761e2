/* SPDX-License-Identifier: MIT */
/*
 * real KIND PATH: the user half of the benchmarks that run Linux programs. These programs do not
 * execute markers, so END_IN_USER closes the regions that end in such a program. bench/guest/user.c
 * describes the protocol.
 */
#include "bench/programs/user.h"
#include "bench/protocol/steps.h"

#define OUTPUT      "/tmp/real.out"
#define O_RDWR      2
#define O_CREAT     0100
#define SEEK_END    2
#define STATUS(n)   ((n) << 8)
#define WORDS_MAX   4
#define TELLS_BYTES 20 /* a program that prints must print at least this many bytes */

/* A program: how to start it, its wait status after it has done its work, and whether it prints. */
static const struct kind {
	const char *path, *argv[WORDS_MAX];
	int status;
	int prints;
} kinds[] = {
	{ "/bin/busybox", { "busybox", "true" }, STATUS(0), 0 },
	{ "/bin/bash-static", { "bash-static", "-c", "exit 3" }, STATUS(3), 0 },
	{ "/bin/sash", { "sash", "-c", "exit 3" }, STATUS(3), 0 },
	{ "/bin/hello-musl", { "hello-musl" }, STATUS(7), 1 },
	{ "/bin/hello-glibc", { "hello-glibc" }, STATUS(7), 1 },
	{ "/bin/hello-pie", { "hello-pie" }, STATUS(7), 1 },
};

static const struct kind *kind;

/* Redirects the programs' output to a file. Returns 1 if that worked. empty_output() empties the
 * file before each run. */
static int open_output(void)
{
	long file = call(SYS_open, (uintptr_t)OUTPUT, O_RDWR | O_CREAT, 0600);

	return file >= 0 && call(SYS_dup2, (uint64_t)file, 1, 0) == 1 &&
	       call(SYS_dup2, (uint64_t)file, 2, 0) == 2;
}

static int empty_output(void)
{
	return call(SYS_ftruncate, 1, 0, 0) == 0 && call(SYS_lseek, 1, 0, 0) == 0;
}

static long start(int number)
{
	return call(number, (uintptr_t)kind->path, (uintptr_t)kind->argv, 0);
}

/* Waits for the child. Returns 1 if its wait status shows that it did its work. */
static int ended_well(long pid)
{
	int status = 0;

	return pid > 0 && call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0) == pid &&
	       status == kind->status;
}

static int printed(void)
{
	long bytes = call(SYS_lseek, 1, 0, SEEK_END);

	return kind->prints ? bytes >= TELLS_BYTES : bytes == 0;
}

/* Runs in the child. The region begins with the first kernel instruction of execve() and ends
 * before the program's first user instruction. */
static void marked_execve(void)
{
	const uint64_t begin = MARK_BEGIN_KERNEL;

	__asm__ volatile("prefetchnta (%[arm]); prefetchnta (%[begin]); syscall"
	                 :
	                 : "a"((long)SYS_execve), "D"(kind->path), "S"(kind->argv),
	                   "d"(0UL), [arm] "r"(MARK_END_IN_USER), [begin] "r"(begin)
	                 : "rcx", "r11", "memory");
	call(SYS_exit, 1, 0, 0); /* execve() returned, so it failed */
}

static int exec_all(void)
{
	const uint64_t begin = MARK_BEGIN_KERNEL, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		long pid;

		if (what != STEP_SAMPLE) {
			__asm__ volatile("prefetchnta (%0); prefetchnta (%1)"
			                 :
			                 : "r"(begin), "r"(end)
			                 : "memory");
			continue;
		}
		if (!empty_output())
			return 1;
		pid = call(SYS_fork, 0, 0, 0);
		if (pid == 0)
			marked_execve();
		if (!ended_well(pid) || !printed())
			return 1;
	}
	return 0;
}

/* Times the start of a program, its run, and wait4(). If `forks`, starts it by fork() and by
 * execve() in the child, otherwise by spawn(). */
static int run_all(int forks)
{
	const uint64_t begin = MARK_BEGIN, end = MARK_END;
	long what;

	while ((what = call(SYS_bench_next, 0, 0, 0)) > 0) {
		int well = 1;
		uint64_t t0;

		if (!empty_output())
			return 1;
		t0 = stamp();
		__asm__ volatile("prefetchnta (%0)" : : "r"(begin) : "memory");
		if (what == STEP_SAMPLE) {
			long pid = forks ? call(SYS_fork, 0, 0, 0) : start(SYS_spawn);

			if (pid == 0) {
				start(SYS_execve);
				call(SYS_exit, 1, 0, 0);
			}
			well = ended_well(pid);
		}
		__asm__ volatile("prefetchnta (%0)" : : "r"(end) : "memory");
		call(SYS_bench_value, 0, t0, 0);
		call(SYS_bench_value, 1, stamp(), 0);
		if (!well || (what == STEP_SAMPLE && !printed()))
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (equal(argv[2], kinds[i].path))
			kind = &kinds[i];
	if (!kind || !open_output())
		return 2;
	if (equal(argv[1], "exec"))
		return exec_all();
	if (equal(argv[1], "spawn"))
		return run_all(0);
	if (equal(argv[1], "fork"))
		return run_all(1);
	return 2;
}
