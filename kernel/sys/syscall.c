/* SPDX-License-Identifier: MIT */
#include "sys/syscall.h"

#include "lib/console.h"
#include "lib/errno.h"
#include "task/task.h"

#define CHUNK 64 /* bytes on their way between a program and the console */

const struct bench_calls *bench_calls;

static long sys_read(uint64_t fd, uint64_t buffer, uint64_t size)
{
	char character;
	int c;

	if (fd != 0)
		return -EBADF;
	if (!user_range(buffer, size))
		return -EFAULT;
	if (!size)
		return 0;
	while ((c = console_read()) < 0) { /* polled: COM1 raises no interrupt, and the timer may be off */
		task_yield();
		__asm__ volatile("sti; pause; cli" : : : "memory");
	}
	character = (char)(c == '\r' ? '\n' : c);
	return copy_to_user(buffer, &character, 1) ? -EFAULT : 1;
}

static long sys_write(uint64_t fd, uint64_t buffer, uint64_t size)
{
	char chunk[CHUNK];

	if (fd != 1 && fd != 2)
		return -EBADF;
	if (!user_range(buffer, size))
		return -EFAULT;
	for (uint64_t done = 0; done < size;) {
		size_t n = size - done < CHUNK ? size - done : CHUNK;

		if (copy_from_user(chunk, buffer + done, n))
			return done ? (long)done : -EFAULT;
		console_write(chunk, n);
		done += n;
	}
	return (long)size;
}

static long sys_sched_yield(void)
{
	task_yield();
	return 0;
}

static long sys_getpid(void)
{
	return current_task()->pid;
}

static long sys_getppid(void)
{
	return current_task()->parent ? current_task()->parent->pid : 0;
}

static long sys_exit(uint64_t code)
{
	task_exit((int)(code & 0xff) << 8);
}

static long sys_wait4(uint64_t pid, uint64_t status_address, uint64_t options)
{
	int status;
	long result;

	if (options & ~(uint64_t)WAIT_NO_HANG)
		return -EINVAL;
	if (status_address && !user_range(status_address, sizeof status))
		return -EFAULT;
	result = task_wait((int)pid, &status, (int)options);
	if (result > 0 && status_address && copy_to_user(status_address, &status, sizeof status))
		return -EFAULT;
	return result;
}

static long sys_kill(uint64_t pid, uint64_t signal)
{
	return task_kill((int)pid, (int)signal);
}

static long sys_execve(uint64_t name, uint64_t argv, uint64_t envp)
{
	return task_execve_user(name, argv, envp);
}

#define ARCH_SET_FS 0x1002 /* as in Linux (uapi/asm/prctl.h) */
#define ARCH_GET_FS 0x1003

static long sys_arch_prctl(uint64_t code, uint64_t address)
{
	struct task *task = current_task();

	switch (code) {
	case ARCH_SET_FS:
		if (!user_range(address, 0))
			return -EPERM;
		task->fs_base = address;
		write_msr(MSR_FS_BASE, address);
		return 0;
	case ARCH_GET_FS:
		return copy_to_user(address, &task->fs_base, sizeof task->fs_base);
	}
	return -EINVAL;
}

static long sys_spawn(uint64_t name, uint64_t argv, uint64_t envp)
{
	return task_spawn_user(name, argv, envp);
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

static long sys_unknown(void)
{
	return -ENOSYS;
}

/* Called from entry.asm with the arguments in the registers of the C ABI, so the types may differ. */
typedef void (*syscall_function)(void);
#define CALL(name) [SYS_##name] = (syscall_function)sys_##name

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init" /* the first line fills all, the others name some */
extern const syscall_function syscall_table[SYSCALL_COUNT];
const syscall_function syscall_table[SYSCALL_COUNT] = {
	[0 ... SYSCALL_COUNT - 1] = (syscall_function)sys_unknown,
	CALL(read),
	CALL(write),
	CALL(mmap),
	CALL(mprotect),
	CALL(munmap),
	CALL(brk),
	CALL(fork),
	[SYS_vfork] =
	        (syscall_function)sys_fork, /* the child runs first, in a copy: all that vfork() promises */
	CALL(sched_yield),
	CALL(getpid),
	CALL(execve),
	CALL(exit),
	CALL(wait4),
	CALL(kill),
	CALL(getppid),
	CALL(arch_prctl),
	[SYS_exit_group] = (syscall_function)sys_exit,
	CALL(spawn),
	CALL(bench_next),
	CALL(bench_start),
	CALL(bench_stamp),
	CALL(bench_value),
};
#pragma GCC diagnostic pop
