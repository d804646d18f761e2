/* SPDX-License-Identifier: MIT */
/*
 * fork() and clone(): the child continues where its parent is, in a copy of the address space or as
 * another thread of the process.
 */
#include "cpu/call_frame.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "process/thread.h"
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
	 * User addresses where the child's process or thread ID is stored, in the child's and in the
	 * parent's memory; 0 if it is not stored.
	 */
	uint64_t child_tid, parent_tid;
	uint64_t clear_tid; /* for a thread: see struct thread */
	uint64_t fs_base;
	bool set_fs;
};

static void make_stack(struct task *child, const struct forking *parent, uint64_t user_rsp)
{
	struct child_stack *stack = kstack_view(&child->stack, sizeof *stack);

	copy_bytes(stack, &parent->saved, sizeof parent->saved);
	stack->switch_return = (uintptr_t)fork_child;
	copy_bytes(&stack->call_return, &parent->call_return, sizeof *parent - sizeof parent->saved);
	if (user_rsp)
		stack->call.rsp = user_rsp;
	child->rsp = child->stack.top - sizeof *stack;
}

void task_begin_child(void)
{
	struct thread *thread = current_thread();
	uint64_t address = thread->child_tid;

	sched_finish_switch();
	thread->child_tid = 0;
	if (address)
		/* A bad address is ignored, as in Linux. */
		copy_to_user(address, &thread->tid, sizeof thread->tid);
}

/* Copies the user's registers that are not on the kernel stack: FS base, data selectors and FPU. */
static void copy_user_state(struct task *child, struct task *parent)
{
	child->fs_base = parent->fs_base;
	child->selectors = read_selectors();
	child->has_fpu = parent->has_fpu;
	if (!child->has_fpu)
		return;
	fpu_save(task_fpu_area(parent));
	copy_bytes(task_fpu_area(child), task_fpu_area(parent), FPU_AREA);
}

/* Gives a new thread, or the first thread of a new process, the registers of the current one. */
static void make_task(struct thread *child, const struct forking *forking, const struct fork_how *how)
{
	make_stack(&child->task, forking, how->stack);
	copy_user_state(&child->task, current_task());
	if (how->set_fs)
		child->task.fs_base = how->fs_base;
	child->child_tid = how->child_tid;
}

static long process_fork(const struct forking *forking, const struct fork_how *how)
{
	struct process *parent = current_process(), *child;

	if (process_limit_is_reached())
		return -EAGAIN;
	interrupts_on(); /* copying a large space takes long */
	child = process_create(parent->name, sizeof parent->name, NULL);
	if (child && (signals_fork(child) || process_inherit_files(child) ||
	              address_space_fork(&child->space, &parent->space))) {
		process_destroy(child);
		child = NULL;
	}
	interrupts_off();
	if (!child)
		return -ENOMEM;
	make_task(&child->main, forking, how);
	process_adopt(child, parent); /* gives it the parent's group and session too */
	if (how->parent_tid)
		copy_to_user(how->parent_tid, &child->pid, sizeof child->pid);
	sched_enqueue(current_task());
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

static long thread_start(const struct forking *forking, const struct fork_how *how)
{
	struct thread *child;
	int error;

	if (process_limit_is_reached())
		return -EAGAIN;
	error = thread_create(&child);
	if (error)
		return error;
	make_task(child, forking, how);
	child->clear_tid = how->clear_tid;
	thread_adopt(child);
	if (how->parent_tid)
		copy_to_user(how->parent_tid, &child->tid, sizeof child->tid);
	sched_enqueue(&child->task);
	return child->tid;
}

#define CLONE_SIGNAL         0xff
#define CLONE_VM             0x100
#define CLONE_FS             0x200
#define CLONE_FILES          0x400
#define CLONE_SIGHAND        0x800
#define CLONE_VFORK          0x4000
#define CLONE_THREAD         0x10000
#define CLONE_SYSVSEM        0x40000
#define CLONE_SETTLS         0x80000
#define CLONE_PARENT_SETTID  0x100000
#define CLONE_CHILD_CLEARTID 0x200000
#define CLONE_DETACHED       0x400000
#define CLONE_CHILD_SETTID   0x1000000
/* Flags of a child process. */
#define CLONE_KNOWN                                                                                          \
	(CLONE_SIGNAL | CLONE_VM | CLONE_VFORK | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | \
	 CLONE_DETACHED | CLONE_CHILD_SETTID)
/* Flags of a thread: those that it must have, and all that it may have. */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define THREAD_KNOWN                                                                        \
	(THREAD_FLAGS | CLONE_SIGNAL | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | \
	 CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_CHILD_SETTID)

/*
 * clone() makes a child process with the flags that C libraries set in fork() and posix_spawn(), or
 * a thread that shares everything (uapi/linux/sched.h). In Linux, the child of posix_spawn() shares
 * its parent's memory until execve(); here it gets a copy. Returns -EINVAL for other flags, -EPERM
 * for a TLS address outside user memory, -EAGAIN at the limit on tasks, -ENOMEM, or the errors of
 * thread_create().
 */
long clone_call(const struct forking *forking)
{
	const struct call_frame *call = &forking->call;
	const uint64_t flags = call->rdi;
	const bool thread = flags & CLONE_THREAD;
	struct fork_how how = { .stack = call->rsi };

	if ((flags & ~(uint64_t)(thread ? THREAD_KNOWN : CLONE_KNOWN)) ||
	    (thread ? ~flags & THREAD_FLAGS : (flags & CLONE_VM) && !(flags & CLONE_VFORK)))
		return -EINVAL;
	how.set_fs = flags & CLONE_SETTLS;
	how.fs_base = call->r8;
	if (how.set_fs && !user_range(call->r8, 0))
		return -EPERM;
	how.child_tid = flags & CLONE_CHILD_SETTID ? call->r10 : 0;
	how.parent_tid = flags & CLONE_PARENT_SETTID ? call->rdx : 0;
	how.clear_tid = flags & CLONE_CHILD_CLEARTID ? call->r10 : 0;
	if (thread)
		return thread_start(forking, &how);
	return process_fork(forking, &how);
}
