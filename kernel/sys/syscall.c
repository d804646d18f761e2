/* SPDX-License-Identifier: MIT */
#include "sys/syscall.h"
#include "sys/calls.h"

#include "lib/errno.h"
#include "output/console.h"
#include "process/process.h"
#include "process/process_internal.h"

const struct bench_calls *bench_calls;

static long sys_sched_yield(void)
{
	task_yield();
	return 0;
}

static long sys_getpid(void)
{
	return current_process()->pid;
}

static long sys_getppid(void)
{
	return current_process()->parent ? current_process()->parent->pid : 0;
}

static long sys_exit(uint64_t code)
{
	process_exit((int)(code & 0xff) << 8);
}

static long sys_execve(uint64_t name, uint64_t argv, uint64_t envp)
{
	return process_execve_user(name, argv, envp);
}

static long sys_spawn(uint64_t name, uint64_t argv, uint64_t envp)
{
	return process_spawn_user(name, argv, envp);
}

static long sys_bench_next(void)
{
	return bench_calls ? bench_calls->next() : -ENOSYS;
}

static long sys_bench_start(void)
{
	return bench_calls ? bench_calls->start() : -ENOSYS;
}

static long sys_bench_stamp(void)
{
	return bench_calls ? bench_calls->stamp() : -ENOSYS;
}

static long sys_bench_value(uint64_t index, uint64_t value)
{
	return bench_calls ? bench_calls->value(index, value) : -ENOSYS;
}

static long sys_absent(void)
{
	return -ENOSYS;
}

/* Said once for each number, so that what a program wants is seen. */
static long sys_unknown(void)
{
	static uint64_t said[SYSCALL_COUNT / 64];
	const struct process *process = current_process();
	const uint64_t number = process_call_frame(process)->number;

	if (number == SYS_sendfile) /* programs that ask for it go on with read() and write() */
		return -ENOSYS;
	if (!process_quiet && number < SYSCALL_COUNT && !(said[number / 64] & 1UL << number % 64)) {
		said[number / 64] |= 1UL << number % 64;
		kprintf("task %d (%s): there is no system call %lu\n", process->pid, process->name, number);
	}
	return -ENOSYS;
}

