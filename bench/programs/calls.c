/* SPDX-License-Identifier: MIT */
/*
 * System calls with bad arguments, one of them at a time: each must give Linux's error, and nothing else may happen. Nothing here is
 * the kernel's own, so the program says of Linux what it says of Palimpsest: run it there to check the table.
 * calls all: exit status 0, or 1 and the rows that were not met. calls random: children make random calls until they end, hang or have made
 * enough of them; the kernel must live.
 */
#include "bench/programs/user.h"

/* In place of an argument: every bad address, every one but 0, the process ID. */
#define BAD    0xbad0000000000001UL
#define WRONG  0xbad0000000000002UL
#define MYSELF 0xbad0000000000003UL

/* Files as open_files() leaves them. */
enum { READER = 3, WRITER, PLAIN, DIRECTORY, CLOSED = 40 };

enum {
	PERM = -1,
	NOENT = -2,
	SRCH = -3,
	BADF = -9,
	CHILD = -10,
	AGAIN = -11,
	ACCES = -13,
	FAULT = -14,
	BUSY = -16,
	EXIST = -17,
	NOTDIR = -20,
	ISDIR = -21,
	INVAL = -22,
	NOTTY = -25,
	SPIPE = -29,
	RANGE = -34,
	NAMETOOLONG = -36,
	NOSYS = -38,
};

#define NO_PID          0x7fffffff
#define CWD             (uint64_t)(-100)
#define ADDRESS(object) (uintptr_t)(object)
#define NONE            ADDRESS("/no-such-file")
#define FILE            ADDRESS("/tmp/calls")
#define LINK            ADDRESS("/tmp/calls-link")
#define BUFFER          ADDRESS(buffer)
#define NEVER           ADDRESS(never)

static char buffer[4096] __attribute__((aligned(64)));
static uint32_t zero;
static char long_path[6000];
static const uint64_t no_time[2], wrong_time[2] = { 0, 1000000000 }, negative_time[2] = { ~0UL, 0 };
static const uint64_t wrong_timer[4] = { 0, 1000000, 0, 0 };
static const uint64_t vector_to_nowhere[2] = { 8, 1 }, long_vector[2] = { 0x400000, ~0UL };
static const uint64_t short_mask[2] = { 8, 4 }, mask_nowhere[2] = { 0x800000000000, 8 };
static const uint64_t never[4] = { 0 };
static const struct {
	uint64_t base;
	uint32_t flags, padding;
	uint64_t size;
} small_stack = { 0x400000, 0, 0, 10 }, wrong_stack = { 0x400000, 77, 0, 100000 };

