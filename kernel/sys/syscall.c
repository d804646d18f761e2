/* SPDX-License-Identifier: MIT */
#include "sys/syscall.h"
#include "sys/calls.h"

#include "lib/errno.h"
#include "output/console.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "process/thread.h"

const struct bench_calls *bench_calls;

long sys_sched_yield(void)
{
	task_yield();
	return 0;
}

long sys_getpid(void)
{
	return current_process()->pid;
}

long sys_getppid(void)
{
	return current_process()->parent ? current_process()->parent->pid : 0;
}

long sys_exit(uint64_t code)
{
	thread_exit((int)(code & 0xff) << 8);
}

long sys_exit_group(uint64_t code)
{
	process_exit((int)(code & 0xff) << 8);
}

long sys_execve(uint64_t name, uint64_t argv, uint64_t envp)
{
	return process_execve_user(name, argv, envp);
}

long sys_spawn(uint64_t name, uint64_t argv, uint64_t envp)
{
	return process_spawn_user(name, argv, envp);
}

long sys_bench_next(void)
{
	return bench_calls ? bench_calls->next() : -ENOSYS;
}

long sys_bench_start(void)
{
	return bench_calls ? bench_calls->start() : -ENOSYS;
}

long sys_bench_stamp(void)
{
	return bench_calls ? bench_calls->stamp() : -ENOSYS;
}

long sys_bench_value(uint64_t index, uint64_t value)
{
	return bench_calls ? bench_calls->value(index, value) : -ENOSYS;
}

static long sys_absent(void)
{
	return -ENOSYS;
}

/*
 * Returns -ENOSYS for a number without a row in calls.def. Prints each such number once, to show
 * which call a program lacks.
 */
static long sys_unknown(void)
{
	static uint64_t said[SYSCALL_COUNT / 64];
	const struct process *process = current_process();
	const uint64_t number = current_call_frame()->number;

	if (!process_quiet && number < SYSCALL_COUNT && !(said[number / 64] & 1UL << number % 64)) {
		said[number / 64] |= 1UL << number % 64;
		kprintf("task %d (%s): there is no system call %lu\n", process->pid, process->name, number);
	}
	return -ENOSYS;
}

/*
 * cpu/entry.asm passes all arguments in the registers of the C ABI, so the functions may have
 * different parameters.
 */
typedef void (*syscall_function)(void);

#pragma GCC diagnostic push
/* The first row sets all entries, the others override some of them. */
#pragma GCC diagnostic ignored "-Woverride-init"
extern const syscall_function syscall_table[SYSCALL_COUNT + 1];
const syscall_function syscall_table[SYSCALL_COUNT + 1] = {
	[0 ... SYSCALL_COUNT - 1] = (syscall_function)sys_unknown,
	[SYSCALL_COUNT] = (syscall_function)sys_absent, /* called for all higher numbers */
#define CALL(number, name, parameters) [number] = (syscall_function)sys_##name,
#define SAME(number, name, other)      [number] = (syscall_function)sys_##other,
#define ABSENT(number, name)           [number] = (syscall_function)sys_absent,
#include "sys/calls.def"
#undef CALL
#undef SAME
#undef ABSENT
};
#pragma GCC diagnostic pop
