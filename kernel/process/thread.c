/* SPDX-License-Identifier: MIT */
#include "process/thread.h"

#include "isolation/isolation.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/panic.h"
#include "process/futex.h"
#include "process/process_internal.h"
#include "sched/clock.h"

_Static_assert(sizeof(struct thread) <= PAGE_SIZE - FPU_AREA,
               "a thread has a frame of its own, with room for its task's FPU registers");

static struct thread *find_in(struct process *process, int tid)
{
	struct thread *thread = &process->main;

	while (thread && thread->tid != tid)
		thread = thread->next;
	return thread;
}

struct search {
	int tid;
	struct thread *found;
};

static void look_in(struct process *process, void *argument)
{
	struct search *search = argument;

	if (!search->found)
		search->found = find_in(process, search->tid);
}

struct thread *thread_find(int tid)
{
	struct search search = { .tid = tid };
	struct process *process = process_find(tid);

	if (process)
		return &process->main;
	search.found = find_in(current_process(), tid);
	if (!search.found)
		process_each(look_in, &search);
	return search.found;
}

int thread_create(struct thread **result)
{
	struct process *process = current_process();
	const uint64_t frame = frame_alloc();
	struct thread *thread = phys_to_virt(frame);
	int error;

	if (frame == FRAME_NONE)
		return -EAGAIN;
	zero_bytes(thread, sizeof *thread);
	error = isolation_thread_root_create(&thread->task.root, &process->space.root,
	                                     kstack_has_own_tables());
	if (error)
		goto no_root;
	error = kstack_create(&thread->task.stack, &thread->task.root);
	if (error)
		goto no_stack;
	thread->task.process = process;
	thread->signals.blocked = current_thread()->signals.blocked;
	*result = thread;
	return 0;
no_stack:
	isolation_thread_root_destroy(&thread->task.root, &process->space.root);
no_root:
	frame_free(frame);
	if (error == -ENOSYS && !process_quiet)
		kprintf("task %d (%s): no threads with fixed stacks and pcid=on\n", process->pid,
		        process->name);
	return error == -ENOMEM ? -EAGAIN : error;
}

void thread_adopt(struct thread *thread)
{
	struct process *process = thread->task.process;

	thread->tid = process_new_id();
	thread->place = &process->main.next;
	thread->next = process->main.next;
	if (thread->next)
		thread->next->place = &thread->next;
	process->main.next = thread;
	process->threads++;
	process->ends_slowly = true;
	process_count_thread(process, true);
	signals_changed(process); /* a signal that only this thread does not block may be pending */
}

/* Removes a thread from the list of its process. The first thread stays there. */
static void leave_process(struct thread *thread)
{
	if (thread == &thread->task.process->main)
		return;
	*thread->place = thread->next;
	if (thread->next)
		thread->next->place = thread->place;
}

/* Tells the other threads, through the memory that they share, that the current thread ends. */
static void say_farewell(struct thread *thread)
{
	const uint32_t zero = 0;
	const uint64_t address = thread->clear_tid;

	futex_release_robust(thread);
	thread->clear_tid = 0;
	if (address && thread->task.process->threads > 1 && !copy_to_user(address, &zero, sizeof zero))
		futex_wake_address(address, 1);
}

/* Ends the current thread, which is not the last one of its process. */
static _Noreturn void end_current(void)
{
	struct thread *thread = current_thread();
	struct process *process = current_process();

	interrupts_off();
	task_drop_fpu(&thread->task);
	clock_set_wake(&thread->task, 0);
	thread->task.state = TASK_ENDED;
	leave_process(thread);
	process->threads--;
	process_count_thread(process, false);
	signals_changed(process);
	if (process->survivor && task_waits_for_end(&process->survivor->task)) {
		process->survivor->task.state = TASK_READY;
		sched_enqueue(&process->survivor->task);
	}
	this_cpu()->dead = &thread->task;
	sched_switch();
	panic("an ended thread runs");
}

_Noreturn void thread_exit(int status)
{
	struct thread *thread = current_thread();
	struct process *process = current_process();

	if (!process->ends_slowly)
		process_exit(status);
	if (thread == &process->main && !process->ending)
		process->status = status;
	if (process->threads == 1)
		process_exit(process->status);
	say_farewell(thread);
	end_current();
}

/* Makes all other threads of the current process end when they next return to user mode. */
static void end_all_others(void)
{
	for (struct thread *other = &current_process()->main; other; other = other->next)
		if (other != current_thread() && other->task.state != TASK_ENDED)
			signal_end_thread(other);
}

int threads_end(int status)
{
	struct process *process = current_process();

	if (!process->ending && !process->survivor) {
		process->ending = true;
		process->status = status;
		end_all_others();
	}
	say_farewell(current_thread());
	if (process->threads > 1)
		end_current();
	return process->status;
}

/* Makes the current thread the first one of its process, whose first thread has ended. */
static void become_first(void)
{
	struct thread *thread = current_thread(), *first = &current_process()->main;

	leave_process(thread);
	first->task = thread->task;
	first->signals = thread->signals;
	first->clear_tid = 0;
	first->sleep_end = 0;
	this_cpu()->current = &first->task;
	frame_free(virt_to_phys(thread));
}

void threads_end_others(void)
{
	struct process *process = current_process();
	struct task *task = current_task();

	interrupts_off();
	futex_release_robust(current_thread());
	process->survivor = current_thread();
	end_all_others();
	while (process->threads > 1) {
		task->state = TASK_BLOCKED;
		sched_switch();
	}
	process->survivor = NULL;
	task_drop_fpu(task);
	if (task != &process->task)
		become_first();
	process->main.robust_list = process->main.clear_tid = 0;
	process->ends_slowly = false;
	interrupts_on();
}

bool thread_teardown(struct thread *thread)
{
	struct process *process = thread->task.process;
	const bool is_last = process->task.state == TASK_ZOMBIE;

	kstack_destroy(&thread->task.stack);
	isolation_thread_root_destroy(&thread->task.root, &process->space.root);
	if (thread != &process->main)
		frame_free(virt_to_phys(thread));
	return is_last;
}
