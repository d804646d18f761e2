/* SPDX-License-Identifier: MIT */
/*
 * usage: paths KIND
 * Tests unusual file names, directories that change while they are read, pipes that are nearly
 * full, and futexes. The exit status is 0 if all is as in Linux, otherwise the line of the failed
 * check modulo 256.
 */
#include "bench/programs/check.h"

#include "lib/errno.h"
#include "process/signal.h"

#define TOP    "/tmp/paths"
#define MANY   300 /* number of files in a directory */
#define NS_1MS 1000000UL

enum { CREATE = 0100, EXCLUSIVE = 0200, NO_FOLLOW = 0400000, NON_BLOCK = 04000, WRITE = 1, READ_WRITE = 2 };
enum { WAIT = 0, WAKE = 1, WAIT_BITS = 9, WAKE_BITS = 10, PRIVATE = 128 };

static long one(long number, const char *path)
{
	return call(number, (uintptr_t)path, 0700, 0);
}

static long two(long number, const char *a, const char *b)
{
	return call(number, (uintptr_t)a, (uintptr_t)b, 0);
}

static long opens(const char *path, uint64_t flags)
{
	return call(SYS_open, (uintptr_t)path, flags, 0600);
}

static long closes(long fd)
{
	return call(SYS_close, (uint64_t)fd, 0, 0);
}

static long make(const char *path)
{
	return closes(opens(path, CREATE | EXCLUSIVE | WRITE));
}

/* Invalid names must not create entries. */
static int names(void)
{
	long fd;

	CHECK(one(SYS_mkdir, TOP) == 0 && one(SYS_chdir, TOP) == 0 && one(SYS_mkdir, "d") == 0 &&
	      make("f") == 0);
	CHECK(one(SYS_mkdir, "") == -ENOENT && opens("", CREATE | WRITE) == -ENOENT);
	CHECK(one(SYS_mkdir, "/") == -EEXIST && one(SYS_mkdir, ".") == -EEXIST &&
	      one(SYS_mkdir, "d/..") == -EEXIST);
	CHECK(one(SYS_mkdir, "e/") == 0 && one(SYS_mkdir, "e//") == -EEXIST && one(SYS_rmdir, "e/") == 0);
	CHECK(opens("g/", CREATE | WRITE) == -EISDIR && opens("d/.", CREATE | WRITE) == -EISDIR);
	CHECK(two(SYS_rename, "f", "d/.") == -EBUSY && two(SYS_rename, "f", "d/..") == -EBUSY);
	CHECK(two(SYS_rename, ".", "../z") == -EBUSY && two(SYS_rename, "d/..", "z") == -EBUSY);
	CHECK(two(SYS_rename, "f", "/") == -EBUSY && two(SYS_rename, "/", "z") == -EBUSY);
	CHECK(two(SYS_rename, "f", "g/") == -ENOTDIR && two(SYS_rename, "f", "") == -ENOENT);
	CHECK(two(SYS_rename, "d", "e/") == 0 && two(SYS_rename, "e/", "d") == 0);
	CHECK(one(SYS_rmdir, "d/.") == -EINVAL && one(SYS_rmdir, "d/..") == -ENOTEMPTY &&
	      one(SYS_rmdir, "/") == -EBUSY);
	CHECK(one(SYS_unlink, "d/.") == -EISDIR && one(SYS_unlink, "f/") == -ENOTDIR);
	CHECK(two(SYS_link, "f", "g/") == -ENOENT && two(SYS_symlink, "f", "d/.") == -EEXIST);
	/* Nothing can be created in a removed directory. */
	CHECK(one(SYS_chdir, "d") == 0 && one(SYS_rmdir, "../d") == 0);
	CHECK(opens("x", CREATE | WRITE) == -ENOENT && one(SYS_mkdir, "x") == -ENOENT);
	CHECK(one(SYS_chdir, TOP) == 0);
	/* The target of these symbolic links does not exist. */
	CHECK(two(SYS_symlink, "new", "l") == 0 && two(SYS_symlink, "l", "k") == 0);
	CHECK(opens("k", CREATE | EXCLUSIVE | WRITE) == -EEXIST &&
	      opens("k", CREATE | NO_FOLLOW | WRITE) == -ELOOP);
	CHECK(one(SYS_mkdir, "l") == -EEXIST && one(SYS_mkdir, "l/") == -EEXIST &&
	      opens("k", WRITE) == -ENOENT);
	fd = opens("k", CREATE | WRITE);
	CHECK(fd >= 0 && call(SYS_write, (uint64_t)fd, (uintptr_t) "x", 1) == 1 && closes(fd) == 0);
	/* rmdir() and rename() do not follow a symbolic link to a directory. */
	CHECK(one(SYS_mkdir, "d") == 0 && two(SYS_symlink, "d", "m") == 0);
	CHECK(one(SYS_rmdir, "m") == -ENOTDIR && one(SYS_rmdir, "m/") == -ENOTDIR &&
	      two(SYS_rename, "m/", "z") == -ENOTDIR);
	CHECK(one(SYS_unlink, "m") == 0 && one(SYS_rmdir, "d") == 0);
	/* O_TRUNC truncates a file even if it is opened for reading only. */
	CHECK(opens("new", 01000) >= 0 && call(SYS_lseek, (uint64_t)opens("new", 0), 0, 2) == 0);
	CHECK(opens(".", 01000) == -EISDIR);
	CHECK(one(SYS_unlink, "new") == 0 && one(SYS_unlink, "l") == 0 && one(SYS_unlink, "k") == 0);
	CHECK(two(SYS_symlink, TOP "/none/new", "l") == 0 && opens("l", CREATE | WRITE) == -ENOENT);
	CHECK(one(SYS_unlink, "l") == 0 && one(SYS_unlink, "f") == 0);
	CHECK(one(SYS_chdir, "/") == 0 && one(SYS_rmdir, TOP) == 0);
	return 0;
}

