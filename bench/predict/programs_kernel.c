/* SPDX-License-Identifier: MIT */
/* Operations of the kernel that runs the program; each body repeats an operation often enough to be
 * timed. */
#include "bench/predict/predict.h"

#define SYS_memfd_create 319
#define MADV_DONTNEED    4
#define FUTEX_WAKE       1
#define SIGUSR1          10
#define SA_RESTORER      0x04000000
#define O_RDONLY         0

#define PAGES            64
static volatile char *area, *shared;
static int pipes[4], file, token;
static long child;

static void touch(volatile char *memory, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		memory[i * 4096] = (char)i;
}

static void prepare_area(void)
{
	area = take(PAGES * 4096);
	touch(area, PAGES);
}

/* ids: getppid() */
static uint64_t ids(void)
{
	for (int i = 0; i < 200; i++)
		expect(call(SYS_getppid, 0, 0, 0));
	return 200;
}

/* fault: first writes to anonymous pages */
static uint64_t fault(void)
{
	expect(call(SYS_madvise, (uintptr_t)area, PAGES * 4096, MADV_DONTNEED));
	touch(area, PAGES);
	return PAGES;
}

/* map: mmap() of eight pages, a write to each, munmap() */
static uint64_t map(void)
{
	for (int i = 0; i < 4; i++) {
		const long memory = call6(SYS_mmap, 0, 8 * 4096, PROT_READ | PROT_WRITE,
		                          MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

		expect(memory);
		touch((volatile char *)memory, 8);
		expect(call(SYS_munmap, (uint64_t)memory, 8 * 4096, 0));
	}
	return 4;
}

/* protect: mprotect() of one page, a write to it */
static uint64_t protect(void)
{
	for (int i = 0; i < 20; i++) {
		expect(call(SYS_mprotect, (uintptr_t)area, 4096, PROT_READ));
		expect(call(SYS_mprotect, (uintptr_t)area, 4096, PROT_READ | PROT_WRITE));
		area[0] = (char)i;
	}
	return 20;
}

/* protect.many: mprotect() of 64 pages, a write to each */
static uint64_t protect_many(void)
{
	for (int i = 0; i < 2; i++) {
		expect(call(SYS_mprotect, (uintptr_t)area, PAGES * 4096, PROT_READ));
		expect(call(SYS_mprotect, (uintptr_t)area, PAGES * 4096, PROT_READ | PROT_WRITE));
		touch(area, PAGES);
	}
	return 2;
}

static void wait_for(long pid)
{
	int status = 1;

	expect(pid);
	expect(call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0));
	expect(-(status != 0));
}

/* fork: fork(), exit(), wait4() */
static uint64_t fork_exit(void)
{
	const long pid = call(SYS_fork, 0, 0, 0);

	if (pid == 0)
		call(SYS_exit, 0, 0, 0);
	wait_for(pid);
	return 1;
}

/* fork.write: a child that writes to 32 of its parent's pages */
static uint64_t fork_write(void)
{
	const long pid = call(SYS_fork, 0, 0, 0);

	if (pid == 0) {
		touch(area, 32);
		call(SYS_exit, 0, 0, 0);
	}
	wait_for(pid);
	return 32;
}

/* exec: fork(), execve() of `predict list` with its output closed, wait4() */
static uint64_t exec(void)
{
	static const char *const argv[] = { "predict", "list", NULL };
	const long pid = call(SYS_fork, 0, 0, 0);

	if (pid == 0) {
		call(SYS_close, 1, 0, 0);
		call(SYS_execve, (uintptr_t) "/proc/self/exe", (uintptr_t)argv, 0);
		call(SYS_execve, (uintptr_t) "/predict.elf", (uintptr_t)argv, 0);
		call(SYS_exit, 1, 0, 0);
	}
	wait_for(pid);
	return 1;
}

static void prepare_pipe(void)
{
	expect(call(SYS_pipe, (uintptr_t)pipes, 0, 0));
	expect(call(SYS_pipe, (uintptr_t)(pipes + 2), 0, 0));
}

static void send(int to)
{
	expect(call(SYS_write, (uint64_t)to, (uintptr_t)&token, 4));
}

static void receive(int from)
{
	if (call(SYS_read, (uint64_t)from, (uintptr_t)&token, 4) != 4)
		call(SYS_exit, 0, 0, 0); /* the other process has closed the pipe */
}

