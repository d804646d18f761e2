/* SPDX-License-Identifier: MIT */
/*
 * usage: limits KIND
 * Tests the limits on what a program can take from the others: tasks, CPU time, memory. The exit
 * status is 0, or the line of the failed check modulo 256.
 */
#include "tests/programs/jobs.h"

#include "fs/file.h"
#include "sys/shm.h"

#define USER         1000
#define RLIMIT_NPROC 6

static uint64_t task_limit(void)
{
	uint64_t limit[2] = { 0, 0 };

	call(SYS_getrlimit, RLIMIT_NPROC, (uintptr_t)limit, 0);
	return limit[0] == limit[1] ? limit[0] : 0;
}

/*
 * Starts up to `most` children that exit at once, and waits for none of them. Returns their number;
 * sets *error to the result of the last fork().
 */
static uint64_t make_zombies(uint64_t most, long *error)
{
	uint64_t count = 0;

	for (; count < most; count++) {
		*error = fork();
		if (*error == 0)
			leave(0);
		if (*error < 0)
			break;
	}
	return count;
}

/*
 * Becomes another user and makes zombies, with a timer armed, until fork() fails. Returns 0 if
 * fork() fails exactly at the limit of tasks per user, or the line of the failed check.
 */
static int fills_his_share(void)
{
	const uint64_t limit = task_limit(), timer[4] = { 1000, 0, 1000, 0 };
	long error = 0;
	int status;

	CHECK(limit >= 64);
	CHECK(call(SYS_setuid, USER, 0, 0) == 0);
	CHECK(call(SYS_setitimer, 0, (uintptr_t)timer, 0) == 0);
	CHECK(make_zombies(limit + 1, &error) == limit - 1); /* this task counts too */
	CHECK(error == -EAGAIN);
	CHECK(call(SYS_spawn, (uintptr_t) "hello", 0, 0) == -EAGAIN);
	CHECK(call(SYS_wait4, ~0UL, (uintptr_t)&status, 0) > 0);
	CHECK(make_zombies(2, &error) == 1 && error == -EAGAIN);
	return 0;
}

static int another_user(void)
{
	long error;

	CHECK(call(SYS_setuid, USER + 1, 0, 0) == 0);
	CHECK(make_zombies(3, &error) == 3);
	return 0;
}

/*
 * Runs fills_his_share() in a child. The child writes the result to the pipe `told` and lives until
 * the pipe `stay` is closed. Meanwhile other users must be able to start tasks.
 */
