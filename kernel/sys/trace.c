/* SPDX-License-Identifier: MIT */
#include "sys/trace.h"

#include "output/console.h"
#include "process/process.h"

/* entry.asm; `words`: what syscall_entry pushes, the last first. */
extern char syscall_entry_traced[];
void trace_call(const uint64_t words[10]);
uint64_t trace_result(uint64_t result);

void trace_call(const uint64_t words[10])
{
	const struct task *task = current_task();

	kprintf("[%d %s] %lu(%lx, %lx, %lx, %lx, %lx, %lx) at %lx\n", task->pid, task->name, words[0],
	        words[6], words[5], words[4], words[3], words[2], words[1], words[7]);
}

uint64_t trace_result(uint64_t result)
{
	kprintf("[%d] = %ld (%lx)\n", current_task()->pid, (long)result, result);
	return result;
}

void trace_start(void)
{
	write_msr(MSR_LSTAR, (uintptr_t)syscall_entry_traced);
}