static const struct row {
	int number;
	int error;
	uint64_t arguments[6];
} rows[] = {
	{ SYS_read, BADF, { CLOSED, BUFFER, 1 } },
	{ SYS_read, BADF, { ~0UL, BUFFER, 1 } },
	{ SYS_read, BADF, { WRITER, BUFFER, 1 } },
	{ SYS_read, ISDIR, { DIRECTORY, BUFFER, 1 } },
	{ SYS_read, FAULT, { PLAIN, BAD, 4 } },
	{ SYS_read, FAULT, { PLAIN, BUFFER, ~0UL } },
	{ SYS_write, BADF, { CLOSED, BUFFER, 1 } },
	{ SYS_write, BADF, { READER, BUFFER, 1 } },
	{ SYS_write, BADF, { DIRECTORY, BUFFER, 1 } },
	{ SYS_write, FAULT, { WRITER, BAD, 4 } },
	{ SYS_write, FAULT, { PLAIN, BAD, 4 } },
	{ SYS_write, FAULT, { PLAIN, BUFFER, ~0UL } },
	{ SYS_pread64, SPIPE, { READER, BUFFER, 1, 0 } },
	{ SYS_pread64, INVAL, { PLAIN, BUFFER, 1, ~0UL } },
	{ SYS_pread64, FAULT, { PLAIN, BAD, 4, 0 } },
	{ SYS_pwrite64, BADF, { CLOSED, BUFFER, 1, 0 } },
	{ SYS_pwrite64, SPIPE, { WRITER, BUFFER, 1, 0 } },
	{ SYS_pwrite64, FAULT, { PLAIN, BAD, 4, 0 } },
	{ SYS_readv, BADF, { CLOSED, BUFFER, 0 } },
	{ SYS_readv, FAULT, { PLAIN, BAD, 1 } },
	{ SYS_readv, INVAL, { PLAIN, BUFFER, 1025 } },
	{ SYS_readv, INVAL, { PLAIN, BUFFER, ~0UL } },
	{ SYS_readv, FAULT, { PLAIN, ADDRESS(vector_to_nowhere), 1 } },
	{ SYS_readv, INVAL, { PLAIN, ADDRESS(long_vector), 1 } },
	{ SYS_writev, BADF, { READER, ADDRESS(vector_to_nowhere), 1 } },
	{ SYS_writev, FAULT, { PLAIN, BAD, 1 } },
	{ SYS_writev, FAULT, { WRITER, ADDRESS(vector_to_nowhere), 1 } },
	{ SYS_open, FAULT, { BAD, 0 } },
	{ SYS_open, NOENT, { ADDRESS(""), 0 } },
	{ SYS_open, NOENT, { NONE, 0 } },
	{ SYS_open, NAMETOOLONG, { ADDRESS(long_path), 0 } },
	{ SYS_open, NOTDIR, { ADDRESS("/tmp/calls/x"), 0 } },
	{ SYS_open, NOTDIR, { FILE, 0200000 } },
	{ SYS_open, ISDIR, { ADDRESS("/tmp"), 1 } },
	{ SYS_open, EXIST, { FILE, 0302 } },
	{ SYS_openat, BADF, { CLOSED, ADDRESS("x"), 0 } },
	{ SYS_openat, NOTDIR, { PLAIN, ADDRESS("x"), 0 } },
	{ SYS_close, BADF, { CLOSED } },
	{ SYS_close, BADF, { ~0UL } },
	{ SYS_stat, FAULT, { BAD, BUFFER } },
	{ SYS_stat, FAULT, { FILE, BAD } },
	{ SYS_stat, NOENT, { NONE, BUFFER } },
	{ SYS_lstat, FAULT, { FILE, BAD } },
	{ SYS_fstat, BADF, { CLOSED, BUFFER } },
	{ SYS_fstat, FAULT, { PLAIN, BAD } },
	{ SYS_newfstatat, BADF, { CLOSED, ADDRESS("x"), BUFFER, 0 } },
	{ SYS_newfstatat, FAULT, { CWD, FILE, BAD, 0 } },
	{ SYS_newfstatat, INVAL, { CWD, FILE, BUFFER, 0x80000000 } },
	{ SYS_lseek, BADF, { CLOSED, 0, 0 } },
	{ SYS_lseek, SPIPE, { READER, 0, 0 } },
	{ SYS_lseek, INVAL, { PLAIN, 0, 99 } },
	{ SYS_lseek, INVAL, { PLAIN, ~0UL, 0 } },
	{ SYS_poll, FAULT, { BAD, 1, 0 } },
	{ SYS_poll, INVAL, { BUFFER, 0xffffffff, 0 } },
	{ SYS_ppoll, FAULT, { BAD, 1, ADDRESS(no_time), 0, 8 } },
	{ SYS_ppoll, FAULT, { BUFFER, 0, WRONG, 0, 8 } },
	{ SYS_ppoll, INVAL, { BUFFER, 0, ADDRESS(wrong_time), 0, 8 } },
	{ SYS_ppoll, FAULT, { BUFFER, 0, ADDRESS(no_time), WRONG, 8 } },
	{ SYS_ppoll, INVAL, { BUFFER, 0, ADDRESS(no_time), NEVER, 4 } },
	{ SYS_select, INVAL, { ~0UL, 0, 0, 0, ADDRESS(no_time) } },
	{ SYS_select, FAULT, { 5, WRONG, 0, 0, ADDRESS(no_time) } },
	{ SYS_select, FAULT, { 5, 0, WRONG, 0, ADDRESS(no_time) } },
	{ SYS_select, FAULT, { 5, 0, 0, 0, WRONG } },
	{ SYS_pselect6, FAULT, { 5, WRONG, 0, 0, ADDRESS(no_time), 0 } },
	{ SYS_pselect6, INVAL, { 0, 0, 0, 0, ADDRESS(negative_time), 0 } },
	{ SYS_pselect6, FAULT, { 0, 0, 0, 0, ADDRESS(no_time), WRONG } },
	{ SYS_pselect6, FAULT, { 0, 0, 0, 0, ADDRESS(no_time), ADDRESS(mask_nowhere) } },
	{ SYS_pselect6, INVAL, { 0, 0, 0, 0, ADDRESS(no_time), ADDRESS(short_mask) } },
	{ SYS_rt_sigaction, INVAL, { 0, NEVER, 0, 8 } },
	{ SYS_rt_sigaction, INVAL, { 65, NEVER, 0, 8 } },
	{ SYS_rt_sigaction, INVAL, { 0xffffffff, NEVER, 0, 8 } },
	{ SYS_rt_sigaction, INVAL, { 9, NEVER, 0, 8 } },
	{ SYS_rt_sigaction, INVAL, { 19, NEVER, 0, 8 } },
	{ SYS_rt_sigaction, INVAL, { 10, NEVER, 0, 16 } },
	{ SYS_rt_sigaction, FAULT, { 10, WRONG, 0, 8 } },
	{ SYS_rt_sigaction, FAULT, { 10, 0, WRONG, 8 } },
	{ SYS_rt_sigprocmask, INVAL, { 0, NEVER, 0, 4 } },
	{ SYS_rt_sigprocmask, INVAL, { 3, NEVER, 0, 8 } },
	{ SYS_rt_sigprocmask, FAULT, { 0, WRONG, 0, 8 } },
	{ SYS_rt_sigprocmask, FAULT, { 0, 0, WRONG, 8 } },
	{ SYS_rt_sigpending, FAULT, { BAD, 8 } },
	{ SYS_rt_sigpending, INVAL, { BUFFER, 9 } },
	{ SYS_rt_sigsuspend, FAULT, { BAD, 8 } },
	{ SYS_rt_sigsuspend, INVAL, { NEVER, 4 } },
	{ SYS_sigaltstack, FAULT, { WRONG, 0 } },
	{ SYS_sigaltstack, FAULT, { 0, WRONG } },
	{ SYS_sigaltstack, -12, { ADDRESS(&small_stack), 0 } },
	{ SYS_sigaltstack, INVAL, { ADDRESS(&wrong_stack), 0 } },
	{ SYS_kill, SRCH, { NO_PID, 0 } },
	{ SYS_kill, SRCH, { (uint64_t)-NO_PID, 0 } },
	{ SYS_kill, INVAL, { MYSELF, 65 } },
	{ SYS_kill, INVAL, { MYSELF, ~0UL } },
	{ SYS_tkill, INVAL, { ~0UL, 0 } },
	{ SYS_tkill, SRCH, { NO_PID, 0 } },
	{ SYS_tkill, INVAL, { MYSELF, 99 } },
	{ SYS_tgkill, INVAL, { 0, MYSELF, 0 } },
	{ SYS_tgkill, INVAL, { MYSELF, 0, 0 } },
	{ SYS_tgkill, SRCH, { MYSELF, NO_PID, 0 } },
	{ SYS_wait4, CHILD, { ~0UL, 0, 0, 0 } },
	{ SYS_wait4, CHILD, { MYSELF, 0, 0, 0 } },
	{ SYS_wait4, CHILD, { 0, 0, 1, 0 } },
	{ SYS_wait4, INVAL, { ~0UL, 0, 0x10, 0 } },
	{ SYS_getitimer, INVAL, { 3, BUFFER } },
	{ SYS_getitimer, FAULT, { 0, BAD } },
	{ SYS_setitimer, INVAL, { 3, NEVER, 0 } },
	{ SYS_setitimer, FAULT, { 0, WRONG, 0 } },
	{ SYS_setitimer, FAULT, { 0, NEVER, WRONG } },
	{ SYS_setitimer, INVAL, { 0, ADDRESS(wrong_timer), 0 } },
	{ SYS_nanosleep, FAULT, { BAD, 0 } },
	{ SYS_nanosleep, INVAL, { ADDRESS(wrong_time), 0 } },
	{ SYS_nanosleep, INVAL, { ADDRESS(negative_time), 0 } },
	{ SYS_clock_gettime, INVAL, { 99, BUFFER } },
	{ SYS_clock_gettime, FAULT, { 0, BAD } },
	{ SYS_clock_getres, INVAL, { 99, BUFFER } },
	{ SYS_clock_getres, FAULT, { 1, WRONG } },
	{ SYS_clock_nanosleep, INVAL, { 99, 0, NEVER, 0 } },
	{ SYS_clock_nanosleep, FAULT, { 1, 0, BAD, 0 } },
	{ SYS_clock_nanosleep, INVAL, { 1, 0, ADDRESS(wrong_time), 0 } },
	{ SYS_gettimeofday, FAULT, { WRONG, 0 } },
	{ SYS_gettimeofday, FAULT, { 0, WRONG } },
	{ SYS_time, FAULT, { WRONG } },
	{ SYS_times, FAULT, { WRONG } },
	{ SYS_getrusage, INVAL, { 5, BUFFER } },
	{ SYS_getrusage, FAULT, { 0, BAD } },
	{ SYS_sysinfo, FAULT, { BAD } },
	{ SYS_uname, FAULT, { BAD } },
	{ SYS_futex, INVAL, { BUFFER + 1, 0, 0, 0 } },
	{ SYS_futex, AGAIN, { ADDRESS(&zero), 0, 1, 0 } },
	{ SYS_futex, FAULT, { 0x1000, 0, 0, 0 } },
	{ SYS_futex, FAULT, { 0x800000000000, 0, 0, 0 } },
	{ SYS_futex, FAULT, { KERNEL_BASE, 1, 0, 0 } },
	{ SYS_futex, FAULT, { ADDRESS(&zero), 0, 0, WRONG } },
	{ SYS_futex, INVAL, { ADDRESS(&zero), 0, 0, ADDRESS(wrong_time) } },
	{ SYS_futex, NOSYS, { ADDRESS(&zero), 99, 0, 0 } },
	{ SYS_ioctl, BADF, { CLOSED, 0x5401, BUFFER } },
	{ SYS_ioctl, NOTTY, { PLAIN, 0x5401, BUFFER } },
	{ SYS_ioctl, NOTTY, { READER, 0x5401, BUFFER } },
	{ SYS_ioctl, NOTTY, { DIRECTORY, 0x5413, BUFFER } },
	{ SYS_access, FAULT, { BAD, 0 } },
	{ SYS_access, NOENT, { NONE, 0 } },
	{ SYS_access, INVAL, { FILE, 99 } },
	{ SYS_pipe, FAULT, { BAD } },
	{ SYS_pipe2, INVAL, { BUFFER, 1 } },
	{ SYS_pipe2, FAULT, { BAD, 0 } },
	{ SYS_dup, BADF, { CLOSED } },
	{ SYS_dup2, BADF, { CLOSED, PLAIN } },
	{ SYS_dup2, BADF, { PLAIN, NO_PID } },
	{ SYS_dup3, INVAL, { PLAIN, PLAIN, 0 } },
	{ SYS_dup3, INVAL, { PLAIN, CLOSED, 1 } },
	{ SYS_dup3, BADF, { CLOSED, PLAIN, 0 } },
	{ SYS_fcntl, BADF, { CLOSED, 1, 0 } },
	{ SYS_fcntl, INVAL, { PLAIN, 999, 0 } },
	{ SYS_fcntl, INVAL, { PLAIN, 0, NO_PID } },
	{ SYS_ftruncate, BADF, { CLOSED, 0 } },
	{ SYS_ftruncate, INVAL, { READER, 0 } },
	{ SYS_ftruncate, INVAL, { PLAIN, ~0UL } },
	{ SYS_truncate, FAULT, { BAD, 0 } },
	{ SYS_truncate, INVAL, { FILE, ~0UL } },
	{ SYS_truncate, ISDIR, { ADDRESS("/tmp"), 0 } },
	{ SYS_fsync, BADF, { CLOSED } },
	{ SYS_fsync, INVAL, { READER } },
	{ SYS_fadvise64, BADF, { CLOSED, 0, 0, 0 } },
	{ SYS_fadvise64, SPIPE, { READER, 0, 0, 0 } },
	{ SYS_getcwd, FAULT, { BAD, 4096 } },
	{ SYS_getcwd, RANGE, { BUFFER, 1 } },
	{ SYS_getcwd, RANGE, { BUFFER, 0 } },
	{ SYS_chdir, FAULT, { BAD } },
	{ SYS_chdir, NOENT, { NONE } },
	{ SYS_chdir, NOTDIR, { FILE } },
	{ SYS_fchdir, BADF, { CLOSED } },
	{ SYS_fchdir, NOTDIR, { PLAIN } },
	{ SYS_rename, FAULT, { BAD, FILE } },
	{ SYS_rename, FAULT, { FILE, BAD } },
	{ SYS_rename, NOENT, { NONE, FILE } },
	{ SYS_rename, NOTDIR, { FILE, ADDRESS("/tmp/calls/x") } },
	{ SYS_mkdir, FAULT, { BAD, 0700 } },
	{ SYS_mkdir, EXIST, { ADDRESS("/tmp"), 0700 } },
	{ SYS_mkdir, EXIST, { FILE, 0700 } },
	{ SYS_mkdir, NOENT, { ADDRESS("/no-such-file/x"), 0700 } },
	{ SYS_rmdir, FAULT, { BAD } },
	{ SYS_rmdir, NOTDIR, { FILE } },
	{ SYS_rmdir, NOENT, { NONE } },
	{ SYS_rmdir, BUSY, { ADDRESS("/") } },
	{ SYS_unlink, FAULT, { BAD } },
	{ SYS_unlink, NOENT, { NONE } },
	{ SYS_unlink, ISDIR, { ADDRESS("/tmp") } },
	{ SYS_unlinkat, INVAL, { CWD, FILE, 0x8000 } },
	{ SYS_readlink, FAULT, { BAD, BUFFER, 10 } },
	{ SYS_readlink, FAULT, { LINK, BAD, 10 } },
	{ SYS_readlink, INVAL, { FILE, BUFFER, 10 } },
	{ SYS_readlink, INVAL, { LINK, BUFFER, 0 } },
	{ SYS_readlink, INVAL, { LINK, BUFFER, ~0UL } },
	{ SYS_symlink, FAULT, { BAD, NONE } },
	{ SYS_symlink, FAULT, { FILE, BAD } },
	{ SYS_symlink, EXIST, { FILE, LINK } },
	{ SYS_symlink, NOENT, { ADDRESS(""), NONE } },
	{ SYS_link, NOENT, { NONE, ADDRESS("/tmp/calls-2") } },
	{ SYS_link, EXIST, { FILE, LINK } },
	{ SYS_chmod, FAULT, { BAD, 0 } },
	{ SYS_chmod, NOENT, { NONE, 0 } },
	{ SYS_fchmod, BADF, { CLOSED, 0 } },
	{ SYS_chown, FAULT, { BAD, 0, 0 } },
	{ SYS_fchown, BADF, { CLOSED, 0, 0 } },
	{ SYS_fchownat, INVAL, { CWD, FILE, 0, 0, 0x8000 } },
	{ SYS_utimensat, FAULT, { CWD, BAD, 0, 0 } },
	{ SYS_utimensat, FAULT, { CWD, FILE, WRONG, 0 } },
	{ SYS_utimensat, INVAL, { CWD, FILE, 0, 0x8000 } },
	{ SYS_utimensat, BADF, { CLOSED, 0, 0, 0 } },
	{ SYS_mknod, EXIST, { FILE, 0100600, 0 } },
	{ SYS_mknod, FAULT, { BAD, 0100600, 0 } },
	{ SYS_getdents64, BADF, { CLOSED, BUFFER, 4096 } },
	{ SYS_getdents64, NOTDIR, { PLAIN, BUFFER, 4096 } },
	{ SYS_getdents64, FAULT, { DIRECTORY, BAD, 4096 } },
	{ SYS_getdents64, INVAL, { DIRECTORY, BUFFER, 1 } },
	{ SYS_execve, FAULT, { BAD, 0, 0 } },
	{ SYS_execve, NOENT, { NONE, 0, 0 } },
	{ SYS_execve, NOENT, { ADDRESS(""), 0, 0 } },
	{ SYS_execve, ACCES, { FILE, 0, 0 } },
	{ SYS_execve, ACCES, { ADDRESS("/tmp"), 0, 0 } },
	{ SYS_clone, INVAL, { 0x800, 0, 0, 0, 0 } },
	{ SYS_setpgid, INVAL, { 0, ~0UL } },
	{ SYS_setpgid, SRCH, { NO_PID, 0 } },
	{ SYS_getpgid, SRCH, { NO_PID } },
	{ SYS_getsid, SRCH, { NO_PID } },
	{ SYS_getgroups, INVAL, { ~0UL, BUFFER } },
	{ SYS_getresuid, FAULT, { BAD, BUFFER, BUFFER } },
	{ SYS_sched_getaffinity, INVAL, { 0, 4, BUFFER } },
	{ SYS_sched_getaffinity, FAULT, { 0, 1024, BAD } },
	{ SYS_sched_getaffinity, SRCH, { NO_PID, 1024, BUFFER } },
	{ SYS_prlimit64, INVAL, { 0, 99, 0, BUFFER } },
	{ SYS_prlimit64, SRCH, { NO_PID, 7, 0, BUFFER } },
	{ SYS_prlimit64, FAULT, { 0, 7, WRONG, 0 } },
	{ SYS_prlimit64, FAULT, { 0, 7, 0, WRONG } },
	{ SYS_getrlimit, FAULT, { 7, BAD } },
	{ SYS_set_robust_list, INVAL, { BUFFER, 1 } },
	{ SYS_getrandom, FAULT, { BAD, 8, 0 } },
	{ SYS_getrandom, INVAL, { BUFFER, 8, 0x80 } },
	{ SYS_arch_prctl, INVAL, { 1, 0 } },
	{ SYS_arch_prctl, PERM, { 0x1002, KERNEL_BASE } },
	{ SYS_arch_prctl, FAULT, { 0x1003, BAD } },
	{ SYS_prctl, INVAL, { 0x7fffff, 0 } },
	{ SYS_prctl, FAULT, { 15, BAD } },
	{ SYS_prctl, FAULT, { 16, BAD } },
	{ SYS_mmap, BADF, { 0, 4096, 1, 2, CLOSED, 0 } },
	{ SYS_mmap, INVAL, { 0, 0, 1, 0x22, ~0UL, 0 } },
	{ SYS_munmap, INVAL, { 1, 4096 } },
	{ SYS_mprotect, INVAL, { 1, 4096, 1 } },
};