static int tasks(void)
{
	int told[2], stay[2], status = -1;
	long pid, other;
	char byte;

	CHECK(call(SYS_pipe, (uintptr_t)told, 0, 0) == 0 && call(SYS_pipe, (uintptr_t)stay, 0, 0) == 0);
	pid = fork();
	if (pid == 0) {
		status = fills_his_share();
		call(SYS_close, (uint64_t)stay[1], 0, 0);
		call(SYS_write, (uint64_t)told[1], (uintptr_t)&status, sizeof status);
		call(SYS_read, (uint64_t)stay[0], (uintptr_t)&byte, 1);
		leave(0);
	}
	CHECK(pid > 0);
	CHECK(call(SYS_read, (uint64_t)told[0], (uintptr_t)&status, sizeof status) == sizeof status);
	if (status)
		return status;
	/* USER has reached the limit, but root and other users have not. */
	CHECK(make_zombies(3, &(long){ 0 }) == 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK(call(SYS_wait4, ~0UL, (uintptr_t)&status, 0) > 0 && status == 0);
	other = fork();
	if (other == 0)
		leave(another_user());
	CHECK(status_of(other) == 0);
	CHECK(call(SYS_close, (uint64_t)stay[0], 0, 0) == 0 && call(SYS_close, (uint64_t)stay[1], 0, 0) == 0);
	CHECK(status_of(pid) == 0);
	return 0;
}

/*
 * Sets a handler for SIGALRM, and starts a timer that sends this signal every millisecond. So timer
 * ticks occur, and signals interrupt long system calls. Returns 0, or the line of the failed check.
 */
static int start_alarms(void)
{
	const uint64_t timer[4] = { 0, 1000, 0, 1000 };

	on(SIGALRM, note, 0);
	CHECK(call(SYS_setitimer, 0, (uintptr_t)timer, 0) == 0);
	return 0;
}

/*
 * window() maps the same PIECE bytes of shared memory repeatedly, over WINDOW bytes of addresses,
 * so that large transfers need little memory. It returns the address, or 0 on failure.
 */
#define PIECE  (2 * MIB)
#define WINDOW (64 * MIB)

static uint64_t window(void)
{
	const uint64_t start = 0x100000000000;
	const long id = call(SYS_shmget, IPC_PRIVATE, PIECE, 0600);

	for (uint64_t at = 0; id >= 0 && at < WINDOW; at += PIECE)
		if (call(SYS_shmat, (uint64_t)id, start + at, 0) < 0)
			return 0;
	return id >= 0 && call(SYS_shmctl, (uint64_t)id, IPC_RMID, 0) == 0 ? start : 0;
}

#define VECTORS      64
#define TRANSFER_MAX 0x7ffff000 /* bytes, as Linux's MAX_RW_COUNT */
struct vector {
	uint64_t address, size;
};

/* Makes every vector refer to the whole window. Together the vectors exceed TRANSFER_MAX. */
static void fill(struct vector vectors[VECTORS], uint64_t address)
{
	for (unsigned i = 0; i < VECTORS; i++)
		vectors[i] = (struct vector){ address, WINDOW };
}

/*
 * Returns 1 if `done`, the result of a call for `whole` bytes, shows that a signal interrupted the
 * call: it is less than `whole`, and a multiple of 64.
 */
static int is_a_part(long done, long whole)
{
	return done > 0 && done < whole && done % 64 == 0;
}

static int zeros(void)
{
	static struct vector vectors[VECTORS];
	const uint64_t address = window();
	const long fd = call(SYS_open, (uintptr_t) "/dev/zero", 0, 0);

	CHECK(address && fd >= 0 && start_alarms() == 0);
	fill(vectors, address);
	CHECK(is_a_part(call(SYS_readv, (uint64_t)fd, (uintptr_t)vectors, VECTORS), TRANSFER_MAX));
	CHECK(seen[SIGALRM]);
	vectors[0].size = 64 * KIB;
	CHECK(is_a_part(call(SYS_readv, (uint64_t)fd, (uintptr_t)vectors, VECTORS), TRANSFER_MAX));
	CHECK(is_a_part(call(SYS_read, (uint64_t)fd, address, WINDOW), WINDOW));
	return 0;
}

static int randoms(void)
{
	const uint64_t address = window();

	CHECK(address && start_alarms() == 0);
	CHECK(is_a_part(call(SYS_getrandom, address, WINDOW, 0), WINDOW));
	return 0;
}

/* A signal must interrupt a long write to the terminal. Carriage returns are invisible there. */
static int terminal(void)
{
	const uint64_t address = window();

	CHECK(address && start_alarms() == 0);
	for (uint64_t i = 0; i < PIECE; i++)
		((char *)address)[i] = '\r';
	CHECK(is_a_part(call(SYS_write, 1, address, WINDOW), WINDOW));
	return 0;
}

/*
 * Starts a child that calls the function, which does not return. Sleeps three times for 10 ms while
 * the child runs, and kills it. Returns 0, or the line of the failed check.
 */
static int is_killed(void (*endless)(void))
{
	const uint64_t time[2] = { 0, 10000000 };
	const long pid = fork();
	int status;

	if (pid == 0) {
		yield(); /* the parent must sleep first: its deadline starts the timer */
		endless();
		leave(1);
	}
	CHECK(pid > 0);
	for (unsigned i = 0; i < 3; i++)
		CHECK(call(SYS_nanosleep, (uintptr_t)time, 0, 0) == 0);
	CHECK(call(SYS_kill, (uint64_t)pid, SIGKILL, 0) == 0);
	CHECK(call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, 0) == pid && status == SIGKILL);
	return 0;
}

static struct vector file_vectors[VECTORS];
static uint64_t file_fd;

static void reads_for_ever(void)
{
	for (;;) {
		call(SYS_lseek, file_fd, 0, 0);
		if (call(SYS_readv, file_fd, (uintptr_t)file_vectors, VECTORS) != 1L << 30)
			leave(2); /* a read from a file must not be interrupted */
	}
}

