/* SPDX-License-Identifier: MIT */
/*
 * usage: files KIND
 * Tests files with several names, and mapped files that are truncated. The exit status is 0 if all
 * is as in Linux, otherwise the line of the failed check modulo 256.
 */
#include "bench/programs/check.h"

#include "lib/errno.h"
#include "process/signal.h"

#define A   "/tmp/files-a"
#define B   "/tmp/files-b"
#define C   "/tmp/files-c"
#define DIR "/tmp/files-dir"

#define CWD (uint64_t)(-100)

struct stat {
	uint64_t device, number, links;
	uint32_t mode, rest;
	uint64_t more[16];
};

static long two(long number, const char *a, const char *b)
{
	return call(number, (uintptr_t)a, (uintptr_t)b, 0);
}

static long one(long number, const char *path)
{
	return call(number, (uintptr_t)path, 0, 0);
}

static struct stat stat_of(const char *path)
{
	struct stat stat = { 0 };

	call(SYS_stat, (uintptr_t)path, (uintptr_t)&stat, 0);
	return stat;
}

static long make(const char *path, const char *text, size_t size)
{
	long fd = call(SYS_open, (uintptr_t)path, 01102, 0640);

	return fd < 0 || call(SYS_write, (uint64_t)fd, (uintptr_t)text, size) != (long)size ? -1 : fd;
}

static int reads(const char *path, const char *text, size_t size)
{
	char buffer[64];
	long fd = call(SYS_open, (uintptr_t)path, 0, 0), n;
	int right = fd >= 0;

	if (!right)
		return 0;
	n = call(SYS_read, (uint64_t)fd, (uintptr_t)buffer, sizeof buffer);
	right = n == (long)size;
	for (size_t i = 0; right && i < size; i++)
		right = buffer[i] == text[i];
	return right && call(SYS_close, (uint64_t)fd, 0, 0) == 0;
}

static int names(void)
{
	long fd = make(A, "one", 3);
	struct stat before, after;

	CHECK(fd >= 0 && stat_of(A).links == 1);
	CHECK(two(SYS_link, A, B) == 0);
	before = stat_of(A), after = stat_of(B);
	CHECK(before.number == after.number && before.links == 2 && after.links == 2 &&
	      after.mode == before.mode);
	CHECK(call(SYS_chmod, (uintptr_t)B, 0600, 0) == 0 && stat_of(A).mode == 0100600);
	CHECK(call(SYS_write, (uint64_t)fd, (uintptr_t) " two", 4) == 4 && reads(B, "one two", 7));
	/* The file still exists after its first name was removed. */
	CHECK(one(SYS_unlink, A) == 0 && stat_of(A).number == 0 && stat_of(B).links == 1);
	CHECK(reads(B, "one two", 7));
	CHECK(two(SYS_link, B, A) == 0 && stat_of(A).number == before.number && stat_of(A).links == 2);
	/* Renaming one name of a file to another of its names has no effect. */
	CHECK(two(SYS_rename, A, B) == 0 && stat_of(A).links == 2);
	CHECK(two(SYS_rename, A, C) == 0 && stat_of(A).number == 0 && stat_of(C).links == 2);
	/* B and C are names of one file. After rename(A, C), C is a name of A's file instead. */
	CHECK(call(SYS_close, (uint64_t)make(A, "three", 5), 0, 0) == 0);
	CHECK(two(SYS_rename, A, C) == 0 && reads(C, "three", 5) && stat_of(B).links == 1);
	CHECK(two(SYS_link, B, A) == 0 && one(SYS_unlink, B) == 0 && one(SYS_unlink, A) == 0);
	CHECK(call(SYS_fstat, (uint64_t)fd, (uintptr_t)&after, 0) == 0 && after.links == 0);
	CHECK(call6(SYS_pread64, (uint64_t)fd, (uintptr_t)&before, 7, 0, 0, 0) == 7);
	CHECK(call(SYS_close, (uint64_t)fd, 0, 0) == 0 && one(SYS_unlink, C) == 0);
	return 0;
}

static int names_refused(void)
{
	CHECK(call(SYS_close, (uint64_t)make(A, "x", 1), 0, 0) == 0);
	CHECK(call(SYS_mkdir, (uintptr_t)DIR, 0700, 0) == 0);
	CHECK(two(SYS_link, "/no-such-file", B) == -ENOENT && two(SYS_link, A, A) == -EEXIST);
	CHECK(two(SYS_link, A, DIR) == -EEXIST && two(SYS_link, DIR, B) == -EPERM);
	CHECK(two(SYS_link, A, A "/b") == -ENOTDIR && two(SYS_link, A, "/no-such/b") == -ENOENT);
	CHECK(two(SYS_link, A, "") == -ENOENT);
	CHECK(call(SYS_link, KERNEL_BASE, (uintptr_t)B, 0) == -EFAULT);
	CHECK(call(SYS_link, (uintptr_t)A, KERNEL_BASE, 0) == -EFAULT);
	CHECK(call6(SYS_linkat, CWD, (uintptr_t)A, CWD, (uintptr_t)B, 0x80000000, 0) == -EINVAL);
	CHECK(call6(SYS_linkat, 99, (uintptr_t) "x", CWD, (uintptr_t)B, 0, 0) == -EBADF);
	CHECK(two(SYS_link, A, DIR "/a") == 0 && one(SYS_rmdir, DIR) == -ENOTEMPTY);
	CHECK(one(SYS_unlink, A) == 0 && reads(DIR "/a", "x", 1));
	CHECK(one(SYS_unlink, DIR "/a") == 0 && one(SYS_rmdir, DIR) == 0);
	return 0;
}

