/* SPDX-License-Identifier: MIT */
#include "sys/trace.h"

#include "cpu/call_frame.h"
#include "isolation/isolation.h"
#include "output/console.h"
#include "process/process.h"

static void print_call(const struct call_frame *call)
{
	const struct process *process = current_process();

	kprintf("[%d %s] %lu(%lx, %lx, %lx, %lx, %lx, %lx) at %lx\n", process->pid, process->name,
	        call->number, call->rdi, call->rsi, call->rdx, call->r10, call->r8, call->r9, call->rip);
}

static uint64_t print_result(uint64_t result)
{
	kprintf("[%d] = %ld (%lx)\n", current_process()->pid, (long)result, result);
	return result;
}

void trace_start(void)
{
	trace_call = print_call;
	trace_result = print_result;
	isolation_set_call_entry(syscall_entry_traced);
}
