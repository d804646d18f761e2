/* SPDX-License-Identifier: MIT */
/*
 * usage: offers KIND
 * Tests system calls that this kernel has only because Linux programs expect them, such as
 * scheduling policies. The exit status is 0 if they behave as on Linux, otherwise the line of the
 * failed check modulo 256.
 */
#include "tests/programs/jobs.h"

#define PATH "/tmp/offers"

enum { PROCESS, GROUP, USER };

static long priority(int which, long who)
{
	return call(SYS_getpriority, (uint64_t)which, (uint64_t)who, 0);
}

static long set_priority(int which, long who, int nice)
{
	return call(SYS_setpriority, (uint64_t)which, (uint64_t)who, (uint64_t)nice);
}

static void is_user_1000(void)
{
	call(SYS_setuid, 1000, 0, 0);
	shared->value = priority(PROCESS, 0) == 17 && set_priority(PROCESS, 0, 10) == 0 &&
	                set_priority(PROCESS, 0, 9) == -EACCES && priority(PROCESS, 0) == 10 &&
	                set_priority(PROCESS, call(SYS_getppid, 0, 0, 0), 19) == -EPERM &&
	                set_priority(USER, 0, 12) == 0 && priority(USER, 1000) == 8;
}

static int priorities(void)
{
	long pid;

	CHECK(priority(PROCESS, 0) == 20 && priority(PROCESS, self()) == 20);
	CHECK(priority(3, 0) == -EINVAL && set_priority(-1, 0, 0) == -EINVAL);
	CHECK(priority(PROCESS, 0x7fffffff) == -ESRCH && set_priority(GROUP, 0x7fffffff, 0) == -ESRCH);
	CHECK(set_priority(PROCESS, 0, 100) == 0 && priority(PROCESS, 0) == 1);
	CHECK(set_priority(PROCESS, 0, -100) == 0 && priority(PROCESS, 0) == 40);
	CHECK(set_priority(GROUP, 0, 3) == 0 && priority(GROUP, 0) == 17);
	CHECK(set_priority(PROCESS, 1, 5) == -EPERM &&
	      priority(PROCESS, 1) == 20); /* process 1 is the kernel's task */
	pid = fork();                      /* the child inherits the priority */
	if (pid == 0)
		leave(priority(PROCESS, 0) == 17 && set_priority(PROCESS, 0, 7) == 0 &&
		                      priority(GROUP, 0) == 17
		              ? 5
		              : 6);
	CHECK(status_of(pid) == 5 << 8 && priority(PROCESS, 0) == 17);
	shared->value = 0;
	CHECK(status_of(child_that(is_user_1000)) == 0 && shared->value == 1);
	return 0;
}

static int scheduling(void)
{
	int parameter = 99, none = 0, one = 1;
	uint64_t cpus = 1, no_cpus = 2;
	uint32_t cpu = 9, node = 9;

	CHECK(call(SYS_sched_getscheduler, 0, 0, 0) == 0 &&
	      call(SYS_sched_getscheduler, ~0UL, 0, 0) == -EINVAL);
	CHECK(call(SYS_sched_getscheduler, 0x7fffffff, 0, 0) == -ESRCH);
	CHECK(call(SYS_sched_getparam, 0, (uintptr_t)&parameter, 0) == 0 && parameter == 0);
	CHECK(call(SYS_sched_setparam, 0, (uintptr_t)&none, 0) == 0);
	CHECK(call(SYS_sched_setparam, 0, (uintptr_t)&one, 0) == -EINVAL);
	CHECK(call(SYS_sched_setscheduler, 0, 0, (uintptr_t)&none) == 0);
	CHECK(call(SYS_sched_setscheduler, 0, 1, (uintptr_t)&one) == -EPERM);
	CHECK(call(SYS_sched_setscheduler, 0, 1, (uintptr_t)&none) == -EINVAL);
	CHECK(call(SYS_sched_setscheduler, 0, 0, 0) == -EINVAL &&
	      call(SYS_sched_setscheduler, 0, 0, KERNEL_BASE) == -EFAULT);
	for (uint64_t policy = 0; policy < 8; policy++) {
		const int known = policy != 4 && policy < 6, real_time = policy == 1 || policy == 2;

		CHECK(call(SYS_sched_get_priority_max, policy, 0, 0) == (!known      ? -EINVAL
		                                                         : real_time ? 99
		                                                                     : 0));
		CHECK(call(SYS_sched_get_priority_min, policy, 0, 0) == (!known ? -EINVAL : real_time));
	}
	CHECK(call(SYS_sched_setaffinity, 0, 8, (uintptr_t)&cpus) == 0);
	CHECK(call(SYS_sched_setaffinity, 0, 8, (uintptr_t)&no_cpus) == -EINVAL);
	CHECK(call(SYS_sched_setaffinity, 0, 8, KERNEL_BASE) == -EFAULT);
	CHECK(call(SYS_getcpu, (uintptr_t)&cpu, (uintptr_t)&node, 0) == 0 && cpu == 0 && node == 0);
	CHECK(call(SYS_getcpu, 0, 0, 0) == 0 && call(SYS_getcpu, KERNEL_BASE, 0, 0) == -EFAULT);
	return 0;
}

