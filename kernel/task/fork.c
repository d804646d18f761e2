/* SPDX-License-Identifier: MIT */
/* fork(): a second task that goes on where the first is, in a copy of its address space. */
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/regions.h"
#include "task/task.h"
#include "task/task_internal.h"

/* Words on the parent's kernel stack, from `saved` up: six registers of C, a return address, ten of the system call. */
enum { SAVED_C = 6, SAVED_CALL = 11, CHILD_WORDS = SAVED_C + 1 + SAVED_CALL };

/*
 * The child's stack is the parent's, with fork_child between: context_switch() pops the registers and returns there,
 * and it returns 0 to the system call's end.
 */
static void make_stack(struct task *child, const uint64_t *saved)
{
	uint64_t *stack = kstack_view(&child->stack, CHILD_WORDS * sizeof *stack);

	copy_bytes(stack, saved, SAVED_C * sizeof *stack);
	stack[SAVED_C] = (uintptr_t)fork_child;
	copy_bytes(stack + SAVED_C + 1, saved + SAVED_C, SAVED_CALL * sizeof *stack);
	child->rsp = child->stack.top - CHILD_WORDS * sizeof *stack;
}

long task_fork(const uint64_t *saved)
{
	struct task *parent = current_task(), *child = task_create(parent->name, NULL);

	if (!child)
		return -ENOMEM;
	if (address_space_fork(&child->space, &parent->space)) {
		task_destroy(child);
		return -ENOMEM;
	}
	make_stack(child, saved);
	child->fs_base = parent->fs_base;
	child->has_fpu = parent->has_fpu;
	if (child->has_fpu) {
		fpu_save(task_fpu_area(parent));
		copy_bytes(task_fpu_area(child), task_fpu_area(parent), FPU_AREA);
	}
	task_adopt(child, parent);
	sched_enqueue(parent);
	sched_switch_to(child); /* first: if it execs soon, the parent's writes copy nothing */
	return child->pid;
}
