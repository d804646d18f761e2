/* SPDX-License-Identifier: MIT */
/*
 * usage: locks KIND
 * Tests locks on files (fcntl, flock). The exit status is 0 if all is as in Linux, otherwise the
 * line of the failed check modulo 256.
 */
#include "tests/programs/jobs.h"

#define PATH  "/tmp/locks"
#define OTHER "/tmp/locks-other"

enum { GETLK = 5, SETLK, SETLKW, OFD_GETLK = 36, OFD_SETLK, OFD_SETLKW };
enum { READS, WRITES, NONE };
enum { SH = 1, EX = 2, NB = 4, UN = 8 };

struct lock {
	int16_t type, whence;
	int64_t start, length;
	int32_t pid;
};

static long file, other;

static long open(const char *path, uint64_t flags)
{
	return call(SYS_open, (uintptr_t)path, flags, 0600);
}

static long close(long fd)
{
	return call(SYS_close, (uint64_t)fd, 0, 0);
}

static long lock_with(long fd, int command, int type, int64_t start, int64_t length)
{
	const struct lock lock = { .type = (int16_t)type, .start = start, .length = length };

	return call(SYS_fcntl, (uint64_t)fd, (uint64_t)command, (uintptr_t)&lock);
}

static long lock(int type, int64_t start, int64_t length)
{
	return lock_with(file, SETLK, type, start, length);
}

/*
 * A child asks fcntl() for a lock that conflicts with this range and type. `command` is GETLK or
 * OFD_GETLK. Returns that lock; its type is NONE if there is no conflict.
 */
static struct lock in_the_way(int command, int type, int64_t start, int64_t length)
{
	static struct lock *seen_by_child;
	struct lock wanted = { .type = (int16_t)type, .start = start, .length = length };
	long pid;

	seen_by_child = (struct lock *)(shared + 1);
	pid = fork();
	if (pid == 0) {
		if (call(SYS_fcntl, (uint64_t)file, (uint64_t)command, (uintptr_t)&wanted) != 0)
			wanted.type = 99;
		*seen_by_child = wanted;
		leave(0);
	}
	status_of(pid);
	return *seen_by_child;
}

static int is_locked(int type, int64_t start, int64_t length)
{
	return in_the_way(GETLK, type, start, length).type != NONE;
}

static int start(void)
{
	file = open(PATH, 0102);
	other = open(OTHER, 0102);
	return file >= 0 && other >= 0;
}

static void end(void)
{
	call(SYS_unlink, (uintptr_t)PATH, 0, 0);
	call(SYS_unlink, (uintptr_t)OTHER, 0, 0);
}

static int ranges(void)
{
	struct lock seen_lock;

	CHECK(start());
	CHECK(lock(READS, 0x40000000, 1) == 0 && !is_locked(READS, 0x40000000, 1) && is_locked(WRITES, 0, 0));
	CHECK(lock(WRITES, 0x40000000, 1) == 0 && is_locked(READS, 0x40000000, 1));
	CHECK(!is_locked(WRITES, 0x40000001, 100) && !is_locked(WRITES, 0, 0x40000000));
	seen_lock = in_the_way(GETLK, READS, 0, 0);
	CHECK(seen_lock.type == WRITES && seen_lock.pid == self() && seen_lock.whence == 0 &&
	      seen_lock.start == 0x40000000 && seen_lock.length == 1);
	CHECK(lock(NONE, 0, 0) == 0 && !is_locked(WRITES, 0, 0));
	/*
	 * Locking part of a range with another type splits the lock. Locking the part as before
	 * merges the pieces.
	 */
	CHECK(lock(WRITES, 100, 100) == 0 && lock(READS, 140, 20) == 0);
	CHECK(!is_locked(READS, 140, 20) && is_locked(READS, 139, 1) && is_locked(READS, 160, 1));
	CHECK(lock(NONE, 120, 60) == 0 && !is_locked(WRITES, 120, 60) && is_locked(READS, 119, 1) &&
	      is_locked(READS, 180, 1) && !is_locked(WRITES, 0, 100) && !is_locked(WRITES, 200, 0));
	CHECK(lock(WRITES, 120, 60) == 0);
	seen_lock = in_the_way(GETLK, READS, 150, 1);
	CHECK(seen_lock.start == 100 && seen_lock.length == 100);
	CHECK(lock(NONE, 150, 0) == 0 && in_the_way(GETLK, READS, 0, 0).length == 50);
	CHECK(lock(NONE, 0, 0) == 0);
	/*
	 * Length 0 locks everything from `start` on. `start` may be relative to the file position
	 * or to the end of the file.
	 */
	CHECK(lock(WRITES, 5, 0) == 0 && in_the_way(GETLK, READS, 1L << 40, 1).length == 0 &&
	      lock(NONE, 0, 0) == 0);
	CHECK(call(SYS_write, (uint64_t)file, (uintptr_t) "0123456789", 10) == 10);
	CHECK(call(SYS_lseek, (uint64_t)file, 4, 0) == 4);
	{
		struct lock here = { WRITES, 1, 1, 2, 0 }, from_end = { WRITES, 2, -1, -3, 0 };

		CHECK(call(SYS_fcntl, (uint64_t)file, SETLK, (uintptr_t)&here) == 0);
		seen_lock = in_the_way(GETLK, READS, 0, 0);
		CHECK(seen_lock.start == 5 && seen_lock.length == 2 && lock(NONE, 0, 0) == 0);
		CHECK(call(SYS_fcntl, (uint64_t)file, SETLK, (uintptr_t)&from_end) == 0);
		seen_lock = in_the_way(GETLK, READS, 0, 0);
		CHECK(seen_lock.start == 6 && seen_lock.length == 3);
	}
	end();
	return 0;
}