static const uint64_t bad_addresses[] = {
	0,           8,         0x1000, USER_TOP, 0x800000000000, 0x8000000000000000, DIRECT_MAP_BASE,
	KERNEL_BASE, ~0UL - 64, ~0UL,
};

static void print_number(long value)
{
	char text[24], *at = text + sizeof text;
	unsigned long rest = value < 0 ? -(unsigned long)value : (unsigned long)value;

	*--at = '\0';
	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	print(at);
}

/* Whether the row gives its error with `address` in place of what is bad in it. */
static int is_met(const struct row *row, uint64_t address)
{
	uint64_t a[6];
	long result;

	for (size_t i = 0; i < 6; i++) {
		a[i] = row->arguments[i];
		if (a[i] == BAD || a[i] == WRONG)
			a[i] = address;
		if (a[i] == MYSELF)
			a[i] = (uint64_t)call(SYS_getpid, 0, 0, 0);
	}
	result = call6(row->number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (result == row->error)
		return 1;
	print("row "), print_number(row - rows + 1), print(": call "), print_number(row->number);
	print(" gave "), print_number(result), print(" and not "), print_number(row->error);
	print(", address "), print_number((long)address), print("\n");
	return 0;
}

static int try_row(const struct row *row)
{
	int first = 0, end = 1, failed = 0;

	for (size_t i = 0; i < 6; i++)
		if (row->arguments[i] == BAD || row->arguments[i] == WRONG) {
			first = row->arguments[i] == WRONG;
			end = sizeof bad_addresses / sizeof *bad_addresses;
		}
	for (int i = first; i < end; i++)
		failed |= !is_met(row, bad_addresses[i]);
	return failed;
}

static int open_files(void)
{
	int ends[2];

	call(SYS_unlink, FILE, 0, 0);
	call(SYS_unlink, LINK, 0, 0);
	for (size_t i = 0; i < sizeof long_path - 1; i++)
		long_path[i] = i % 100 ? 'x' : '/';
	return call(SYS_pipe, ADDRESS(ends), 0, 0) != 0 || ends[0] != READER || ends[1] != WRITER ||
	       call(SYS_open, FILE, 0102, 0600) != PLAIN ||
	       call(SYS_write, PLAIN, ADDRESS("0123456789"), 10) != 10 || call(SYS_lseek, PLAIN, 0, 0) != 0 ||
	       call(SYS_open, ADDRESS("/"), 0200000, 0) != DIRECTORY ||
	       call(SYS_symlink, ADDRESS("calls"), LINK, 0) != 0;
}

static uint64_t random_state;

static uint64_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static uint64_t random_argument(void)
{
	const uint64_t number = random_number();

	switch (number % 8) {
	case 0:
		return bad_addresses[number / 8 % (sizeof bad_addresses / sizeof *bad_addresses)];
	case 1:
	case 2:
		return BUFFER + number / 8 % sizeof buffer;
	case 3:
		return READER + number / 8 % 4;
	case 4:
		return number >> (number / 8 % 64);
	case 5:
		return 1UL << (number / 8 % 64);
	case 6:
		return 0x400000 + number / 8 % 0x10000;
	}
	return number / 8 % 9;
}

/* Calls that would reach others, make more children, or leave files behind. */
static int is_left_out(uint64_t number)
{
	static const uint16_t calls[] = {
		SYS_open,   SYS_clone,   SYS_fork,    SYS_vfork,    SYS_kill,     SYS_rename, SYS_mkdir,
		SYS_rmdir,  SYS_unlink,  SYS_symlink, SYS_link,     SYS_mknod,    SYS_tkill,  SYS_tgkill,
		SYS_openat, SYS_mkdirat, SYS_mknodat, SYS_unlinkat, SYS_renameat, SYS_linkat, SYS_symlinkat,
	};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i] == number)
			return 1;
	return 0;
}

