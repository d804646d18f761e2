/* SPDX-License-Identifier: MIT */
/*
 * mappings KIND [FILE]: checks mapped files, shared memory, mremap() and madvise(). The exit status
 * is 0 if no check failed (see run_kind(), and beyond() for KIND `beyond`). Byte i of FILE must be
 * i * 7 + i / 256, modulo 256.
 */
#include "bench/programs/check.h"

#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW        (PROT_READ | PROT_WRITE)
#define CREATE    0102 /* O_RDWR | O_CREAT */
#define PATH      "/tmp/mapped"

static long map(size_t size, int protection, int flags, long fd, uint64_t offset)
{
	return call6(SYS_mmap, 0, size, (uint64_t)protection, (uint64_t)flags, (uint64_t)fd, offset);
}

static long map_at(uint64_t at, size_t size, int flags)
{
	return call6(SYS_mmap, at, size, RW, (uint64_t)flags, ~0UL, 0);
}

static long remap(volatile void *at, size_t old, size_t new, int flags, uint64_t to)
{
	return call6(SYS_mremap, (uintptr_t)at, old, new, (uint64_t)flags, to, 0);
}

/* Returns the wait status of a child that reads or writes a byte. */
static int touch(volatile char *at, int write)
{
	long pid = fork();

	if (pid == 0) {
		if (write)
			*at = 1;
		else
			(void)*at;
		leave(0);
	}
	return status_of(pid);
}

static uint8_t byte_of(size_t i)
{
	return (uint8_t)(i * 7 + i / 256);
}

static long size_of(long fd)
{
	uint64_t stat[18];

	return call(SYS_fstat, (uint64_t)fd, (uintptr_t)stat, 0) ? -1 : (long)stat[6];
}

/* Maps all pages of the file, private and then shared. Checks that each mapping has the bytes of
 * the file, and zeros past the end of the file. */
static int end(const char *path)
{
	long fd = call(SYS_open, (uintptr_t)path, 0, 0), size = size_of(fd);
	size_t pages = ((size_t)size + PAGE_MASK) / PAGE_SIZE;
	const volatile uint8_t *p;

	CHECK(fd >= 0 && size > 0);
	for (int shared = 0; shared < 2; shared++) {
		p = (volatile uint8_t *)map(pages * PAGE_SIZE, PROT_READ, shared ? MAP_SHARED : MAP_PRIVATE,
		                            fd, 0);
		CHECK((long)p > 0);
		for (size_t i = 0; i < (size_t)size; i++)
			CHECK(p[i] == byte_of(i));
		for (size_t i = (size_t)size; i < pages * PAGE_SIZE; i++)
			CHECK(p[i] == 0);
	}
	return 0;
}

/* Maps one page more than the file has and reads that page; SIGBUS should then kill the program.
 * Returns 2 if the file cannot be opened, 3 if it cannot be mapped, 4 if the page can be read. */
static int beyond(const char *path)
{
	long fd = call(SYS_open, (uintptr_t)path, 0, 0), size = size_of(fd), at;
	size_t pages = ((size_t)size + PAGE_MASK) / PAGE_SIZE;

	if (fd < 0 || size < 0)
		return 2;
	at = map((pages + 1) * PAGE_SIZE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at <= 0)
		return 3;
	(void)*(volatile char *)((uintptr_t)at + pages * PAGE_SIZE);
	return 4;
}

/* Makes a file of 2.5 pages whose byte i is byte_of(i). Returns its descriptor, or -1. */
static long make_file(void)
{
	static uint8_t bytes[PAGE_SIZE * 5 / 2];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = byte_of(i);
	long fd = call(SYS_open, (uintptr_t)PATH, CREATE, 0600);

	return call(SYS_write, (uint64_t)fd, (uintptr_t)bytes, sizeof bytes) == sizeof bytes ? fd : -1;
}

