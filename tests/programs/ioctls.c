/* SPDX-License-Identifier: MIT */
/*
 * usage: ioctls KIND
 * Tests ioctl() on files of every kind and on the terminal. The exit status is 0 if all is as in
 * Linux, otherwise the line of the failed check modulo 256.
 */
#include "tests/programs/jobs.h"

#define PATH "/tmp/ioctls"

enum {
	FIGETBSZ = 2,
	TCGETS = 0x5401,
	TCSBRK = 0x5409,
	TIOCGPGRP = 0x540f,
	TIOCSPGRP = 0x5410,
	TIOCOUTQ = 0x5411,
	TIOCGWINSZ = 0x5413,
	TIOCSWINSZ = 0x5414,
	FIONREAD = 0x541b,
	FIONBIO = 0x5421,
	TIOCGSID = 0x5429,
	FIONCLEX = 0x5450,
	FIOCLEX = 0x5451,
	FIOASYNC = 0x5452,
	FIOQSIZE = 0x5460
};

enum { GETFD = 1, GETFL = 3, SETFL = 4, NONBLOCK = 04000 };

static long ioctl(long fd, long request, void *argument)
{
	return call(SYS_ioctl, (uint64_t)fd, (uint64_t)request, (uintptr_t)argument);
}

static long fcntl(long fd, long command, uint64_t value)
{
	return call(SYS_fcntl, (uint64_t)fd, (uint64_t)command, value);
}

static long open(const char *path, uint64_t flags)
{
	return call(SYS_open, (uintptr_t)path, flags, 0600);
}

/* Descriptors of the terminal, the two ends of a pipe, a file, a directory, and devices. */
static long fd[8];
enum { TERMINAL, READER, WRITER, FILE, DIRECTORY, NOTHING, ZEROS, FILES };

static int open_all(void)
{
	int ends[2];

	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	fd[TERMINAL] = 0, fd[READER] = ends[0], fd[WRITER] = ends[1];
	fd[FILE] = open(PATH, 01102), fd[DIRECTORY] = open("/tmp", 0);
	fd[NOTHING] = open("/dev/null", 2), fd[ZEROS] = open("/dev/zero", 2);
	for (int i = 0; i < FILES; i++)
		CHECK(fd[i] >= 0);
	return 0;
}

static int every_file(void)
{
	int on = 1, off = 0, line = open_all();

	CHECK(!line);
	for (int i = 0; i < FILES; i++) {
		CHECK(ioctl(fd[i], FIOCLEX, 0) == 0 && fcntl(fd[i], GETFD, 0) == 1);
		CHECK(ioctl(fd[i], FIONCLEX, 0) == 0 && fcntl(fd[i], GETFD, 0) == 0);
		CHECK(ioctl(fd[i], FIONBIO, &on) == 0 && (fcntl(fd[i], GETFL, 0) & NONBLOCK));
		CHECK(ioctl(fd[i], FIONBIO, &off) == 0 && !(fcntl(fd[i], GETFL, 0) & NONBLOCK));
		CHECK(ioctl(fd[i], FIONBIO, (void *)KERNEL_BASE) == -EFAULT);
		CHECK(ioctl(fd[i], FIOASYNC, &off) == 0 && ioctl(fd[i], FIOASYNC, &on) == -ENOTTY);
		CHECK(ioctl(fd[i], FIGETBSZ, &on) == 0 && on == PAGE_SIZE);
		CHECK(ioctl(fd[i], 0x1234, &on) == -ENOTTY);
		on = 1;
	}
	CHECK(ioctl(50, FIOCLEX, 0) == -EBADF && ioctl(50, FIONBIO, &on) == -EBADF);
	/* O_NONBLOCK is shared by all descriptors of an open file; FD_CLOEXEC is not. */
	on = (int)call(SYS_dup, (uint64_t)fd[READER], 0, 0);
	CHECK(on >= 0 && ioctl(on, FIOCLEX, 0) == 0 && fcntl(fd[READER], GETFD, 0) == 0);
	CHECK(ioctl(on, FIONBIO, &(int){ 1 }) == 0 && (fcntl(fd[READER], GETFL, 0) & NONBLOCK));
	CHECK(call(SYS_read, (uint64_t)fd[READER], (uintptr_t)&off, 1) == -EAGAIN);
	CHECK(call(SYS_unlink, (uintptr_t)PATH, 0, 0) == 0);
	return 0;
}