/* The kernel must follow at most 40 symbolic links of a path, whatever their arrangement. */
static int links(void)
{
	char name[3] = "aa", target[256], long_target[900];
	long fd;

	CHECK(one(SYS_mkdir, TOP) == 0 && one(SYS_chdir, TOP) == 0 && make("aa") == 0);
	for (int i = 1; i <= 41; i++) { /* "ab" is a link to "aa", "ac" to "ab", … */
		char next[3] = { (char)('a' + i / 26), (char)('a' + i % 26), '\0' };

		CHECK(two(SYS_symlink, name, next) == 0);
		name[0] = next[0], name[1] = next[1];
		fd = opens(name, 0);
		CHECK(fd == (i <= 40 ? fd : -ELOOP) && (i > 40 || (fd >= 0 && closes(fd) == 0)));
	}
	for (int i = 1; i <= 41; i++) {
		name[0] = (char)('a' + i / 26), name[1] = (char)('a' + i % 26);
		CHECK(one(SYS_unlink, name) == 0);
	}
	/* The target of each link names the previous link 84 times: 84^6 steps for the last one. */
	CHECK(two(SYS_symlink, ".", "l0") == 0);
	for (char i = '1'; i <= '6'; i++) {
		char link[3] = { 'l', i, '\0' };
		size_t n = 0;

		while (n + 4 < sizeof target) {
			target[n++] = 'l', target[n++] = (char)(i - 1), target[n++] = '/';
		}
		target[n] = '\0';
		CHECK(two(SYS_symlink, target, link) == 0);
		CHECK(opens(link, 0) == -ELOOP);
	}
	for (char i = '0'; i <= '6'; i++) {
		char link[3] = { 'l', i, '\0' };

		CHECK(one(SYS_unlink, link) == 0);
	}
	/* A link with a long target. */
	for (size_t i = 0; i + 4 < sizeof long_target; i += 2)
		long_target[i] = '.', long_target[i + 1] = '/', long_target[i + 2] = '\0';
	CHECK(two(SYS_symlink, long_target, "dots") == 0);
	fd = opens("dots/aa", 0);
	CHECK(fd >= 0 && closes(fd) == 0 && one(SYS_unlink, "dots") == 0);
	CHECK(one(SYS_unlink, "aa") == 0);
	CHECK(one(SYS_chdir, "/") == 0 && one(SYS_rmdir, TOP) == 0);
	return 0;
}

static void number_name(char name[8], int i)
{
	name[0] = 'f';
	for (int place = 4; place > 0; place--, i /= 10)
		name[place] = (char)('0' + i % 10);
	name[5] = '\0';
}