static void writes_for_ever(void)
{
	for (;;) {
		call(SYS_lseek, file_fd, 0, 0);
		if (call(SYS_writev, file_fd, (uintptr_t)file_vectors, 2) != (long)PIECE * 2)
			leave(2);
	}
}

/*
 * A task that endlessly reads or writes a file must be preempted, and SIGKILL must end it. The file
 * is sparse and needs no memory.
 */
static int files(void)
{
	const uint64_t address = window();

	file_fd = (uint64_t)call(SYS_open, (uintptr_t) "/tmp/sparse", O_RDWR | O_CREAT, 0600);
	CHECK(address && (long)file_fd >= 0 && call(SYS_unlink, (uintptr_t) "/tmp/sparse", 0, 0) == 0);
	CHECK(call(SYS_ftruncate, file_fd, 1UL << 30, 0) == 0);
	fill(file_vectors, address);
	CHECK(is_killed(reads_for_ever) == 0);
	file_vectors[0].size = file_vectors[1].size = PIECE;
	CHECK(is_killed(writes_for_ever) == 0);
	return 0;
}

/*
 * Two tasks read through the same open file, so they share its position. They are preempted during
 * reads. Each read() must return a contiguous piece of the file.
 */
#define READ_PAGES  64
#define READ_SIZE   (READ_PAGES * PAGE_SIZE)
#define READ_ROUNDS 24

static char *file_bytes;

static int reads_whole_pieces(void)
{
	for (unsigned round = 0; round < READ_ROUNDS; round++) {
		const long done = call(SYS_read, file_fd, (uintptr_t)file_bytes, READ_SIZE);

		if (done != READ_SIZE) { /* end of the file */
			call(SYS_lseek, file_fd, 0, 0);
			continue;
		}
		for (uint64_t page = 1; page < READ_PAGES; page++)
			CHECK(*(uint64_t *)&file_bytes[page * PAGE_SIZE] == *(uint64_t *)file_bytes + page);
	}
	return 0;
}

static int positions(void)
{
	long pid;

	file_bytes = (char *)call6(SYS_mmap, 0, READ_SIZE, PROT_READ | PROT_WRITE,
	                           MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);
	file_fd = (uint64_t)call(SYS_open, (uintptr_t) "/tmp/pages", O_RDWR | O_CREAT, 0600);
	CHECK((long)file_fd >= 0 && call(SYS_unlink, (uintptr_t) "/tmp/pages", 0, 0) == 0);
	for (uint64_t page = 0; page < 4 * READ_PAGES; page++) {
		*(uint64_t *)file_bytes = page;
		CHECK(call(SYS_write, file_fd, (uintptr_t)file_bytes, PAGE_SIZE) == PAGE_SIZE);
	}
	pid = fork();
	if (pid == 0)
		leave(reads_whole_pieces() != 0);
	CHECK(pid > 0 && reads_whole_pieces() == 0);
	CHECK(status_of(pid) == 0);
	return 0;
}

/*
 * The kinds below run with this number of free frames; tests/kernel/limits.c has the same number.
 */
#define FRAMES 2048

/*
 * Starts a child that becomes `user` (0: stays root), calls the function and then waits to be
 * killed. Returns its process ID.
 */
static long start(uint32_t user, void (*function)(void))
{
	const long pid = fork();

	if (pid == 0) {
		if (user && call(SYS_setuid, user, 0, 0) != 0)
			leave(3);
		function();
		call(SYS_pause, 0, 0, 0);
		leave(4);
	}
	yield();
	return pid;
}