static int unread(void)
{
	uint64_t size = 0;
	int n = -1, line = open_all();

	CHECK(!line);
	CHECK(ioctl(fd[READER], FIONREAD, &n) == 0 && n == 0);
	CHECK(call(SYS_write, (uint64_t)fd[WRITER], (uintptr_t) "abcde", 5) == 5);
	CHECK(ioctl(fd[READER], FIONREAD, &n) == 0 && n == 5);
	CHECK(ioctl(fd[WRITER], FIONREAD, &n) == 0 && n == 5);
	CHECK(call(SYS_read, (uint64_t)fd[READER], (uintptr_t)&size, 2) == 2);
	CHECK(ioctl(fd[READER], FIONREAD, &n) == 0 && n == 3);
	CHECK(call(SYS_write, (uint64_t)fd[FILE], (uintptr_t) "abcdefg", 7) == 7);
	CHECK(ioctl(fd[FILE], FIONREAD, &n) == 0 && n == 0);
	CHECK(call(SYS_lseek, (uint64_t)fd[FILE], 3, 0) == 3 && ioctl(fd[FILE], FIONREAD, &n) == 0 && n == 4);
	CHECK(call(SYS_lseek, (uint64_t)fd[FILE], 9, 0) == 9 && ioctl(fd[FILE], FIONREAD, &n) == 0 &&
	      n == -2);
	CHECK(ioctl(fd[FILE], FIOQSIZE, &size) == 0 && size == 7);
	CHECK(ioctl(fd[READER], FIOQSIZE, &size) == -ENOTTY && ioctl(fd[ZEROS], FIOQSIZE, &size) == -ENOTTY);
	CHECK(ioctl(fd[DIRECTORY], FIOQSIZE, &size) == 0);
	CHECK(ioctl(fd[TERMINAL], FIONREAD, &n) == 0 && n == 0 && ioctl(fd[TERMINAL], TIOCOUTQ, &n) == 0);
	for (int i = DIRECTORY; i < FILES; i++)
		CHECK(ioctl(fd[i], FIONREAD, &n) == -ENOTTY);
	CHECK(ioctl(fd[READER], FIONREAD, (void *)KERNEL_BASE) == -EFAULT);
	CHECK(call(SYS_unlink, (uintptr_t)PATH, 0, 0) == 0);
	return 0;
}

/* Returns the number of indices at which `a` and `b` have equal bytes. */
static size_t same(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += a[i] == b[i];
	return n;
}

static int devices(void)
{
	static const char *const random[] = { "/dev/random", "/dev/urandom" };
	static uint8_t one[10000], two[10000];
	long full = open("/dev/full", 2);

	for (int i = 0; i < 2; i++) {
		long random_fd = open(random[i], 2);

		CHECK(random_fd >= 0);
		CHECK(call(SYS_read, (uint64_t)random_fd, (uintptr_t)one, sizeof one) == sizeof one);
		CHECK(call(SYS_read, (uint64_t)random_fd, (uintptr_t)two, sizeof two) == sizeof two);
		CHECK(same(one, two, sizeof one) < 200); /* 39 equal bytes are expected */
		CHECK(same(one, one + 5000, 5000) < 100 && same(one, one + 256, 5000) < 100);
		CHECK(call(SYS_write, (uint64_t)random_fd, (uintptr_t)one, 100) == 100);
		CHECK(call(SYS_read, (uint64_t)random_fd, KERNEL_BASE, 1) == -EFAULT);
	}
	CHECK(full >= 0 && call(SYS_write, (uint64_t)full, (uintptr_t)one, 1) == -ENOSPC);
	CHECK(call(SYS_read, (uint64_t)full, (uintptr_t)one, sizeof one) == sizeof one);
	for (size_t i = 0; i < sizeof one; i++)
		CHECK(one[i] == 0);
	return 0;
}

/* Stores in shared->value the number of SIGWINCH that a background process gets within 100 ms. */
static void waits_in_the_background(void)
{
	on(SIGWINCH, note, 0);
	shared->count = 1;
	pass(100);
	shared->value = seen[SIGWINCH];
}

static int window(void)
{
	const uint16_t wanted[4] = { 40, 132, 1320, 800 }, before[4] = { 25, 80, 0, 0 };
	uint16_t got[4] = { 0 };
	int own = (int)call(SYS_getpgrp, 0, 0, 0), session = 0;
	long pid;

	on(SIGWINCH, note, 0);
	CHECK(ioctl(0, TIOCSPGRP, &own) == 0);
	CHECK(ioctl(0, TIOCGSID, &session) == 0 && session == call(SYS_getsid, 0, 0, 0));
	CHECK(ioctl(0, TIOCGWINSZ, got) == 0 && got[0] == 25 && got[1] == 80);
	/* Setting the same size sends no signal. */
	CHECK(ioctl(0, TIOCSWINSZ, (void *)before) == 0 && seen[SIGWINCH] == 0);
	shared->value = -1;
	pid = child_that(waits_in_the_background);
	while (!shared->count)
		yield();
	CHECK(ioctl(0, TIOCSWINSZ, (void *)wanted) == 0 && seen[SIGWINCH] == 1);
	CHECK(status_of(pid) == 0 && shared->value == 0);
	CHECK(ioctl(1, TIOCGWINSZ, got) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(got[i] == wanted[i]);
	CHECK(ioctl(0, TIOCSWINSZ, (void *)KERNEL_BASE) == -EFAULT && ioctl(0, TIOCGWINSZ, 0) == -EFAULT);
	CHECK(ioctl(0, TIOCSWINSZ, (void *)before) == 0 && seen[SIGWINCH] == 2);
	CHECK(ioctl(0, TCSBRK, (void *)1) == 0);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = { { "every-file", every_file },
		                             { "unread", unread },
		                             { "window", window },
		                             { "devices", devices } };

	share();
	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