static int private_files(void)
{
	long fd = make_file();
	volatile uint8_t *a = (volatile uint8_t *)map(3 * PAGE_SIZE, RW, MAP_PRIVATE, fd, 0);
	volatile uint8_t *b = (volatile uint8_t *)map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, fd, PAGE_SIZE);
	uint8_t byte = 0;

	CHECK(fd >= 0 && (long)a > 0 && (long)b > 0);
	CHECK(b[5] == byte_of(PAGE_SIZE + 5));
	a[PAGE_SIZE + 5] = 1; /* neither `b` nor the file changes */
	CHECK(b[5] == byte_of(PAGE_SIZE + 5) && a[PAGE_SIZE + 6] == byte_of(PAGE_SIZE + 6));
	CHECK(call(SYS_lseek, (uint64_t)fd, PAGE_SIZE + 5, 0) == PAGE_SIZE + 5);
	CHECK(call(SYS_read, (uint64_t)fd, (uintptr_t)&byte, 1) == 1 && byte == byte_of(PAGE_SIZE + 5));
	CHECK(a[5 * PAGE_SIZE / 2 - 1] == byte_of(5 * PAGE_SIZE / 2 - 1) && a[5 * PAGE_SIZE / 2] == 0);
	/* Unmapping a part leaves the rest unchanged; the file may be closed and removed. */
	CHECK(call(SYS_munmap, (uintptr_t)a + PAGE_SIZE, PAGE_SIZE, 0) == 0);
	CHECK(call(SYS_close, (uint64_t)fd, 0, 0) == 0 && call(SYS_unlink, (uintptr_t)PATH, 0, 0) == 0);
	CHECK(a[0] == byte_of(0) && a[2 * PAGE_SIZE] == byte_of(2 * PAGE_SIZE));
	CHECK(touch((volatile char *)a + PAGE_SIZE, 0) == 11);
	CHECK(touch((volatile char *)b, 1) == 11);
	/* MADV_DONTNEED discards what was written. */
	a[0] = 99;
	CHECK(call(SYS_madvise, (uintptr_t)a, PAGE_SIZE, 4) == 0 && a[0] == byte_of(0));
	return 0;
}

static int shared_files(void)
{
	long fd = make_file(), fd_read = call(SYS_open, (uintptr_t)PATH, 0, 0), pid;
	volatile uint8_t *a = (volatile uint8_t *)map(3 * PAGE_SIZE, RW, MAP_SHARED, fd, 0);
	volatile uint8_t *b = (volatile uint8_t *)map(3 * PAGE_SIZE, PROT_READ, MAP_SHARED, fd_read, 0);
	uint8_t byte = 0;

	CHECK(fd >= 0 && fd_read >= 0 && (long)a > 0 && (long)b > 0);
	a[7] = 77;
	CHECK(b[7] == 77);
	CHECK(call(SYS_lseek, (uint64_t)fd, 7, 0) == 7);
	CHECK(call(SYS_read, (uint64_t)fd, (uintptr_t)&byte, 1) == 1 && byte == 77);
	byte = 88;
	CHECK(call(SYS_write, (uint64_t)fd, (uintptr_t)&byte, 1) == 1 && a[8] == 88 && b[8] == 88);
	pid = fork();
	if (pid == 0) {
		/* Nobody has touched this page yet. */
		a[PAGE_SIZE] = 55;
		/* This page is in use already. The parent must see both writes. */
		a[9] = 66;
		leave(0);
	}
	CHECK(status_of(pid) == 0 && a[9] == 66 && b[9] == 66 && b[PAGE_SIZE] == 55);
	CHECK(call(SYS_msync, (uintptr_t)a, 3 * PAGE_SIZE, MS_SYNC) == 0);
	CHECK(map(PAGE_SIZE, RW, MAP_SHARED, fd_read, 0) == -13);
	CHECK(call(SYS_mprotect, (uintptr_t)b, PAGE_SIZE, RW) == -13);
	CHECK(call(SYS_mprotect, (uintptr_t)a, PAGE_SIZE, PROT_READ) == 0);
	CHECK(touch((volatile char *)a, 1) == 11 && a[7] == 77);
	CHECK(call(SYS_mprotect, (uintptr_t)a, PAGE_SIZE, RW) == 0);
	a[7] = 78;
	CHECK(b[7] == 78);
	CHECK(call(SYS_unlink, (uintptr_t)PATH, 0, 0) == 0);
	return 0;
}