/*
 * Reads the directory from its position to the end, and removes every `step`th file (none if `step`
 * is above MANY). Returns the number of files, or -1 on error.
 */
static int read_all(long fd, int step)
{
	char entries[512];
	int met = 0;
	long n;

	while ((n = call(SYS_getdents64, (uint64_t)fd, (uintptr_t)entries, sizeof entries)) > 0)
		for (long at = 0; at < n; at += *(uint16_t *)(entries + at + 16)) {
			const char *name = entries + at + 19;

			if (name[0] == 'f' && met++ % step == 0 && step <= MANY && one(SYS_unlink, name))
				return -1;
		}
	return n ? -1 : met;
}

static int directories(void)
{
	char name[8];
	long fd;

	CHECK(one(SYS_mkdir, TOP) == 0 && one(SYS_chdir, TOP) == 0);
	for (int i = 0; i < MANY; i++) {
		number_name(name, i);
		CHECK(make(name) == 0);
	}
	fd = opens(".", 0);
	CHECK(fd >= 0 && read_all(fd, MANY + 1) == MANY);
	CHECK(call(SYS_lseek, (uint64_t)fd, 0, 0) == 0 && read_all(fd, 2) == MANY);
	CHECK(call(SYS_lseek, (uint64_t)fd, 0, 0) == 0 && read_all(fd, 1) == MANY / 2);
	CHECK(call(SYS_lseek, (uint64_t)fd, 0, 0) == 0 && read_all(fd, 1) == 0);
	CHECK(make("f0000") == 0 && read_all(fd, 1) == 1); /* a new file is read too */
	CHECK(closes(fd) == 0 && one(SYS_chdir, "/") == 0 && one(SYS_rmdir, TOP) == 0);
	return 0;
}

struct vector {
	const void *bytes;
	size_t size;
};

static int pipes(void)
{
	static char text[64 * KIB];
	char a[4], b[4];
	const struct vector vectors[] = { { a, sizeof a }, { b, sizeof b } };
	struct {
		int fd;
		uint16_t wanted, ready;
	} poll = { .wanted = 4 };
	int ends[2];
	long all = 0, n;

	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	poll.fd = ends[1];
	/* readv() returns the bytes that are in the pipe, even if the buffers are larger. */
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t) "abcd", 4) == 4);
	CHECK(call(SYS_readv, (uint64_t)ends[0], (uintptr_t)vectors, 2) == 4);
	/* A pipe holds 64 KiB, and returns the bytes in the order in which they were written. */
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7 + i / 4096);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t)text, sizeof text) == sizeof text);
	CHECK(call(SYS_poll, (uintptr_t)&poll, 1, 0) == 0);
	CHECK(call(SYS_fcntl, (uint64_t)ends[1], 4, NON_BLOCK) == 0);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t)text, 1) == -EAGAIN);
	/* poll() reports room only if 4 KiB can be written at once. */
	CHECK(call(SYS_read, (uint64_t)ends[0], (uintptr_t)text, 100) == 100);
	CHECK(call(SYS_poll, (uintptr_t)&poll, 1, 0) == 0);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t)text, 4096) == -EAGAIN);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t)text, 5000) == 100);
	CHECK(call(SYS_read, (uint64_t)ends[0], (uintptr_t)text, 4096) == 4096);
	CHECK(call(SYS_poll, (uintptr_t)&poll, 1, 0) == 1 && poll.ready == 4);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t)text, 4096) == 4096);
	for (all = 4196; (n = call(SYS_read, (uint64_t)ends[0], (uintptr_t)a, 3)) > 0; all += n) {
		for (long i = 0; i < n; i++)
			CHECK(all + i >= (long)sizeof text ||
			      a[i] == (char)((all + i) * 7 + (all + i) / 4096));
		if (all + n == (long)sizeof text + 4196)
			break;
	}
	CHECK(n > 0 && closes(ends[0]) == 0 && closes(ends[1]) == 0);
	return 0;
}

static uint64_t now_ns(void)
{
	uint64_t time[2] = { 0, 0 };

	call(SYS_clock_gettime, 1, (uintptr_t)time, 0);
	return time[0] * 1000000000 + time[1];
}

/*
 * Starts a child in which SIGUSR1 is blocked and pending. The child calls ppoll() on `count`
 * requests, with the signal unblocked and a timeout of 0, and exits with ppoll()'s result. Returns
 * the child's wait status.
 */
