/* SPDX-License-Identifier: MIT */
/* Creates and ends processes. */
#include "cpu/exceptions.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/panic.h"
#include "process/descriptors.h"
#include "process/first_run.h"
#include "process/process_internal.h"
#include "process/thread.h"
#include "sched/clock.h"
#include "sched/pause.h"
#include "x86/callee_saved.h"

_Static_assert(sizeof(struct process) <= PAGE_SIZE - FPU_AREA,
               "a process has a frame of its own, with room for its task's FPU registers");

/*
 * The whole stack of a new task: context_switch() pops the registers and returns to task_first_run.
 */
struct first_stack {
	struct callee_saved saved;
	uint64_t switch_return;
	uint64_t padding[2]; /* keeps the stack 16-byte aligned in task_first_run */
};

bool process_quiet;

void process_set_name(struct process *process, const char *name, size_t length)
{
	if (length >= sizeof process->name)
		length = sizeof process->name - 1;
	copy_bytes(process->name, name, length);
	process->name[length] = '\0';
}

struct process *process_create(const char *name, size_t length, void (*start)(void))
{
	uint64_t frame = frame_alloc();
	struct process *process = phys_to_virt(frame);
	struct first_stack *stack;

	if (frame == FRAME_NONE)
		return NULL;
	zero_bytes(process, sizeof *process);
	process->task.process = process;
	process->threads = 1;
	if (address_space_create(&process->space))
		goto no_space;
	process->task.root = process->space.root;
	if (kstack_create(&process->task.stack, &process->task.root))
		goto no_stack;
	process_set_name(process, name, length);
	stack = kstack_view(&process->task.stack, sizeof *stack);
	stack->saved.rbx = (uintptr_t)start; /* task_first_run calls it */
	stack->switch_return = (uintptr_t)task_first_run;
	process->task.rsp = process->task.stack.top - sizeof *stack;
	return process;
no_stack:
	address_space_destroy(&process->space);
no_space:
	frame_free(frame);
	return NULL;
}

/* Closes the files and the working directory of a process, and frees its signal dispositions. */
static void drop_files(struct process *process)
{
	signals_drop(process);
	file_table_drop(process);
	if (process->directory)
		node_drop(process->directory);
	process->directory = NULL;
}

void process_destroy(struct process *process)
{
	drop_files(process);
	first_run_drop(process);
	kstack_destroy(&process->task.stack);
	address_space_destroy(&process->space);
	frame_free(virt_to_phys(process));
}

void process_teardown(struct task *dead)
{
	struct process *process = dead->process;

	if (process->ends_slowly) {
		if (!thread_teardown(thread_of(dead)))
			return;
	} else {
		kstack_destroy(&dead->stack);
	}
	first_run_drop(process);
	address_space_destroy(&process->space);
	if (!process->parent)
		process_reap(process);
}

/*
 * Removes all children from a process that ends. Frees zombies. Sends SIGHUP and SIGCONT to stopped
 * children, since nothing else would continue them.
 */
static void disown_children(struct process *process)
{
	struct process *child;
	unsigned steps = 0;

	while ((child = process->children)) {
		process_leave_parent(child);
		if (child->task.state == TASK_ZOMBIE)
			process_reap(child);
		else if (child->stopped) {
			signal_send(child, SIGHUP, (struct signal_info){ .code = SI_KERNEL });
			signal_send(child, SIGCONT, (struct signal_info){ .code = SI_KERNEL });
		}
		pause_in_loop(&steps);
	}
}

int process_inherit_files(struct process *child)
{
	const struct process *parent = current_process();

	if (file_table_copy(child, parent))
		return -ENOMEM;
	child->inherited = parent->inherited;
	child->identity = parent->identity;
	child->account = parent->account;
	child->directory = parent->directory;
	if (child->directory)
		node_hold(child->directory);
	return 0;
}

/*
 * Sends SIGCHLD to the parent. If the parent ignores SIGCHLD or has set SA_NOCLDWAIT for it, first
 * removes the process from the parent's list of children. Returns the parent, or NULL if there is
 * none.
 */
static struct process *tell_parent(struct process *process)
{
	struct process *parent = process->parent;
	struct signal_action action;

	/* A quick way out, which leaves the masks of other threads to signal_send(). */
	if (!parent ||
	    (!parent->action && !parent->main.next &&
	     !((parent->main.signals.blocked | parent->main.signals.awaited) & signal_bit(SIGCHLD))))
		return parent;
	action = signal_action(parent, SIGCHLD);
	if (action.handler == SIGNAL_IGNORE || (action.flags & SA_NOCLDWAIT))
		process_leave_parent(process);
	signal_send(parent, SIGCHLD,
	            (struct signal_info){
	                    .code = process->status & 0x7f ? CLD_KILLED : CLD_EXITED,
	                    .pid = process->pid,
	                    .value = (uint64_t)(process->status & 0x7f ? process->status & 0x7f
	                                                               : process->status >> 8),
	            });
	return parent;
}

static void clear_deadlines(struct process *process, struct task *task)
{
	if (task->wake.time | process->alarm.time) {
		clock_set_wake(task, 0);
		clock_set_alarm(&process->alarm, 0);
	}
}

void process_exit(int status)
{
	struct process *process = current_process(), *parent;
	struct task *task = current_task();

	if (process->pid == 1)
		panic("the first task ended");
	if (process->ends_slowly)
		status = threads_end(status);
	if ((process->children || process->files) && kstack_may_interrupt())
		interrupts_on(); /* there may be many children, and large files to free */
	disown_children(process);
	drop_files(process);
	interrupts_off();
	task_drop_fpu(task);
	clear_deadlines(process, task);
	process->status = status;
	process->task.state = TASK_ZOMBIE;
	this_cpu()->dead = task;
	parent = tell_parent(process);
	if (parent && parent->main.next)
		process_wake_parent(parent);
	else if (parent && task_waits_for_end(&parent->task)) {
		parent->task.state = TASK_READY;
		sched_switch_to(&parent->task);
	}
	sched_switch();
	panic("an ended task runs");
}
