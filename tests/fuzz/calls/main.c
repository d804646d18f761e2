/* SPDX-License-Identifier: MIT */
/*
 * The system-call fuzzer. In the mode run=fuzz, the kernel starts `fuzz-calls all SEED CALLS` for
 * each round. This program starts WORKERS tasks that make random calls (worker.c), as root and as
 * another user, and one task that only computes (canary.c). It kills workers that hang and starts
 * new ones for those that have ended. A worker that calls execve() becomes `fuzz-calls again SEED`.
 */
#include "sys/shm.h"
#include "tests/fuzz/calls/fuzz.h"

#define WORKERS  3
#define PATIENCE 60 /* age at which a worker is killed, in passes of run_all(), each 1 ms or more */
#define LIMIT    20000
#define USER     1000

static uint64_t to_number(const char *text)
{
	uint64_t number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + (uint64_t)(*text++ - '0');
	return number;
}

static int share_page(uint64_t flags)
{
	const long id = call(SYS_shmget, FUZZ_KEY, PAGE_SIZE, flags | 0666);

	return id >= 0 && call(SYS_shmat, (uint64_t)id, FUZZ_PAGE, 0) == (long)FUZZ_PAGE;
}

static void make_files(void)
{
	static const char script[] = "#!payload-4k -\n";
	long fd;

	call(SYS_mkdir, (uintptr_t) "/tmp/f", 01777, 0);
	call(SYS_chdir, (uintptr_t) "/tmp/f", 0, 0);
	call(SYS_mkdir, (uintptr_t) "d", 01777, 0);
	call(SYS_symlink, (uintptr_t) "d", (uintptr_t) "l", 0);
	call(SYS_symlink, (uintptr_t) "loop", (uintptr_t) "loop", 0);
	fd = call(SYS_open, (uintptr_t) "script", 0101, 0755);
	call(SYS_write, (uint64_t)fd, (uintptr_t)script, sizeof script - 1);
	call(SYS_close, (uint64_t)fd, 0, 0);
	fd = call(SYS_open, (uintptr_t) "hole", 0101, 0644);
	call(SYS_ftruncate, (uint64_t)fd, 0x100000, 0);
	call(SYS_close, (uint64_t)fd, 0, 0);
	call(SYS_mknod, (uintptr_t) "fifo", 0010644, 0);
}

static long start_worker(uint64_t number)
{
	const uint64_t seed = random_number();
	const long pid = fork();

	if (pid)
		return pid;
	random_start(seed);
	call(SYS_setpgid, 0, 0, 0);
	if (number % 2) {
		call(SYS_setresgid, USER, USER, USER);
		call(SYS_setresuid, USER, USER, USER);
	}
	work(200 + below(400), 0);
}

static void start_canary(void)
{
	const long pid = fork();

	if (pid == 0)
		canary();
	SHARED->spared[1] = pid > 0 ? (int)pid : 0;
}

static struct {
	long pid;
	unsigned age;
} workers[WORKERS];

static void reap(void)
{
	long pid;

	while ((pid = call(SYS_wait4, ~0UL, 0, 1 /* WNOHANG */)) > 0) {
		for (unsigned i = 0; i < WORKERS; i++)
			if (workers[i].pid == pid)
				workers[i].pid = 0;
		if (pid == SHARED->spared[1])
			SHARED->spared[1] = 0;
	}
}

static void look_after(unsigned i)
{
	if (!workers[i].pid) {
		const long pid = start_worker(SHARED->started);

		if (pid > 0) {
			SHARED->started++;
			SHARED->forks++;
		}
		workers[i].pid = pid > 0 ? pid : 0;
		workers[i].age = 0;
	} else if (++workers[i].age > PATIENCE) {
		SHARED->killed++;
		call(SYS_kill, (uint64_t)-workers[i].pid, 9, 0);
		call(SYS_kill, (uint64_t)workers[i].pid, 9, 0);
		workers[i].age = 0;
	}
}

static int run_all(uint64_t seed, uint64_t calls)
{
	if (!share_page(IPC_CREAT))
		return 1;
	SHARED->spared[0] = (int)call(SYS_getpid, 0, 0, 0);
	call(SYS_bench_value, 0, FUZZ_PAGE, 0); /* tells the kernel where the page is */
	random_start(seed);
	make_files();
	start_canary();
	for (unsigned i = 0; i < LIMIT && SHARED->calls < calls && !SHARED->fault; i++) {
		for (unsigned slot = 0; slot < WORKERS; slot++)
			look_after(slot);
		if (!SHARED->spared[1])
			start_canary();
		call(SYS_nanosleep, (uintptr_t)(const uint64_t[2]){ 0, 1000000 }, 0, 0);
		reap();
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 3 && equal(argv[1], "all"))
		return run_all(to_number(argv[2]), to_number(argv[3]));
	if (argc < 3 || !share_page(0))
		return 0;
	random_start(to_number(argv[2]));
	work(100, 2);
}