static int memory_locks(void)
{
	const uint64_t at =
	        (uint64_t)call6(SYS_mmap, 0, 3 * PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);

	CHECK(call(SYS_munmap, at + PAGE_SIZE, PAGE_SIZE, 0) == 0);
	for (int i = 0; i < 2; i++) {
		const long number = i ? SYS_munlock : SYS_mlock;

		CHECK(call(number, at + 5, PAGE_SIZE - 5, 0) == 0 && call(number, at, 0, 0) == 0);
		CHECK(call(number, at + 5, PAGE_SIZE - 4, 0) == -ENOMEM &&
		      call(number, at, 3 * PAGE_SIZE, 0) == -ENOMEM);
		CHECK(call(number, at, ~0UL << 20, 0) == -EINVAL &&
		      call(number, KERNEL_BASE, 5, 0) == -ENOMEM);
	}
	CHECK(call(SYS_mlock2, at, 10, 1) == 0 && call(SYS_mlock2, at, 10, 2) == -EINVAL);
	CHECK(call(SYS_mlockall, 3, 0, 0) == 0 && call(SYS_mlockall, 0, 0, 0) == -EINVAL);
	CHECK(call(SYS_mlockall, 4, 0, 0) == -EINVAL && call(SYS_mlockall, 8, 0, 0) == -EINVAL);
	CHECK(call(SYS_munlockall, 0, 0, 0) == 0);
	return 0;
}

static int files(void)
{
	char a[4] = "abcd", b[4] = "efgh", c[8];
	const uint64_t out[] = { (uintptr_t)a, 4, (uintptr_t)b, 4 },
	               in[] = { (uintptr_t)c, 3, (uintptr_t)c + 3, 5 };
	uint64_t statistics[15];
	int ends[2];
	long fd = call(SYS_creat, (uintptr_t)PATH, 0600, 0);

	CHECK(fd >= 0 && call6(SYS_pwritev, (uint64_t)fd, (uintptr_t)out, 2, 2, 0, 0) == 8);
	CHECK(call(SYS_read, (uint64_t)fd, (uintptr_t)c, 1) == -EBADF &&
	      call(SYS_close, (uint64_t)fd, 0, 0) == 0);
	fd = call(SYS_open, (uintptr_t)PATH, 2, 0);
	CHECK(call6(SYS_preadv, (uint64_t)fd, (uintptr_t)in, 2, 1, 0, 0) == 8 && c[0] == 0 && c[1] == 'a' &&
	      c[7] == 'g');
	CHECK(call(SYS_lseek, (uint64_t)fd, 0, 1) == 0); /* preadv() keeps the file position */
	CHECK(call6(SYS_preadv, (uint64_t)fd, (uintptr_t)in, 2, ~0UL, 0, 0) == -EINVAL);
	CHECK(call6(SYS_preadv, (uint64_t)fd, (uintptr_t)in, 1025, 0, 0, 0) == -EINVAL);
	CHECK(call(SYS_statfs, (uintptr_t) "/tmp", (uintptr_t)statistics, 0) == 0 &&
	      statistics[1] == PAGE_SIZE);
	CHECK(statistics[0] == 0x01021994 && statistics[3] < statistics[2] && statistics[8] == 255);
	CHECK(call(SYS_fstatfs, (uint64_t)fd, (uintptr_t)statistics, 0) == 0 &&
	      call(SYS_fstatfs, 50, (uintptr_t)statistics, 0) == -EBADF);
	CHECK(call(SYS_statfs, (uintptr_t) "/no-such", (uintptr_t)statistics, 0) == -ENOENT);
	CHECK(call(SYS_statfs, (uintptr_t) "/", KERNEL_BASE, 0) == -EFAULT);
	CHECK(call(SYS_syncfs, (uint64_t)fd, 0, 0) == 0 && call(SYS_unlink, (uintptr_t)PATH, 0, 0) == 0);
	CHECK(call(SYS_pipe, (uintptr_t)ends, 0, 0) == 0);
	CHECK(call6(SYS_preadv, (uint64_t)ends[0], (uintptr_t)in, 2, 0, 0, 0) == -ESPIPE);
	/* With flag 4 (CLOSE_RANGE_CLOEXEC), close_range() sets FD_CLOEXEC and closes nothing. */
	CHECK(call(SYS_close_range, (uint64_t)ends[0], ~0U, 4) == 0 &&
	      call(SYS_fcntl, (uint64_t)ends[1], 1, 0) == 1);
	CHECK(call(SYS_close_range, (uint64_t)ends[1], (uint64_t)ends[1], 0) == 0);
	CHECK(call(SYS_fcntl, (uint64_t)ends[1], 1, 0) == -EBADF &&
	      call(SYS_fcntl, (uint64_t)ends[0], 1, 0) == 1);
	CHECK(call(SYS_close_range, 3, ~0U, 0) == 0 && call(SYS_fcntl, (uint64_t)fd, 1, 0) == -EBADF &&
	      call(SYS_fcntl, 2, 1, 0) == 0);
	CHECK(call(SYS_close_range, 5, 4, 0) == -EINVAL && call(SYS_close_range, 3, 4, 1) == -EINVAL);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = { { "priorities", priorities },
		                             { "scheduling", scheduling },
		                             { "memory-locks", memory_locks },
		                             { "files", files } };

	share();
	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
