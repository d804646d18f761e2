/* SPDX-License-Identifier: MIT */
/* Which call is made, and of what kinds its arguments are. */
#include "tests/fuzz/calls/fuzz.h"

static const struct signature {
	uint16_t number;
	uint8_t kinds[6];
} signatures[] = {
	{ SYS_read, { FD, BUFFER, SIZE } },
	{ SYS_write, { FD, BUFFER, SIZE } },
	{ SYS_open, { PATH, OPENING, MODE } },
	{ SYS_close, { FD } },
	{ SYS_stat, { PATH, POINTER } },
	{ SYS_fstat, { FD, POINTER } },
	{ SYS_lstat, { PATH, POINTER } },
	{ SYS_poll, { POLLS, SMALL, SMALL } },
	{ SYS_lseek, { FD, OFFSET, SMALL } },
	{ SYS_mmap, { RANGE, LENGTH, RIGHTS, MAPPING, FD, OFFSET } },
	{ SYS_mprotect, { RANGE, LENGTH, RIGHTS } },
	{ SYS_munmap, { RANGE, LENGTH } },
	{ SYS_brk, { RANGE } },
	{ SYS_rt_sigaction, { SIGNAL, ACTION, POINTER, MASK_SIZE } },
	{ SYS_rt_sigprocmask, { SMALL, MASK, POINTER, MASK_SIZE } },
	{ SYS_rt_sigreturn, { WORD } },
	{ SYS_ioctl, { FD, REQUEST, POINTER } },
	{ SYS_pread64, { FD, BUFFER, SIZE, OFFSET } },
	{ SYS_pwrite64, { FD, BUFFER, SIZE, OFFSET } },
	{ SYS_readv, { FD, VECTOR, SMALL } },
	{ SYS_writev, { FD, VECTOR, SMALL } },
	{ SYS_access, { PATH, SMALL } },
	{ SYS_pipe, { POINTER } },
	{ SYS_select, { SMALL, SETS, SETS, SETS, TIME } },
	{ SYS_sched_yield, { NOTHING } },
	{ SYS_mremap, { RANGE, LENGTH, LENGTH, SMALL, RANGE } },
	{ SYS_msync, { RANGE, LENGTH, SMALL } },
	{ SYS_madvise, { RANGE, LENGTH, SMALL } },
	{ SYS_shmget, { SMALL, LENGTH, FLAGS } },
	{ SYS_shmat, { SEGMENT, RANGE, FLAGS } },
	{ SYS_shmctl, { SEGMENT, SMALL, POINTER } },
	{ SYS_dup, { FD } },
	{ SYS_dup2, { FD, FD } },
	{ SYS_pause, { NOTHING } },
	{ SYS_nanosleep, { TIME, POINTER } },
	{ SYS_getitimer, { SMALL, POINTER } },
	{ SYS_alarm, { SMALL } },
	{ SYS_setitimer, { SMALL, SPAN, POINTER } },
	{ SYS_getpid, { NOTHING } },
	{ SYS_sendfile, { FD, FD, POINTER, SIZE } },
	{ SYS_clone, { FLAGS, RANGE, POINTER, POINTER, WORD } },
	{ SYS_fork, { NOTHING } },
	{ SYS_vfork, { NOTHING } },
	{ SYS_execve, { PROGRAM, STRINGS, STRINGS } },
	{ SYS_exit, { SMALL } },
	{ SYS_wait4, { PID, POINTER, SMALL, POINTER } },
	{ SYS_kill, { PID, SIGNAL } },
	{ SYS_uname, { POINTER } },
	{ SYS_shmdt, { RANGE } },
	{ SYS_fcntl, { FD, SMALL, FD } },
	{ SYS_fsync, { FD } },
	{ SYS_fdatasync, { FD } },
	{ SYS_truncate, { PATH, OFFSET } },
	{ SYS_ftruncate, { FD, OFFSET } },
	{ SYS_getcwd, { BUFFER, SIZE } },
	{ SYS_chdir, { PATH } },
	{ SYS_fchdir, { FD } },
	{ SYS_rename, { VICTIM, VICTIM } },
	{ SYS_mkdir, { VICTIM, MODE } },
	{ SYS_rmdir, { VICTIM } },
	{ SYS_link, { VICTIM, VICTIM } },
	{ SYS_unlink, { VICTIM } },
	{ SYS_symlink, { PATH, VICTIM } },
	{ SYS_readlink, { PATH, BUFFER, SIZE } },
	{ SYS_chmod, { VICTIM, MODE } },
	{ SYS_fchmod, { FD, MODE } },
	{ SYS_chown, { VICTIM, ID, ID } },
	{ SYS_fchown, { FD, ID, ID } },
	{ SYS_lchown, { VICTIM, ID, ID } },
	{ SYS_umask, { MODE } },
	{ SYS_gettimeofday, { POINTER, POINTER } },
	{ SYS_getrlimit, { SMALL, POINTER } },
	{ SYS_getrusage, { SMALL, POINTER } },
	{ SYS_sysinfo, { POINTER } },
	{ SYS_times, { POINTER } },
	{ SYS_getuid, { NOTHING } },
	{ SYS_getgid, { NOTHING } },
	{ SYS_setuid, { ID } },
	{ SYS_setgid, { ID } },
	{ SYS_setpgid, { PID, PID } },
	{ SYS_getppid, { NOTHING } },
	{ SYS_getpgrp, { NOTHING } },
	{ SYS_setsid, { NOTHING } },
	{ SYS_setreuid, { ID, ID } },
	{ SYS_setregid, { ID, ID } },
	{ SYS_getgroups, { SMALL, POINTER } },
	{ SYS_setgroups, { SMALL, POINTER } },
	{ SYS_setresuid, { ID, ID, ID } },
	{ SYS_getresuid, { POINTER, POINTER, POINTER } },
	{ SYS_setresgid, { ID, ID, ID } },
	{ SYS_getresgid, { POINTER, POINTER, POINTER } },
	{ SYS_getpgid, { PID } },
	{ SYS_getsid, { PID } },
	{ SYS_rt_sigpending, { POINTER, MASK_SIZE } },
	{ SYS_rt_sigtimedwait, { MASK, POINTER, TIME, MASK_SIZE } },
	{ SYS_rt_sigsuspend, { MASK, MASK_SIZE } },
	{ SYS_sigaltstack, { STACK, POINTER } },
	{ SYS_mknod, { VICTIM, MODE, SMALL } },
	{ SYS_prctl, { SMALL, POINTER, WORD } },
	{ SYS_arch_prctl, { WORD, POINTER } },
	{ SYS_setrlimit, { SMALL, SPAN } },
	{ SYS_sync, { NOTHING } },
	{ SYS_gettid, { NOTHING } },
	{ SYS_tkill, { PID, SIGNAL } },
	{ SYS_time, { POINTER } },
	{ SYS_futex, { FUTEX, SMALL, SMALL, TIME, FUTEX, SMALL } },
	{ SYS_sched_getaffinity, { PID, SIZE, POINTER } },
	{ SYS_getdents64, { FD, BUFFER, SIZE } },
	{ SYS_set_tid_address, { POINTER } },
	{ SYS_restart_syscall, { NOTHING } },
	{ SYS_fadvise64, { FD, OFFSET, SIZE, SMALL } },
	{ SYS_clock_gettime, { SMALL, POINTER } },
	{ SYS_clock_getres, { SMALL, POINTER } },
	{ SYS_clock_nanosleep, { SMALL, SMALL, TIME, POINTER } },
	{ SYS_exit_group, { SMALL } },
	{ SYS_tgkill, { PID, PID, SIGNAL } },
	{ SYS_waitid, { SMALL, PID, POINTER, FLAGS, POINTER } },
	{ SYS_openat, { AT, PATH, OPENING, MODE } },
	{ SYS_mkdirat, { AT, VICTIM, MODE } },
	{ SYS_mknodat, { AT, VICTIM, MODE, SMALL } },
	{ SYS_fchownat, { AT, VICTIM, ID, ID, FLAGS } },
	{ SYS_newfstatat, { AT, PATH, POINTER, FLAGS } },
	{ SYS_unlinkat, { AT, VICTIM, FLAGS } },
	{ SYS_renameat, { AT, VICTIM, AT, VICTIM } },
	{ SYS_linkat, { AT, VICTIM, AT, VICTIM, FLAGS } },
	{ SYS_symlinkat, { PATH, AT, VICTIM } },
	{ SYS_readlinkat, { AT, PATH, BUFFER, SIZE } },
	{ SYS_fchmodat, { AT, VICTIM, MODE } },
	{ SYS_faccessat, { AT, PATH, SMALL, FLAGS } },
	{ SYS_pselect6, { SMALL, SETS, SETS, SETS, TIME, MASK } },
	{ SYS_ppoll, { POLLS, SMALL, TIME, MASK, MASK_SIZE } },
	{ SYS_set_robust_list, { POINTER, SMALL } },
	{ SYS_utimensat, { AT, VICTIM, SPAN, FLAGS } },
	{ SYS_dup3, { FD, FD, OPENING } },
	{ SYS_pipe2, { POINTER, OPENING } },
	{ SYS_prlimit64, { PID, SMALL, SPAN, POINTER } },
	{ SYS_getrandom, { BUFFER, SIZE, SMALL } },
	{ SYS_rseq, { POINTER, SMALL } },
	{ SYS_spawn, { PROGRAM, STRINGS, STRINGS } },
	{ SYS_bench_next, { WORD } },
	{ SYS_bench_start, { WORD } },
	{ SYS_bench_stamp, { WORD } },
};

static uint64_t any_number(void)
{
	switch (below(4)) {
	case 0:
		return argument(WORD);
	case 1:
		return below(SYSCALL_COUNT);
	}
	return below(601);
}

void choose_call(uint64_t call[7])
{
	static const struct signature any = { 0, { WORD, WORD, WORD, WORD, WORD, WORD } };
	const struct signature *s = &signatures[below(sizeof signatures / sizeof *signatures)];

	call[0] = s->number;
	if (one_in(16)) {
		s = &any;
		call[0] = any_number();
	}
	for (unsigned i = 0; i < 6; i++)
		call[1 + i] = s->kinds[i] == NOTHING
		                      ? 0
		                      : argument(one_in(32) ? KINDS : (enum argument_kind)s->kinds[i]);
}
