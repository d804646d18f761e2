/* SPDX-License-Identifier: MIT */
#include "task/task.h"

#include "cpu/exceptions.h"
#include "fs/file.h"
#include "lib/console.h"
#include "lib/errno.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/regions.h"
#include "task/task_internal.h"
#include "task/wait.h"

_Static_assert(sizeof(struct task) <= PAGE_SIZE - FPU_AREA,
               "a task has a frame of its own, with room for its FPU");

/* What context_switch() pops of a new task: six registers, a return address, and two words that
   leave the stack 16-byte aligned there. */
#define FIRST_FRAME (9 * 8)

bool task_quiet;
static struct task *all;
static size_t count;
static int next_pid = 1;
#define PID_LAST 0x7fffffff

/* entry.asm calls it on the way back to user mode when need_resched is set. */
void (*user_return_hook)(void);

void task_set_name(struct task *task, const char *name, size_t length)
{
	if (length >= sizeof task->name)
		length = sizeof task->name - 1;
	copy_bytes(task->name, name, length);
	task->name[length] = '\0';
}

struct task *task_create(const char *name, size_t length, void (*start)(void))
{
	uint64_t frame = frame_alloc(), *stack;
	struct task *task = phys_to_virt(frame);

	if (frame == FRAME_NONE)
		return NULL;
	if (address_space_create(&task->space))
		goto no_space;
	if (kstack_create(&task->stack, task->space.pml4))
		goto no_stack;
	task->state = TASK_READY;
	task->status = 0;
	task->parent = task->children = task->sibling = NULL;
	task->first_run = NULL;
	task->files = NULL;
	task->directory = NULL;
	task->waiting = NULL;
	task->tid_address = 0;
	task->fs_base = 0;
	task->has_fpu = false;
	task_set_name(task, name, length);
	/* r15, r14, r13, r12, rbp, rbx, return address */
	stack = kstack_view(&task->stack, FIRST_FRAME);
	stack[5] = (uintptr_t)start;
	stack[6] = (uintptr_t)task_first_run;
	task->rsp = task->stack.top - FIRST_FRAME;
	return task;
no_stack:
	address_space_destroy(&task->space);
no_space:
	frame_free(frame);
	return NULL;
}

/* What a task that ends has open. */
static void drop_files(struct task *task)
{
	file_table_drop(task);
	if (task->directory)
		node_drop(task->directory);
	task->directory = NULL;
}

void task_destroy(struct task *task)
{
	drop_files(task);
	first_run_drop(task);
	kstack_destroy(&task->stack);
	address_space_destroy(&task->space);
	frame_free(virt_to_phys(task));
}

void task_adopt(struct task *task, struct task *parent)
{
	static bool wrapped;

	do {
		task->pid = next_pid;
		wrapped |= next_pid == PID_LAST;
		next_pid = next_pid == PID_LAST ? 2 : next_pid + 1;
	} while (wrapped && task_find(task->pid)); /* the task itself is not in the list yet */
	task->parent = parent;
	if (parent) {
		task->sibling = parent->children;
		parent->children = task;
	}
	task->all_next = all;
	all = task;
	count++;
}

void task_reap(struct task *task)
{
	struct task **link;

	if (task->parent) {
		for (link = &task->parent->children; *link != task; link = &(*link)->sibling)
			;
		*link = task->sibling;
	}
	for (link = &all; *link != task; link = &(*link)->all_next)
		;
	*link = task->all_next;
	count--;
	frame_free(virt_to_phys(task));
}

void task_teardown(struct task *task)
{
	first_run_drop(task);
	kstack_destroy(&task->stack);
	address_space_destroy(&task->space);
	if (!task->parent)
		task_reap(task);
}

/* The children of a task that ends have no one to wait for them. */
static void disown_children(struct task *task)
{
	struct task *child = task->children, *next;

	for (; child; child = next) {
		next = child->sibling;
		child->parent = NULL;
		if (child->state == TASK_ZOMBIE)
			task_reap(child);
	}
	task->children = NULL;
}

int task_inherit_files(struct task *child)
{
	const struct task *parent = current_task();

	if (file_table_copy(child, parent))
		return -ENOMEM;
	child->identity = parent->identity;
	child->directory = parent->directory;
	if (child->directory)
		node_hold(child->directory);
	return 0;
}

void task_drop_fpu(struct task *task)
{
	if (!task->has_fpu)
		return;
	task->has_fpu = false;
	fpu_stop();
}

static bool waits_for_child(const struct task *task)
{
	return task->state == TASK_BLOCKED && !task->waiting;
}