/* Called from entry.asm with the arguments in the registers of the C ABI, so the types may differ. */
typedef void (*syscall_function)(void);
#define CALL(name) [SYS_##name] = (syscall_function)sys_##name

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* the first line fills all, the others name some */
extern const syscall_function syscall_table[SYSCALL_COUNT + 1];
const syscall_function syscall_table[SYSCALL_COUNT + 1] = {
	[0 ... SYSCALL_COUNT - 1] = (syscall_function)sys_unknown,
	[SYSCALL_COUNT] = (syscall_function)sys_absent, /* for all numbers above */
	CALL(read),
	CALL(write),
	CALL(open),
	CALL(close),
	CALL(stat),
	CALL(fstat),
	CALL(lstat),
	CALL(lseek),
	CALL(mmap),
	CALL(mprotect),
	CALL(munmap),
	CALL(brk),
	CALL(readv),
	CALL(writev),
	CALL(access),
	CALL(pipe),
	CALL(sched_yield),
	CALL(mremap),
	CALL(msync),
	CALL(madvise),
	CALL(shmget),
	CALL(shmat),
	CALL(shmctl),
	CALL(shmdt),
	CALL(dup),
	CALL(dup2),
	CALL(getpid),
	CALL(clone),
	CALL(fork),
	CALL(execve),
	CALL(exit),
	CALL(wait4),
	CALL(waitid),
	CALL(rt_sigtimedwait),
	CALL(restart_syscall),
	CALL(kill),
	CALL(fcntl),
	CALL(ftruncate),
	CALL(getcwd),
	CALL(chdir),
	CALL(fchdir),
	CALL(rename),
	CALL(mkdir),
	CALL(rmdir),
	CALL(unlink),
	CALL(readlink),
	CALL(getppid),
	CALL(arch_prctl),
	CALL(ioctl),
	CALL(uname),
	CALL(umask),
	CALL(getuid),
	CALL(getgid),
	CALL(setuid),
	CALL(setgid),
	[SYS_geteuid] = (syscall_function)sys_getuid,
	[SYS_getegid] = (syscall_function)sys_getgid,
	CALL(setreuid),
	CALL(setregid),
	CALL(getgroups),
	CALL(setgroups),
	CALL(setresuid),
	CALL(getresuid),
	CALL(setresgid),
	CALL(getresgid),
	CALL(gettid),
	CALL(set_tid_address),
	CALL(set_robust_list),
	CALL(prlimit64),
	CALL(getrandom),
	CALL(getdents64),
	CALL(openat),
	CALL(mkdirat),
	CALL(newfstatat),
	CALL(unlinkat),
	CALL(renameat),
	CALL(readlinkat),
	CALL(faccessat),
	CALL(dup3),
	CALL(pipe2),
	[SYS_vfork] =
	        (syscall_function)sys_fork, /* the child runs first, in a copy: all that vfork() promises */
	[SYS_exit_group] = (syscall_function)sys_exit,
	CALL(poll),
	CALL(rt_sigaction),
	CALL(rt_sigprocmask),
	CALL(rt_sigreturn),
	CALL(select),
	CALL(pause),
	CALL(nanosleep),
	CALL(getitimer),
	CALL(alarm),
	CALL(setitimer),
	CALL(gettimeofday),
	CALL(getrusage),
	CALL(sysinfo),
	CALL(times),
	CALL(setpgid),
	CALL(getpgrp),
	CALL(setsid),
	CALL(getpgid),
	CALL(getsid),
	CALL(rt_sigpending),
	CALL(rt_sigsuspend),
	CALL(sigaltstack),
	CALL(tkill),
	CALL(time),
	CALL(futex),
	CALL(sched_getaffinity),
	CALL(clock_gettime),
	CALL(clock_getres),
	CALL(clock_nanosleep),
	CALL(tgkill),
	CALL(pselect6),
	CALL(ppoll),
	CALL(pread64),
	CALL(pwrite64),
	CALL(flock),
	CALL(fsync),
	CALL(truncate),
	CALL(link),
	CALL(symlink),
	CALL(chmod),
	CALL(fchmod),
	CALL(chown),
	CALL(fchown),
	CALL(lchown),
	CALL(getrlimit),
	CALL(mknod),
	CALL(prctl),
	CALL(setrlimit),
	CALL(sync),
	CALL(fadvise64),
	CALL(mknodat),
	CALL(fchownat),
	CALL(linkat),
	CALL(symlinkat),
	CALL(fchmodat),
	CALL(utimensat),
	[SYS_fdatasync] = (syscall_function)sys_fsync,
	[SYS_rseq] = (syscall_function)sys_absent, /* C libraries ask for it each time */
	CALL(creat),
	CALL(statfs),
	CALL(fstatfs),
	CALL(getpriority),
	CALL(setpriority),
	CALL(sched_setparam),
	CALL(sched_getparam),
	CALL(sched_setscheduler),
	CALL(sched_getscheduler),
	CALL(sched_get_priority_max),
	CALL(sched_get_priority_min),
	CALL(mlock),
	CALL(mlockall),
	CALL(munlockall),
	CALL(sched_setaffinity),
	CALL(preadv),
	CALL(pwritev),
	CALL(getcpu),
	CALL(mlock2),
	CALL(close_range),
	[SYS_munlock] = (syscall_function)sys_mlock,
	[SYS_syncfs] = (syscall_function)sys_fsync,
	CALL(spawn),
	CALL(bench_next),
	CALL(bench_start),
	CALL(bench_stamp),
	CALL(bench_value),
};
#pragma GCC diagnostic pop
