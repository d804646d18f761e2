/* SPDX-License-Identifier: MIT */
#include "sys/trace.h"

#include "output/console.h"
#include "process/call_frame.h"
#include "process/process.h"

/* entry.asm: the entry of system calls that calls the two functions. */
extern char syscall_entry_traced[];
extern void (*trace_call)(const struct call_frame *call);
extern uint64_t (*trace_result)(uint64_t result);

static void print_call(const struct call_frame *call)
{
	const struct task *task = current_task();

	kprintf("[%d %s] %lu(%lx, %lx, %lx, %lx, %lx, %lx) at %lx\n", task->pid, task->name, call->number,
	        call->rdi, call->rsi, call->rdx, call->r10, call->r8, call->r9, call->rip);
}

static uint64_t print_result(uint64_t result)
{
	kprintf("[%d] = %ld (%lx)\n", current_task()->pid, (long)result, result);
	return result;
}

void trace_start(void)
{
	trace_call = print_call;
	trace_result = print_result;
	write_msr(MSR_LSTAR, (uintptr_t)syscall_entry_traced);
}