static int refused(void)
{
	int ends[2];
	long reads;

	CHECK(start() && call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	reads = open(PATH, 0);
	CHECK(lock_with(reads, SETLK, WRITES, 0, 1) == -EBADF && lock_with(reads, SETLK, READS, 0, 1) == 0);
	CHECK(lock_with(50, SETLK, READS, 0, 1) == -EBADF &&
	      lock_with(ends[0], SETLK, READS, 0, 1) == -EINVAL);
	CHECK(lock(3, 0, 1) == -EINVAL && lock(-1, 0, 1) == -EINVAL && lock(READS, -1, 1) == -EINVAL);
	CHECK(lock(READS, 0, -1) == -EINVAL && lock(READS, 1L << 62, 0x7fffffffffffffff) == -EOVERFLOW);
	CHECK(lock_with(file, GETLK, NONE, 0, 1) == -EINVAL);
	CHECK(call(SYS_fcntl, (uint64_t)file, SETLK, KERNEL_BASE) == -EFAULT);
	CHECK(call(SYS_flock, (uint64_t)file, 0, 0) == -EINVAL &&
	      call(SYS_flock, (uint64_t)file, SH | EX, 0) == -EINVAL);
	CHECK(call(SYS_flock, 50, SH, 0) == -EBADF);
	/* The number of locks of one file is limited. */
	for (int64_t i = 0; i < 1100; i++) {
		long result = lock(WRITES, i * 2, 1);

		CHECK(result == (i < 1023 ? 0 : -ENOLCK));
	}
	CHECK(lock(NONE, 0, 0) == 0 && lock(WRITES, 0, 0) == 0);
	end();
	return 0;
}

/* Lets a child try to lock one byte. Returns 0, or the child's negative error number. */
static int tries(int command, int type, int64_t at)
{
	long pid = fork();

	if (pid == 0)
		leave((int)-lock_with(file, command, type, at, 1));
	return -(status_of(pid) >> 8);
}

static int owners(void)
{
	long again, copy, pid;

	CHECK(start() && lock(WRITES, 0, 10) == 0);
	CHECK(tries(SETLK, WRITES, 0) == -EAGAIN && tries(SETLK, READS, 9) == -EAGAIN &&
	      tries(SETLK, WRITES, 10) == 0);
	/* When a process closes any descriptor of a file, it loses all its locks on the file. */
	again = open(PATH, 0);
	CHECK(again >= 0 && close(again) == 0 && !is_locked(WRITES, 0, 0));
	CHECK(lock(WRITES, 0, 10) == 0 && close(call(SYS_dup, (uint64_t)file, 0, 0)) == 0 &&
	      !is_locked(WRITES, 0, 0));
	CHECK(lock(WRITES, 0, 10) == 0 && close(other) == 0 && is_locked(WRITES, 0, 0));
	copy = call(SYS_dup, (uint64_t)file, 0, 0);
	CHECK(call(SYS_dup2, 1, (uint64_t)copy, 0) == copy && !is_locked(WRITES, 0, 0));
	/* A child does not inherit locks. Its own locks are released when it exits. */
	pid = fork();
	if (pid == 0)
		leave(lock(WRITES, 0, 10) == 0 ? 3 : 4);
	CHECK(status_of(pid) == 3 << 8 && lock(WRITES, 0, 10) == 0 && lock(NONE, 0, 0) == 0);
	/*
	 * An OFD lock belongs to the open file. All descriptors of the open file share it, even a
	 * child's.
	 */
	CHECK(lock_with(file, OFD_SETLK, WRITES, 0, 10) == 0 && tries(OFD_SETLK, WRITES, 5) == 0);
	CHECK(tries(SETLK, READS, 5) == -EAGAIN && in_the_way(GETLK, READS, 5, 1).pid == -1);
	copy = call(SYS_dup, (uint64_t)file, 0, 0);
	CHECK(close(file) == 0 && (file = open(PATH, 2)) >= 0 && tries(SETLK, READS, 5) == -EAGAIN);
	CHECK(close(copy) == 0 && tries(SETLK, READS, 5) == 0);
	end();
	return 0;
}

static int whole_files(void)
{
	long second;

	CHECK(start());
	second = open(PATH, 0);
	CHECK(call(SYS_flock, (uint64_t)file, EX | NB, 0) == 0 &&
	      call(SYS_flock, (uint64_t)second, SH | NB, 0) == -EAGAIN);
	/* A lock of fcntl() does not conflict with one of flock(). */
	CHECK(lock(WRITES, 0, 0) == 0 && lock(NONE, 0, 0) == 0);
	CHECK(call(SYS_flock, (uint64_t)file, SH | NB, 0) == 0 &&
	      call(SYS_flock, (uint64_t)second, SH | NB, 0) == 0);
	CHECK(call(SYS_flock, (uint64_t)second, EX | NB, 0) == -EAGAIN &&
	      call(SYS_flock, (uint64_t)file, UN, 0) == 0);
	CHECK(call(SYS_flock, (uint64_t)second, EX | NB, 0) == 0 &&
	      call(SYS_flock, (uint64_t)file, EX | NB, 0) == -EAGAIN);
	CHECK(close(second) == 0 && call(SYS_flock, (uint64_t)file, EX | NB, 0) == 0);
	end();
	return 0;
}

static void waits_for_lock(void)
{
	on(SIGUSR1, note, 0); /* no SA_RESTART: a signal ends the wait */
	shared->count++;
	shared->value = lock_with(file, SETLKW, WRITES, 0, 1);
}

static int waits(void)
{
	long pid, status;

	CHECK(start() && lock(WRITES, 0, 10) == 0);
	shared->value = 1, shared->count = 0;
	pid = child_that(waits_for_lock);
	while (!shared->count)
		yield();
	pass(20);
	CHECK(status_with(pid, NO_HANG) == -2 && shared->value == 1);
	CHECK(lock(NONE, 0, 0) == 0 && status_of(pid) == 0 && shared->value == 0);
	/* A signal with a handler ends the wait with -EINTR. */
	CHECK(lock(WRITES, 0, 10) == 0);
	shared->count = 0;
	pid = child_that(waits_for_lock);
	while (!shared->count)
		yield();
	pass(20);
	CHECK(send(pid, SIGUSR1) == 0 && status_of(pid) == 0 && shared->value == -EINTR);
	pid = child_that(waits_for_lock);
	pass(20);
	CHECK(send(pid, SIGKILL) == 0 && status_of(pid) == SIGKILL);
	CHECK(lock(NONE, 0, 0) == 0);
	/* If two tasks would wait for each other, the second one gets -EDEADLK. */
	CHECK(lock(WRITES, 0, 1) == 0);
	pid = fork();
	if (pid == 0) {
		long result = lock(WRITES, 1, 1);

		shared->value = 7;
		leave(result == 0 && lock_with(file, SETLKW, WRITES, 0, 1) == 0 ? 5 : 6);
	}
	while (shared->value != 7)
		yield();
	pass(20);
	CHECK(lock_with(file, SETLKW, WRITES, 1, 1) == -EDEADLK);
	CHECK(lock(NONE, 0, 0) == 0);
	status = status_of(pid);
	CHECK(status == 5 << 8);
	CHECK(lock_with(file, SETLKW, WRITES, 0, 0) == 0);
	end();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = { { "ranges", ranges },
		                             { "refused", refused },
		                             { "owners", owners },
		                             { "whole-files", whole_files },
		                             { "waits", waits } };

	share();
	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