static int polls_with_signal(const void *requests, uint64_t count)
{
	static const uint64_t none, usr1 = 1UL << (SIGUSR1 - 1), at_once[2];
	long pid = fork();

	if (pid == 0) {
		call6(SYS_rt_sigprocmask, 0, (uintptr_t)&usr1, 0, 8, 0, 0);
		call(SYS_kill, (uint64_t)call(SYS_getpid, 0, 0, 0), SIGUSR1, 0);
		leave((int)call6(SYS_ppoll, (uintptr_t)requests, count, (uintptr_t)at_once, (uintptr_t)&none,
		                 8, 0));
	}
	return status_of(pid);
}

static int polls(void)
{
	struct {
		int fd;
		uint16_t wanted, ready;
	} request = { .wanted = 1 };
	const uint64_t time[2] = { 0, 5000 }; /* 5000 µs */
	int ends[2];
	uint64_t set, before;

	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	request.fd = ends[0];
	/* No file is ready: the signal kills the child. */
	CHECK(polls_with_signal(&request, 1) == SIGUSR1);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t) "x", 1) == 1);
	CHECK(polls_with_signal(&request, 1) == 1 << 8); /* a file is ready */
	/* select() does not report end of file as an exceptional condition. */
	CHECK(closes(ends[1]) == 0 && call(SYS_read, (uint64_t)ends[0], (uintptr_t)&set, 8) == 1);
	set = 1UL << ends[0];
	before = now_ns();
	CHECK(call6(SYS_select, (uint64_t)ends[0] + 1, 0, 0, (uintptr_t)&set, (uintptr_t)time, 0) == 0 &&
	      set == 0);
	CHECK(now_ns() - before >= 5 * NS_1MS);
	set = 1UL << ends[0];
	CHECK(call6(SYS_select, (uint64_t)ends[0] + 1, (uintptr_t)&set, 0, 0, (uintptr_t)time, 0) == 1);
	CHECK(closes(ends[0]) == 0);
	return 0;
}

static long futex(volatile uint32_t *word, uint64_t operation, uint64_t value, const uint64_t *timeout,
                  uint64_t bits)
{
	return call6(SYS_futex, (uintptr_t)word, operation, value, (uintptr_t)timeout, 0, bits);
}

static void sleep_ms(uint64_t ms)
{
	const uint64_t time[2] = { 0, ms * NS_1MS };

	call(SYS_nanosleep, (uintptr_t)time, 0, 0);
}

/*
 * Wakes `count` tasks that wait for a futex. Tries for two seconds, because a task may start to
 * wait later. Returns the number of tasks that it did not wake.
 */
static long wake_all_of(volatile uint32_t *word, uint64_t operation, long count, uint64_t bits)
{
	for (int tries = 0; count > 0 && tries < 2000; tries++) {
		count -= futex(word, operation, 1, NULL, bits);
		sleep_ms(1);
	}
	return count;
}