#define CHILDREN     200
#define CALLS        400
#define PATIENCE     500
#define NUMBERS_MOST 340

_Noreturn static void make_random_calls(void)
{
	for (unsigned i = 0; i < CALLS; i++) {
		uint64_t number = random_number() % NUMBERS_MOST;

		if (!is_left_out(number))
			call6((long)number, random_argument(), random_argument(), random_argument(),
			      random_argument(), random_argument(), random_argument());
	}
	for (;;)
		call(SYS_exit, 0, 0, 0);
}

static int random_calls(void)
{
	int failed = open_files();

	for (uint64_t fd = 0; fd < 3; fd++) /* nothing for the console */
		call(SYS_close, fd, 0, 0);
	for (uint64_t child = 1; child <= CHILDREN && !failed; child++) {
		unsigned waited = 0;
		long pid, got = 0;

		random_state = child * 0x9e3779b97f4a7c15;
		pid = call(SYS_fork, 0, 0, 0);
		if (pid == 0)
			make_random_calls();
		while (pid > 0 && !(got = call(SYS_wait4, (uint64_t)pid, 0, 1)) && waited++ < PATIENCE)
			call(SYS_sched_yield, 0, 0, 0);
		if (pid > 0 && !got) {
			call(SYS_kill, (uint64_t)pid, 9, 0);
			got = call(SYS_wait4, (uint64_t)pid, 0, 0);
		}
		failed = pid < 0 || got != pid;
	}
	call(SYS_unlink, FILE, 0, 0);
	call(SYS_unlink, LINK, 0, 0);
	return failed;
}

/* A file that is made so long that nothing could hold it: an error, or a hole that reads as zeros. */
static int large_file(void)
{
	for (unsigned bit = 30; bit < 63; bit++) {
		const uint64_t size = 1UL << bit;
		const int longer = call(SYS_ftruncate, PLAIN, size, 0) == 0;

		if (longer && call6(SYS_pread64, PLAIN, BUFFER, 1, size - 1, 0, 0) != 1)
			return 1;
		if (call(SYS_ftruncate, PLAIN, 10, 0) != 0 ||
		    call6(SYS_pread64, PLAIN, BUFFER, 20, 0, 0, 0) != 10)
			return 1;
	}
	return 0;
}

static int bad_calls(void)
{
	int failed = open_files();

	if (failed)
		print("the files cannot be made\n");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		failed |= try_row(&rows[i]);
	if (large_file()) {
		print("a large file\n");
		failed = 1;
	}
	call(SYS_unlink, FILE, 0, 0);
	call(SYS_unlink, LINK, 0, 0);
	return failed;
}

int main(int argc, char **argv)
{
	return argc > 1 && equal(argv[1], "random") ? random_calls() : bad_calls();
}