void task_exit(int status)
{
	struct cpu *cpu = this_cpu();
	struct task *task = cpu->current, *parent = task->parent;

	if (task->pid == 1)
		panic("the first task ended");
	disown_children(task);
	task_drop_fpu(task);
	drop_files(task);
	task->status = status;
	task->state = TASK_ZOMBIE;
	cpu->dead = task;
	if (parent && waits_for_child(parent)) {
		parent->state = TASK_READY;
		sched_switch_to(parent);
	}
	sched_switch();
	panic("an ended task runs");
}

long task_kill(int pid, int signal)
{
	struct task *task = task_find(pid);

	if (signal != SIGKILL && signal != SIGTERM)
		return -EINVAL;
	if (!task || task->state == TASK_ZOMBIE)
		return -ESRCH;
	if (pid == 1)
		return -EPERM;
	if (task == current_task())
		task_exit(signal);
	if (task->state == TASK_READY)
		sched_dequeue(task);
	wait_leave(task);
	drop_files(task);
	disown_children(task);
	task->status = signal;
	task->state = TASK_ZOMBIE;
	if (task->parent && waits_for_child(task->parent)) {
		task->parent->state = TASK_READY;
		sched_enqueue(task->parent);
	}
	task_teardown(task);
	return 0;
}

long task_wait(int pid, int *status, int options)
{
	struct task *task = current_task();

	for (;;) {
		bool any = false;

		for (struct task *child = task->children; child; child = child->sibling) {
			if (pid != -1 && child->pid != pid)
				continue;
			any = true;
			if (child->state != TASK_ZOMBIE)
				continue;
			pid = child->pid;
			*status = child->status;
			task_reap(child);
			return pid;
		}
		if (!any)
			return -ECHILD;
		if (options & WAIT_NO_HANG)
			return 0;
		task->state = TASK_BLOCKED;
		sched_switch();
	}
}

size_t task_count(void)
{
	return count;
}

struct task *task_find(int pid)
{
	struct task *task = all;

	while (task && task->pid != pid)
		task = task->all_next;
	return task;
}

static void idle(void)
{
	for (;;) {
		__asm__ volatile("sti; hlt; cli" : : : "memory");
		task_yield();
	}
}

static int fault_error; /* of the last page fault */

/* Where memory has run out, the task ends. */
static bool page_fault(uintptr_t address, uint64_t error)
{
	fault_error = region_fault(&current_task()->space, address, error);
	return fault_error == 0;
}

/* An exception in user mode ends the task: the kernel and the others go on. */
static void user_exception(struct trap_frame *frame)
{
	static const uint8_t signals[32] = {
		[EXCEPTION_DE] = SIGFPE, [EXCEPTION_BP] = SIGTRAP, [EXCEPTION_UD] = SIGILL,
		[EXCEPTION_NM] = SIGILL, [EXCEPTION_MF] = SIGFPE,  [EXCEPTION_XM] = SIGFPE,
		[1] = SIGTRAP,
	};
	struct task *task = current_task();
	uint8_t signal = signals[frame->vector & 31] ? signals[frame->vector & 31] : SIGSEGV;

	if (frame->vector == EXCEPTION_NM && fpu_present() && !task->has_fpu) {
		fpu_start(task_fpu_area(task));
		task->has_fpu = true;
		return;
	}
	if (frame->vector == EXCEPTION_PF && fault_error == -ENXIO)
		signal = SIGBUS;
	if (!task_quiet) {
		kprintf("task %d (%s) killed: %s at %lx", task->pid, task->name,
		        exception_name(frame->vector), frame->rip);
		if (frame->vector == EXCEPTION_PF)
			kprintf(", address %lx, %s", read_cr2(),
			        frame->error & 16  ? "fetch"
			        : frame->error & 2 ? "write"
			                           : "read");
		kprintf("\n");
	}
	task_exit(signal);
}

/* On the way back to user mode from an interrupt; AC may still be what the program set (SDM 3A 6.12.1.3). */
static void preempt(void)
{
	user_access_end();
	task_yield();
}

static struct task *must_create(const char *name, void (*start)(void))
{
	struct task *task = task_create(name, strlen(name), start);

	if (!task)
		panic("no memory for the first tasks");
	return task;
}

void task_start(void (*function)(void))
{
	struct cpu *cpu = this_cpu();
	struct task *task = must_create("kernel", function);
	uint64_t ignored;

	exception_set_user_handler(user_exception);
	exception_set_page_fault(page_fault);
	user_return_hook = preempt;
	task->identity = (struct identity){ 0, 0 }; /* root's: all others come from it */
	cpu->idle = must_create("idle", idle);
	task_adopt(task, NULL);
	cpu->current = task;
	kstack_activate(cpu, &task->stack);
	context_switch(&ignored, task->rsp, address_space_cr3(&task->space));
	panic("the boot stack runs again");
}