static int shared_memory(void)
{
	volatile uint64_t *a = (volatile uint64_t *)map(2 * PAGE_SIZE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const size_t page = PAGE_SIZE / 8;
	long pid;

	CHECK((long)a > 0 && a[0] == 0);
	a[0] = 1;
	pid = fork();
	if (pid == 0) {
		if (a[0] != 1)
			leave(1);
		a[0] = 2;
		a[page] = 3;
		leave(0);
	}
	CHECK(status_of(pid) == 0 && a[0] == 2 && a[page] == 3);
	/* Shared memory keeps its contents. */
	CHECK(call(SYS_madvise, (uintptr_t)a, 2 * PAGE_SIZE, 4) == 0 && a[0] == 2);
	CHECK(call(SYS_munmap, (uintptr_t)a, PAGE_SIZE, 0) == 0 && a[page] == 3);
	return 0;
}

static int remaps(void)
{
	const uint64_t base = 0x200000000;
	volatile uint64_t *a = (volatile uint64_t *)map_at(base, 4 * PAGE_SIZE, ANONYMOUS | MAP_FIXED), *b;
	const size_t page = PAGE_SIZE / 8;

	CHECK((uint64_t)a == base);
	for (size_t i = 0; i < 4; i++)
		a[i * page] = i + 1;
	/* Shrink, then grow in place. */
	CHECK(remap(a, 4 * PAGE_SIZE, 3 * PAGE_SIZE, 0, 0) == (long)a);
	CHECK(touch((volatile char *)a + 3 * PAGE_SIZE, 0) == 11);
	CHECK(remap(a, 3 * PAGE_SIZE, 5 * PAGE_SIZE, 0, 0) == (long)a);
	CHECK(a[2 * page] == 3 && a[3 * page] == 0);
	/* Grow with another mapping in the way. */
	CHECK(map_at(base + 5 * PAGE_SIZE, PAGE_SIZE, ANONYMOUS | MAP_FIXED) > 0);
	CHECK(call(SYS_mprotect, base + 5 * PAGE_SIZE, PAGE_SIZE, PROT_READ) == 0);
	CHECK(remap(a, 5 * PAGE_SIZE, 6 * PAGE_SIZE, 0, 0) == -12);
	b = (volatile uint64_t *)remap(a, 5 * PAGE_SIZE, 600 * PAGE_SIZE, MREMAP_MAYMOVE, 0);
	CHECK((long)b > 0 && b != a && b[0] == 1 && b[2 * page] == 3 && b[599 * page] == 0);
	CHECK(touch((volatile char *)a, 0) == 11);
	/* Move to an address, replacing what is mapped there. */
	CHECK(remap(b + page, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, base + 5 * PAGE_SIZE) ==
	      (long)base + 5 * (long)PAGE_SIZE);
	CHECK(a[5 * page] == 2 && b[0] == 1 && b[2 * page] == 3);
	CHECK(touch((volatile char *)b + PAGE_SIZE, 0) == 11);
	/* Ranges that span two regions, are not mapped, or are not whole pages. */
	CHECK(remap(b, 3 * PAGE_SIZE, 4 * PAGE_SIZE, MREMAP_MAYMOVE, 0) == -14);
	CHECK(remap(a, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE, 0) == -14);
	CHECK(remap((volatile char *)b + 1, PAGE_SIZE, PAGE_SIZE, MREMAP_MAYMOVE, 0) == -22);
	CHECK(remap(b, PAGE_SIZE, 0, MREMAP_MAYMOVE, 0) == -22);
	CHECK(remap(b, 0, PAGE_SIZE, MREMAP_MAYMOVE, 0) == -22);
	CHECK(remap(b, PAGE_SIZE, PAGE_SIZE, MREMAP_FIXED, base) == -22);
	CHECK(remap(b, PAGE_SIZE, PAGE_SIZE, 4, 0) == -22);
	CHECK(remap(b, PAGE_SIZE, PAGE_SIZE, 3, (uint64_t)b) == -22);
	CHECK(remap(b, PAGE_SIZE, PAGE_SIZE, 3, 1UL << 63) == -22);
	CHECK(remap(b, PAGE_SIZE, ~0UL, MREMAP_MAYMOVE, 0) == -12);
	CHECK(remap(b, ~0UL, PAGE_SIZE, MREMAP_MAYMOVE, 0) == -14);
	CHECK(remap((void *)KERNEL_BASE, PAGE_SIZE, 2 * PAGE_SIZE, MREMAP_MAYMOVE, 0) == -14);
	CHECK(b[0] == 1);
	return 0;
}

static int advises(void)
{
	volatile uint64_t *a = (volatile uint64_t *)map(3 * PAGE_SIZE, RW, ANONYMOUS, -1, 0);
	const size_t page = PAGE_SIZE / 8;

	CHECK((long)a > 0);
	a[0] = a[page] = a[2 * page] = 5;
	CHECK(call(SYS_madvise, (uintptr_t)a + PAGE_SIZE, 1, 4) == 0);
	CHECK(a[0] == 5 && a[page] == 0 && a[2 * page] == 5);
	for (uint64_t advice = 0; advice < 4; advice++)
		CHECK(call(SYS_madvise, (uintptr_t)a, 3 * PAGE_SIZE, advice) == 0);
	CHECK(call(SYS_madvise, (uintptr_t)a, PAGE_SIZE, 8) == 0 && a[0] == 5);
	CHECK(call(SYS_madvise, (uintptr_t)a, PAGE_SIZE, 10) == -22); /* MADV_DONTFORK */
	CHECK(call(SYS_madvise, (uintptr_t)a, PAGE_SIZE, 1000) == -22);
	CHECK(call(SYS_madvise, (uintptr_t)a + 1, PAGE_SIZE, 4) == -22);
	CHECK(call(SYS_madvise, (uintptr_t)a, 0, 4) == 0);
	CHECK(call(SYS_madvise, KERNEL_BASE, PAGE_SIZE, 4) == -12);
	CHECK(call(SYS_munmap, (uintptr_t)a + PAGE_SIZE, PAGE_SIZE, 0) == 0);
	CHECK(call(SYS_madvise, (uintptr_t)a, 3 * PAGE_SIZE, 4) == -12 && a[0] == 0 && a[2 * page] == 0);
	CHECK(call(SYS_msync, (uintptr_t)a, PAGE_SIZE, MS_SYNC) == 0);
	CHECK(call(SYS_msync, (uintptr_t)a, 3 * PAGE_SIZE, MS_SYNC) == -12);
	CHECK(call(SYS_msync, (uintptr_t)a, PAGE_SIZE, MS_SYNC | MS_ASYNC) == -22);
	CHECK(call(SYS_msync, (uintptr_t)a, PAGE_SIZE, 8) == -22);
	CHECK(call(SYS_msync, (uintptr_t)a + 1, PAGE_SIZE, MS_SYNC) == -22);
	CHECK(call(SYS_msync, KERNEL_BASE, PAGE_SIZE, MS_SYNC) == -12);
	return 0;
}

static int refuses(void)
{
	long fd = make_file(), write_only = call(SYS_open, (uintptr_t)PATH, 1, 0);
	long directory = call(SYS_open, (uintptr_t) "/tmp", 0, 0);

	CHECK(fd >= 0 && write_only >= 0 && directory >= 0);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, 63, 0) == -9);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, -1, 0) == -9);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, write_only, 0) == -13);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_SHARED, write_only, 0) == -13);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, directory, 0) == -19);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, 1, 0) == -19); /* the console */
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, fd, 100) == -22);
	CHECK(map(PAGE_SIZE, PROT_READ, MAP_PRIVATE, fd, ~PAGE_MASK) == -75);
	CHECK(map(PAGE_SIZE, RW | PROT_EXEC, MAP_PRIVATE, fd, 0) == -13);
	CHECK(map(0, PROT_READ, MAP_PRIVATE, fd, 0) == -22);
	CHECK(map(PAGE_SIZE, PROT_READ, 0, fd, 0) == -22);
	CHECK(map(2UL << 30, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == -12);
	/* The kernel's own reads of the mapping also fail past the end of the file. */
	{
		long at = map(4 * PAGE_SIZE, PROT_READ, MAP_PRIVATE, fd, 0);

		CHECK(at > 0);
		CHECK(call(SYS_write, (uint64_t)fd, (uint64_t)at + 3 * PAGE_SIZE, 1) == -14);
		CHECK(touch((volatile char *)at + 3 * PAGE_SIZE, 0) == 7);
		CHECK(touch((volatile char *)at + 2 * PAGE_SIZE, 0) == 0);
	}
	CHECK(call(SYS_unlink, (uintptr_t)PATH, 0, 0) == 0);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "private-files", private_files },
		{ "shared-files", shared_files },
		{ "shared-memory", shared_memory },
		{ "remaps", remaps },
		{ "advises", advises },
		{ "refuses", refuses },
	};

	if (argc == 3 && equal(argv[1], "end"))
		return end(argv[2]) != 0;
	if (argc == 3 && equal(argv[1], "beyond"))
		return beyond(argv[2]);
	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