#define PAGES 6
static volatile char *mapped;
static long file;

static volatile char *map(uint64_t flags)
{
	return (volatile char *)call6(SYS_mmap, 0, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, flags,
	                              (uint64_t)file, 0);
}

/* Returns the signal that a read or write at `at` raises in a child, or 0. */
static int access_page(volatile char *at, int write)
{
	long pid = fork();

	if (pid == 0) {
		if (write)
			*at = 'w';
		else
			(void)*at;
		leave(0);
	}
	return status_of(pid) & 0x7f;
}

/*
 * A child maps the file, and then this process truncates it. Checks which pages of its mapping the
 * child can still access.
 */
static int in_another(void)
{
	int ends[2], back[2], status;
	char c;
	long pid;

	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0 && call(SYS_pipe, (uintptr_t)back, 0, 0) == 0);
	CHECK(call(SYS_ftruncate, (uint64_t)file, PAGES * PAGE_SIZE, 0) == 0);
	pid = fork();
	if (pid == 0) {
		volatile char *own = map(MAP_SHARED);

		own[3 * PAGE_SIZE] = own[0] = 'c';
		call(SYS_write, (uint64_t)back[1], (uintptr_t) "x", 1);
		call(SYS_read, (uint64_t)ends[0], (uintptr_t)&c, 1);
		leave(own[0] == 'c' && access_page(own + 3 * PAGE_SIZE, 0) == SIGBUS &&
		                      access_page(own + PAGE_SIZE, 1) == 0
		              ? 4
		              : 5);
	}
	CHECK(call(SYS_read, (uint64_t)back[0], (uintptr_t)&c, 1) == 1);
	CHECK(call(SYS_ftruncate, (uint64_t)file, 2 * PAGE_SIZE, 0) == 0);
	CHECK(call(SYS_write, (uint64_t)ends[1], (uintptr_t) "x", 1) == 1);
	status = status_of(pid);
	for (int i = 0; i < 2; i++) {
		call(SYS_close, (uint64_t)ends[i], 0, 0);
		call(SYS_close, (uint64_t)back[i], 0, 0);
	}
	CHECK(status == 4 << 8);
	return 0;
}

static int cut_one(uint64_t flags)
{
	const int shared = flags == MAP_SHARED;

	CHECK(call(SYS_ftruncate, (uint64_t)file, PAGES * PAGE_SIZE, 0) == 0);
	mapped = map(flags);
	CHECK((long)mapped > 0);
	for (size_t i = 0; i < PAGES; i++) {
		mapped[i * PAGE_SIZE] = (char)('0' + i);
		mapped[i * PAGE_SIZE + 100] = 'x';
	}
	CHECK(call(SYS_ftruncate, (uint64_t)file, 2 * PAGE_SIZE + 50, 0) == 0);
	CHECK(mapped[0] == '0' && mapped[PAGE_SIZE] == '1' && mapped[2 * PAGE_SIZE] == '2');
	/* This byte is in the file's last page, but past the end of the file. */
	CHECK(!shared || mapped[2 * PAGE_SIZE + 100] == 0);
	for (size_t i = 0; i < PAGES; i++)
		for (int write = 0; write < 2; write++)
			CHECK(access_page(mapped + i * PAGE_SIZE, write) == (i < 3 ? 0 : SIGBUS));
	/* The kernel cannot read the pages past the end either. */
	CHECK(call(SYS_write, (uint64_t)file, (uintptr_t)mapped + 4 * PAGE_SIZE, 10) == -EFAULT);
	CHECK(call(SYS_ftruncate, (uint64_t)file, PAGES * PAGE_SIZE, 0) == 0);
	for (size_t i = 3; i < PAGES; i++)
		CHECK(mapped[i * PAGE_SIZE] == 0 && mapped[i * PAGE_SIZE + 100] == 0);
	CHECK(one(SYS_truncate, A) == 0); /* makes the file empty */
	for (size_t i = 0; i < PAGES; i++)
		CHECK(access_page(mapped + i * PAGE_SIZE, 0) == SIGBUS);
	CHECK(call(SYS_munmap, (uintptr_t)mapped, PAGES * PAGE_SIZE, 0) == 0);
	return 0;
}

static int cuts(void)
{
	int line;

	file = make(A, "", 0);
	CHECK(file >= 0);
	line = cut_one(MAP_SHARED);
	line = line ? line : cut_one(MAP_PRIVATE);
	line = line ? line : in_another();
	call(SYS_close, (uint64_t)file, 0, 0);
	one(SYS_unlink, A);
	return line;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = { { "names", names },
		                             { "names-refused", names_refused },
		                             { "cuts", cuts } };

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