/* pipe: a write and a read in one process */
static uint64_t pipe_self(void)
{
	for (int i = 0; i < 40; i++) {
		send(pipes[1]);
		receive(pipes[0]);
	}
	return 40;
}

/* pingpong: round trips to another process; in each, both processes touch 16 pages */
static void prepare_pingpong(void)
{
	prepare_area();
	prepare_pipe();
	child = call(SYS_fork, 0, 0, 0);
	expect(child);
	if (child > 0)
		return;
	call(SYS_close, (uint64_t)pipes[1], 0, 0);
	for (;;) {
		receive(pipes[0]);
		touch(area, 16);
		send(pipes[3]);
	}
}

static uint64_t pingpong(void)
{
	for (int i = 0; i < 10; i++) {
		touch(area, 16);
		send(pipes[1]);
		receive(pipes[2]);
	}
	return 10;
}

static void prepare_file(void)
{
	prepare_area();
	file = (int)call(SYS_memfd_create, (uintptr_t) "x", 0, 0);
	expect(file);
	for (int i = 0; i < 4; i++)
		expect(call(SYS_write, (uint64_t)file, (uintptr_t)area, PAGES * 4096));
	shared = (volatile char *)call6(SYS_mmap, 0, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
	                                (uint64_t)file, 0);
	expect((long)shared);
}

/* read: 32 KiB of a file in memory */
static uint64_t read_file(void)
{
	for (uint64_t i = 0; i < 4; i++)
		expect(call6(SYS_pread64, (uint64_t)file, (uintptr_t)area, 32768, i * 65536, 0, 0));
	return 4;
}

/* fault.file: first writes to pages of a shared file */
static uint64_t fault_file(void)
{
	expect(call(SYS_madvise, (uintptr_t)shared, PAGES * 4096, MADV_DONTNEED));
	touch(shared, PAGES);
	return PAGES;
}

/* stat: stat() of the root */
static uint64_t stat_root(void)
{
	static char result[256];

	for (int i = 0; i < 40; i++)
		expect(call(SYS_stat, (uintptr_t) "/", (uintptr_t)result, 0));
	return 40;
}

/* open: open() of the root, close() */
static uint64_t open_close(void)
{
	for (int i = 0; i < 20; i++) {
		const long opened = call(SYS_open, (uintptr_t) "/", O_RDONLY, 0);

		expect(opened);
		expect(call(SYS_close, (uint64_t)opened, 0, 0));
	}
	return 20;
}

/* signal: kill() of this process, the handler, the return from the handler */
static volatile int signals;

static void handler(int number)
{
	signals += number == SIGUSR1;
}

__attribute__((naked)) static void restorer(void)
{
	__asm__("mov $15, %eax; syscall");
}

static void prepare_signal(void)
{
	const struct {
		void (*handler)(int);
		uint64_t flags;
		void (*restorer)(void);
		uint64_t mask;
	} action = { handler, SA_RESTORER, restorer, 0 };

	expect(call6(SYS_rt_sigaction, SIGUSR1, (uintptr_t)&action, 0, 8, 0, 0));
}

static uint64_t signal_self(void)
{
	const long self = call(SYS_getpid, 0, 0, 0);

	signals = 0;
	for (int i = 0; i < 20; i++)
		expect(call(SYS_kill, (uint64_t)self, SIGUSR1, 0));
	return (uint64_t)signals;
}

/* futex: a wake-up that nobody waits for */
static uint64_t futex(void)
{
	for (int i = 0; i < 100; i++)
		expect(call(SYS_futex, (uintptr_t)&token, FUTEX_WAKE, 1));
	return 100;
}

const struct program programs_kernel[] = {
	{ "ids", NULL, ids },
	{ "fault", prepare_area, fault },
	{ "map", NULL, map },
	{ "protect", prepare_area, protect },
	{ "protect.many", prepare_area, protect_many },
	{ "fork", NULL, fork_exit },
	{ "fork.write", prepare_area, fork_write },
	{ "exec", NULL, exec },
	{ "pipe", prepare_pipe, pipe_self },
	{ "pingpong", prepare_pingpong, pingpong },
	{ "read", prepare_file, read_file },
	{ "fault.file", prepare_file, fault_file },
	{ "stat", NULL, stat_root },
	{ "open", NULL, open_close },
	{ "signal", prepare_signal, signal_self },
	{ "futex", NULL, futex },
	{ NULL, NULL, NULL },
};
