/* SPDX-License-Identifier: MIT */
/* fork() and clone(): the child continues where its parent is, in a copy of its address space. */
#include "cpu/call_frame.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "vm/regions.h"
#include "x86/callee_saved.h"

/* The upper end of the parent's kernel stack, as process/fork.asm leaves it. */
struct forking {
	struct callee_saved saved;
	uint64_t call_return; /* to SYSCALL_ENTRY */
	struct call_frame call;
};

/*
 * The child's whole kernel stack: context_switch() pops the registers and returns to fork_child,
 * which returns 0 to SYSCALL_ENTRY.
 */
struct child_stack {
	struct callee_saved saved;
	uint64_t switch_return;
	uint64_t call_return;
	struct call_frame call;
};

struct fork_how {
	uint64_t stack; /* the child's RSP; 0: the parent's RSP */
	/*
	 * User addresses where the child's process ID is stored, in the child's and in the parent's
	 * memory; 0 if it is not stored.
	 */
	uint64_t child_tid, parent_tid;
	uint64_t fs_base;
	bool set_fs;
};

static void make_stack(struct process *child, const struct forking *parent, uint64_t user_rsp)
{
	struct child_stack *stack = kstack_view(&child->task.stack, sizeof *stack);

	copy_bytes(stack, &parent->saved, sizeof parent->saved);
	stack->switch_return = (uintptr_t)fork_child;
	copy_bytes(&stack->call_return, &parent->call_return, sizeof *parent - sizeof parent->saved);
	if (user_rsp)
		stack->call.rsp = user_rsp;
	child->task.rsp = child->task.stack.top - sizeof *stack;
}

void task_begin_child(void)
{
	struct process *process = current_process();
	uint64_t address = process->tid_address;

	sched_finish_switch();
	process->tid_address = 0;
	if (address)
		/* A bad address is ignored, as in Linux. */
		copy_to_user(address, &process->pid, sizeof process->pid);
}

/* Copies the user's registers that are not on the kernel stack: FS base, data selectors and FPU. */
static void copy_user_state(struct process *child, struct process *parent)
{
	child->task.fs_base = parent->task.fs_base;
	child->task.selectors = read_selectors();
	child->task.has_fpu = parent->task.has_fpu;
	if (!child->task.has_fpu)
		return;
	fpu_save(task_fpu_area(&parent->task));
	copy_bytes(task_fpu_area(&child->task), task_fpu_area(&parent->task), FPU_AREA);
}

static long process_fork(const struct forking *forking, const struct fork_how *how)
{
	struct process *parent = current_process(), *child;

	if (process_limit_is_reached())
		return -EAGAIN;
	interrupts_on(); /* copying a large space takes long */
	child = process_create(parent->name, sizeof parent->name, NULL);
	if (child && (signals_fork(child, parent) || process_inherit_files(child) ||
	              address_space_fork(&child->space, &parent->space))) {
		process_destroy(child);
		child = NULL;
	}
	interrupts_off();
	if (!child)
		return -ENOMEM;
	make_stack(child, forking, how->stack);
	copy_user_state(child, parent);
	if (how->set_fs)
		child->task.fs_base = how->fs_base;
	child->tid_address = how->child_tid;
	process_adopt(child, parent); /* gives it the parent's group and session too */
	if (how->parent_tid)
		copy_to_user(how->parent_tid, &child->pid, sizeof child->pid);
	sched_enqueue(&parent->task);
	/* The child runs first: if it calls execve() soon, the parent copies no pages. */
	sched_switch_to(&child->task);
	return child->pid;
}

/* Called by process/fork.asm. */
long fork_call(const struct forking *forking);
long clone_call(const struct forking *forking);

long fork_call(const struct forking *forking)
{
	static const struct fork_how how;

	return process_fork(forking, &how);
}

#define CLONE_SIGNAL         0xff
#define CLONE_VM             0x100
#define CLONE_VFORK          0x4000
#define CLONE_SETTLS         0x80000
#define CLONE_PARENT_SETTID  0x100000
#define CLONE_CHILD_CLEARTID 0x200000
#define CLONE_DETACHED       0x400000
#define CLONE_CHILD_SETTID   0x1000000
#define CLONE_KNOWN                                                                                          \
	(CLONE_SIGNAL | CLONE_VM | CLONE_VFORK | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | \
	 CLONE_DETACHED | CLONE_CHILD_SETTID)

/*
 * clone() supports only the flags that C libraries set in fork() and posix_spawn()
 * (uapi/linux/sched.h). In Linux, the child of posix_spawn() shares its parent's memory until
 * execve(); here it gets a copy. Returns -EINVAL for threads, which are not supported, and -EPERM
 * for a TLS address outside user memory.
 */
long clone_call(const struct forking *forking)
{
	const struct call_frame *call = &forking->call;
	const uint64_t flags = call->rdi;
	struct fork_how how = { .stack = call->rsi };

	if ((flags & ~(uint64_t)CLONE_KNOWN) || ((flags & CLONE_VM) && !(flags & CLONE_VFORK)))
		return -EINVAL;
	how.set_fs = flags & CLONE_SETTLS;
	how.fs_base = call->r8;
	if (how.set_fs && !user_range(call->r8, 0))
		return -EPERM;
	how.child_tid = flags & CLONE_CHILD_SETTID ? call->r10 : 0;
	how.parent_tid = flags & CLONE_PARENT_SETTID ? call->rdx : 0;
	return process_fork(forking, &how);
}