static void take(uint64_t pages)
{
	char *memory = (char *)call6(SYS_mmap, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
	                             MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

	for (uint64_t i = 0; i < pages; i++)
		memory[i * PAGE_SIZE] = 1;
}

static void takes_all(void)
{
	take(2 * FRAMES);
}

static void takes_most(void)
{
	take(FRAMES - 1100);
}

static void takes_most_and_stops(void)
{
	take(FRAMES - 1100);
	send(self(), SIGSTOP);
}

static void takes_a_quarter(void)
{
	take(FRAMES / 4);
}

static void takes_less(void)
{
	take(FRAMES / 5);
}

/* Takes all memory for an unlinked file. None of its pages are mapped. */
static void takes_all_in_a_file(void)
{
	static char bytes[64 * KIB];
	const uint64_t fd = (uint64_t)call(SYS_open, (uintptr_t) "/tmp/hog", O_RDWR | O_CREAT, 0600);

	call(SYS_unlink, (uintptr_t) "/tmp/hog", 0, 0);
	while (call(SYS_write, fd, (uintptr_t)bytes, sizeof bytes) > 0)
		;
	while (call(SYS_write, fd, (uintptr_t)bytes, 1) > 0)
		;
}

/*
 * Maps `pages` pages, writes to every second page, and lets the kernel write to the others by
 * read(). Then exits with 0.
 */
static void needs_memory(uint64_t pages)
{
	const long fd = call(SYS_open, (uintptr_t) "/dev/zero", 0, 0);
	const long start = call6(SYS_mmap, 0, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
	                         MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

	if (fd < 0 || start < 0)
		leave(5);
	for (uint64_t at = (uint64_t)start, i = 0; i < pages; i++, at += PAGE_SIZE)
		if (i % 2)
			*(volatile char *)at = 1;
		else if (call(SYS_read, (uint64_t)fd, at, 8) != 8)
			leave(6);
	leave(0);
}

/* Takes some memory, waits for a signal, and then needs much more. */
static void needs_some(void)
{
	take(400); /* so that this task has more pages mapped than takes_all_in_a_file() */
	on(SIGUSR1, note, 0);
	call(SYS_pause, 0, 0, 0);
	needs_memory(1000);
}

static void needs_half(void)
{
	needs_memory(FRAMES / 2 + FRAMES / 10);
}

/*
 * Starts the hog as USER and another task as root. Then the other task needs memory. Returns 0 if
 * the kernel kills the hog and the other task completes, or the line of the failed check.
 */
static int loses(void (*hog)(void))
{
	const long other = start(0, needs_some), taker = start(USER, hog);

	CHECK(taker > 0 && other > 0);
	CHECK(send(other, SIGUSR1) == 0);
	CHECK(status_of(other) == 0);
	CHECK(status_of(taker) == SIGKILL);
	return 0;
}

static int hog_faults(void)
{
	return loses(takes_all);
}

static int hog_waits(void)
{
	return loses(takes_most);
}

static int hog_is_stopped(void)
{
	return loses(takes_most_and_stops);
}

static int hog_has_a_file(void)
{
	return loses(takes_all_in_a_file);
}

/*
 * Root's task has more memory than the user's task, but less than four times as much, so the kernel
 * must kill the user's task.
 */
static int root_is_spared(void)
{
	const long roots = start(0, takes_a_quarter), users = start(USER, takes_less),
	           other = start(0, needs_half);

	CHECK(roots > 0 && users > 0 && other > 0);
	CHECK(status_of(other) == 0);
	CHECK(status_of(users) == SIGKILL);
	CHECK(send(roots, SIGTERM) == 0 && status_of(roots) == SIGTERM);
	return 0;
}

/* Touches a page of shared memory. Files and shared memory already own all frames they may own. */
static void touches_shared(void)
{
	*(volatile char *)call6(SYS_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                        ~0UL, 0) = 1;
}

static int files_are_full(void)
{
	const long fd = call(SYS_open, (uintptr_t) "/tmp/full", O_RDWR | O_CREAT, 0600);
	long pid;

	CHECK(fd >= 0 && call(SYS_unlink, (uintptr_t) "/tmp/full", 0, 0) == 0);
	CHECK(call(SYS_write, (uint64_t)fd, (uintptr_t) "x", 1) == -ENOSPC);
	pid = start(USER, touches_shared);
	CHECK(pid > 0 && status_of(pid) == SIGBUS);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "tasks", tasks },
		{ "zeros", zeros },
		{ "randoms", randoms },
		{ "positions", positions },
		{ "terminal", terminal },
		{ "files", files },
		{ "hog-faults", hog_faults },
		{ "hog-waits", hog_waits },
		{ "hog-is-stopped", hog_is_stopped },
		{ "hog-has-a-file", hog_has_a_file },
		{ "root-is-spared", root_is_spared },
		{ "files-are-full", files_are_full },
	};

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