static int words(void)
{
	volatile uint32_t *shared = (volatile uint32_t *)call6(SYS_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
	                                                       MAP_SHARED | MAP_ANONYMOUS, ~0UL, 0);
	static volatile uint32_t own;
	const uint64_t soon[2] = { 0, 5 * NS_1MS }, damaged[2] = { 0, 2000000000 };
	long pids[4];

	CHECK(futex(shared, WAIT, 1, NULL, 0) == -EAGAIN && futex(shared, WAIT, 0, soon, 0) == -ETIMEDOUT);
	CHECK(futex(shared, WAIT, 0, damaged, 0) == -EINVAL &&
	      futex(shared, WAIT_BITS, 0, soon, 0) == -EINVAL);
	CHECK(futex((volatile uint32_t *)((uintptr_t)shared + 2), WAIT, 0, soon, 0) == -EINVAL);
	CHECK(futex((volatile uint32_t *)KERNEL_BASE, WAIT, 0, soon, 0) == -EFAULT);
	CHECK(futex((volatile uint32_t *)KERNEL_BASE, WAKE, 1, NULL, 0) == -EFAULT &&
	      futex(shared, 99, 0, soon, 0) == -ENOSYS);
	CHECK(futex(shared, WAKE, 1, NULL, 0) == 0);
	for (int i = 0; i < 4; i++) { /* children 0 and 2 wait for bit 0, 1 and 3 for bit 1 */
		pids[i] = fork();
		if (pids[i] == 0)
			leave((int)-futex(shared, WAIT_BITS, 0, NULL, 1UL << i % 2));
	}
	CHECK(wake_all_of(shared, WAKE_BITS, 2, 2) == 0 && futex(shared, WAKE_BITS, 9, NULL, 2) == 0);
	CHECK(status_of(pids[1]) == 0 && status_of(pids[3]) == 0);
	CHECK(wake_all_of(shared, WAKE, 2, 0) == 0);
	CHECK(status_of(pids[0]) == 0 && status_of(pids[2]) == 0);
	/*
	 * A word in private memory is a different futex in each process. If a task waits with the
	 * flag PRIVATE, the same is true of a word in shared memory.
	 */
	pids[0] = fork();
	if (pids[0] == 0)
		leave((int)-futex(&own, WAIT, 0, soon, 0));
	pids[1] = fork();
	if (pids[1] == 0)
		leave((int)-futex(shared, WAIT | PRIVATE, 0, soon, 0));
	sleep_ms(1);
	CHECK(futex(&own, WAKE, 9, NULL, 0) == 0 && futex(shared, WAKE, 9, NULL, 0) == 0);
	CHECK(status_of(pids[0]) == ETIMEDOUT << 8 && status_of(pids[1]) == ETIMEDOUT << 8);
	/* After a task was killed, it is no longer among the waiters. */
	pids[0] = fork();
	if (pids[0] == 0)
		leave((int)-futex(shared, WAIT, 0, NULL, 0));
	sleep_ms(3);
	CHECK(call(SYS_kill, (uint64_t)pids[0], SIGKILL, 0) == 0 && status_of(pids[0]) == SIGKILL);
	CHECK(futex(shared, WAKE, 9, NULL, 0) == 0);
	return 0;
}

/* Makes a file of the largest size, 1 GiB, and writes at and past the end of the file. */
static int lengths(void)
{
	long fd = opens(TOP, CREATE | READ_WRITE);

	CHECK(fd >= 0 && call(SYS_write, (uint64_t)fd, (uintptr_t) "x", 1) == 1);
	for (int i = 0; i < 3; i++) {
		CHECK(call(SYS_ftruncate, (uint64_t)fd, GIB, 0) == 0);
		CHECK(call6(SYS_pwrite64, (uint64_t)fd, (uintptr_t) "yz", 2, GIB - 1, 0, 0) == 1);
		CHECK(call6(SYS_pwrite64, (uint64_t)fd, (uintptr_t) "z", 1, GIB, 0, 0) == -EFBIG);
		CHECK(call(SYS_ftruncate, (uint64_t)fd, GIB + 1, 0) == -EINVAL);
		CHECK(call(SYS_ftruncate, (uint64_t)fd, GIB - 5, 0) == 0);
	}
	CHECK(closes(fd) == 0 && one(SYS_unlink, TOP) == 0);
	return 0;
}

/* Reads the file /tmp/owned (tests/kernel/written.c) into a mapping of that same file. */
static int reads_itself(void)
{
	long fd = opens("/tmp/owned", READ_WRITE), size = call(SYS_lseek, (uint64_t)fd, 0, 2);
	uint8_t *memory = (uint8_t *)call6(SYS_mmap, 0, (uint64_t)size + 2 * PAGE_SIZE,
	                                   PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

	CHECK(fd >= 0 && size > 2 * (long)PAGE_SIZE && call(SYS_lseek, (uint64_t)fd, 0, 0) == 0);
	CHECK(call6(SYS_mmap, (uintptr_t)memory, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
	            (uint64_t)fd, 0) == (long)memory);
	CHECK(call(SYS_read, (uint64_t)fd, (uintptr_t)memory, (uint64_t)size + PAGE_SIZE) == size);
	for (long i = 0; i < size; i++)
		CHECK(memory[i] == (uint8_t)((size_t)i * 7 + (size_t)i / PAGE_SIZE));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "names", names },
		{ "links", links },
		{ "directories", directories },
		{ "pipes", pipes },
		{ "words", words },
		{ "polls", polls },
		{ "lengths", lengths },
		{ "reads-itself", reads_itself },
	};

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
