/* SPDX-License-Identifier: MIT */
#include "process/signal.h"

#include "cpu/exceptions.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mem/heap.h"
#include "output/console.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "sched/wait.h"

#define CALL_TO_RESTART 219 /* number of the call restart_syscall() */

#define TABLE_SIZE      (SIGNALS * sizeof(struct signal_action))

/* Signals that are ignored by default. */
#define QUIET           (signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG) | signal_bit(SIGWINCH))

/* Signals that continue a stopped process. */
#define GOES_ON         (signal_bit(SIGCONT) | signal_bit(SIGKILL))

/*
 * Signals of exceptions. They are delivered before others, so that their signal frame has the
 * registers as they were at the exception (like Linux's SYNCHRONOUS_MASK).
 */
#define SYNCHRONOUS                                                                            \
	(signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGTRAP) | \
	 signal_bit(SIGFPE) | signal_bit(SIGSYS))

/* Returns the signals, of the thread and of its process, that the thread does not block. */
static inline uint64_t ready_signals(const struct thread *thread)
{
	return (thread->signals.pending | thread->task.process->pending) & ~thread->signals.blocked;
}

/*
 * Updates the RETURN_* bits: the work to do on the return to user mode. Called after `pending`,
 * `blocked`, `keep` or `stopped` has changed.
 */
static void changed(struct thread *thread)
{
	const bool acts = ready_signals(thread) || thread->task.process->stopped;
	struct cpu *cpu = this_cpu();

	thread->task.return_work = (acts ? RETURN_SIGNAL : 0) | (thread->signals.keep ? RETURN_MASK : 0);
	if (&thread->task == cpu->current)
		cpu->return_work = (cpu->return_work & RETURN_YIELD) | thread->task.return_work;
}

void signals_changed(struct process *process)
{
	for (struct thread *thread = &process->main; thread; thread = thread->next)
		changed(thread);
}

struct signal_action signal_action(const struct process *process, int signal)
{
	return process->action ? process->action[signal - 1] : (struct signal_action){ 0 };
}

bool signal_is_pending(const struct thread *thread)
{
	return ready_signals(thread);
}

bool signal_will_end(const struct thread *thread)
{
	uint64_t ready = ready_signals(thread) & ~(QUIET | SIGNALS_STOP);

	for (; ready; ready &= ready - 1)
		if (signal_action(thread->task.process, __builtin_ctzl(ready) + 1).handler == SIGNAL_DEFAULT)
			return true;
	return false;
}

bool signal_is_ignored(const struct process *process, int signal)
{
	uint64_t handler = signal_action(process, signal).handler;

	return handler == SIGNAL_IGNORE || (handler == SIGNAL_DEFAULT && (QUIET & signal_bit(signal)));
}

/* Discards pending signals of a process and of its threads. */
static void discard(struct process *process, uint64_t signals)
{
	process->pending &= ~signals;
	for (struct thread *thread = &process->main; thread; thread = thread->next)
		thread->signals.pending &= ~signals;
	signals_changed(process);
}

/*
 * SIGCONT discards pending stop signals, and a stop signal discards a pending SIGCONT, even if
 * blocked or ignored. SIGCONT and SIGKILL continue a stopped process.
 */
static void change_job(struct process *process, int signal)
{
	if (process->stopped && (GOES_ON & signal_bit(signal)))
		process_continue(process, signal == SIGCONT);
	discard(process, signal == SIGCONT                   ? SIGNALS_STOP
	                 : SIGNALS_STOP & signal_bit(signal) ? signal_bit(SIGCONT)
	                                                     : 0);
}

/* Returns true if a thread of the process blocks the signal or waits for it with sigtimedwait(). */
static bool is_kept(const struct process *process, int signal)
{
	for (const struct thread *thread = &process->main; thread; thread = thread->next)
		if ((thread->signals.blocked | thread->signals.awaited) & signal_bit(signal) &&
		    thread->task.state != TASK_ENDED)
			return true;
	return false;
}

/* Wakes the first thread that does not block the signal, if this thread is blocked in the kernel. */
static void wake_one(struct process *process, int signal)
{
	struct thread *thread = &process->main;

	while (thread && ((thread->signals.blocked & signal_bit(signal)) || thread->task.state == TASK_ENDED))
		thread = thread->next;
	if (thread && thread->task.state == TASK_BLOCKED)
		wake(&thread->task);
}

void signal_send(struct process *process, int signal, struct signal_info info)
{
	struct signals *first = &process->main.signals;

	if (process->task.state == TASK_ZOMBIE)
		return;
	if ((SIGNALS_STOP | GOES_ON) & signal_bit(signal))
		change_job(process, signal);
	if (signal_is_ignored(process, signal) && !is_kept(process, signal))
		return;
	if (!((process->pending | first->pending) & signal_bit(signal)))
		first->info[signal - 1] = info;
	process->pending |= signal_bit(signal);
	signals_changed(process);
	wake_one(process, signal);
}

void signal_send_thread(struct thread *thread, int signal, struct signal_info info)
{
	struct process *process = thread->task.process;
	struct signals *s = &thread->signals;
	const uint64_t known = s->pending | (thread == &process->main ? process->pending : 0);

	if ((SIGNALS_STOP | GOES_ON) & signal_bit(signal)) {
		signal_send(process, signal, info);
		return;
	}
	if (thread->task.state >= TASK_ENDED ||
	    (signal_is_ignored(process, signal) && !((s->blocked | s->awaited) & signal_bit(signal))))
		return;
	if (!(known & signal_bit(signal)))
		s->info[signal - 1] = info;
	s->pending |= signal_bit(signal);
	changed(thread);
	if (!(s->blocked & signal_bit(signal)) && thread->task.state == TASK_BLOCKED)
		wake(&thread->task);
}

void signal_end_thread(struct thread *thread)
{
	thread->signals.pending |= signal_bit(SIGKILL); /* take() prefers the thread's own SIGKILL */
	changed(thread);
	if (thread->task.state == TASK_BLOCKED)
		wake(&thread->task);
	if (thread->task.state == TASK_STOPPED) {
		thread->task.state = TASK_READY;
		sched_enqueue(&thread->task);
	}
}

int signal_set_action(struct process *process, int signal, const struct signal_action *action)
{
	if (!process->action) {
		process->action = heap_alloc(TABLE_SIZE);
		if (!process->action)
			return -ENOMEM;
		zero_bytes(process->action, TABLE_SIZE);
	}
	process->action[signal - 1] = *action;
	process->action[signal - 1].mask &= ~SIGNALS_SURE;
	if (signal_is_ignored(process, signal))
		discard(process, signal_bit(signal));
	return 0;
}

void signal_block(uint64_t mask)
{
	struct thread *thread = current_thread();

	thread->signals.blocked = mask & ~SIGNALS_SURE;
	changed(thread);
}

void signal_block_for_call(uint64_t mask)
{
	struct signals *s = &current_thread()->signals;

	s->kept = s->blocked;
	s->keep = true;
	signal_block(mask);
}

void signal_unblock_for_call(void)
{
	struct signals *s = &current_thread()->signals;

	if (!s->keep)
		return;
	s->keep = false;
	signal_block(s->kept);
}

/*
 * Removes the first pending signal of `ready`, from the current thread if it is pending there, else
 * from the process. Afterwards its information is in signals.info of the thread. Returns its number.
 */
static int take_first(uint64_t ready)
{
	struct thread *thread = current_thread();
	struct process *process = current_process();
	const int signal = __builtin_ctzl(ready) + 1;

	if (thread->signals.pending & signal_bit(signal)) {
		thread->signals.pending &= ~signal_bit(signal);
		changed(thread);
		return signal;
	}
	thread->signals.info[signal - 1] = process->main.signals.info[signal - 1];
	process->pending &= ~signal_bit(signal);
	signals_changed(process); /* the other threads need not act on it any longer */
	return signal;
}

int signal_take(uint64_t set, struct signal_info *info)
{
	struct thread *thread = current_thread();
	const uint64_t ready = (thread->signals.pending | current_process()->pending) & set;
	int signal;

	if (!ready)
		return 0;
	signal = take_first(ready);
	*info = thread->signals.info[signal - 1];
	return signal;
}

/* Removes the next signal to act on and returns its number. There must be one. */
static int take(const struct thread *thread)
{
	const uint64_t ready = ready_signals(thread);

	if (ready & signal_bit(SIGKILL))
		return take_first(signal_bit(SIGKILL));
	return take_first(ready & SYNCHRONOUS ? ready & SYNCHRONOUS : ready);
}

/*
 * If a signal has interrupted a system call, prepares to repeat the call or makes it return -EINTR.
 * `handler` is the action whose handler will run first, or NULL if no handler will.
 */
static void settle_call(struct trap_frame *frame, const struct signal_action *handler)
{
	long result = (long)frame->rax;

	if (frame->vector != FRAME_CALL)
		return;
	frame->vector = FRAME_OTHER;
	if (result != -ERESTARTSYS && result != -ERESTARTNOHAND && result != -ERESTART_RESTARTBLOCK)
		return;
	if (handler && (result != -ERESTARTSYS || !(handler->flags & SA_RESTART))) {
		frame->rax = (uint64_t)-EINTR;
		return;
	}
	frame->rax = result == -ERESTART_RESTARTBLOCK ? CALL_TO_RESTART : frame->error;
	frame->rip -= 2; /* back to the SYSCALL instruction */
}

/*
 * Makes `frame` enter the handler of a signal and blocks the signals that must not interrupt it.
 * Ends the process if its user stack has no room for the signal frame.
 */
static void enter(struct process *process, struct trap_frame *frame, int signal)
{
	const struct signal_action action = signal_action(process, signal);
	struct signals *s = &current_thread()->signals;
	uint64_t mask = s->keep ? s->kept : s->blocked;

	settle_call(frame, &action);
	if (signal_enter(frame, signal, &action, mask)) {
		if (!process_quiet)
			kprintf("task %d (%s) killed: no stack for the handler of signal %d\n", process->pid,
			        process->name, signal);
		process_exit(SIGSEGV);
	}
	s->keep = false;
	if (action.flags & SA_RESETHAND)
		process->action[signal - 1].handler = SIGNAL_DEFAULT;
	signal_block(s->blocked | action.mask | (action.flags & SA_NODEFER ? 0 : signal_bit(signal)));
}

void signals_deliver(struct trap_frame *frame)
{
	struct process *process = current_process();
	struct thread *thread = current_thread();

	for (;;) {
		while (task_is_interrupted(&thread->task)) {
			uint64_t handler;
			int signal;

			if (!signal_is_pending(thread)) { /* another thread has stopped the process */
				thread_stop();
				continue;
			}
			signal = take(thread);
			handler = signal_action(process, signal).handler;

			if (signal_is_ignored(process, signal))
				continue;
			if (handler != SIGNAL_DEFAULT)
				enter(process, frame, signal);
			else if (!(SIGNALS_STOP & signal_bit(signal)))
				process_exit(signal);
			else if (signal == SIGSTOP || !process_group_is_orphaned(process->group))
				process_stop(signal);
		}
		settle_call(frame, NULL);
		if (!thread->signals.keep)
			return;
		signal_unblock_for_call();
	}
}

void signal_fault(struct trap_frame *frame, int signal, struct signal_info info)
{
	struct process *process = current_process();
	struct thread *thread = current_thread();
	struct signals *s = &thread->signals;

	if (signal_action(process, signal).handler <= SIGNAL_IGNORE || (s->blocked & signal_bit(signal))) {
		if (!process_quiet) {
			kprintf("task %d (%s) killed: %s at %lx", process->pid, process->name,
			        exception_name(frame->vector), frame->rip);
			if (frame->vector == EXCEPTION_PF)
				kprintf(", address %lx, %s", info.value,
				        frame->error & 16  ? "fetch"
				        : frame->error & 2 ? "write"
				                           : "read");
			kprintf("\n");
		}
		/*
		 * The process is not ended here, since this function may run on a stack for
		 * exceptions. Instead, the signal is unblocked and its handler removed:
		 * signals_deliver() then ends the process, on the kernel stack of the process.
		 */
		s->blocked &= ~signal_bit(signal);
		if (process->action)
			process->action[signal - 1].handler = SIGNAL_DEFAULT;
	}
	s->vector = frame->vector;
	s->error = frame->error;
	s->address = info.value;
	s->pending &= ~signal_bit(signal); /* so that the new information is stored */
	signal_send_thread(thread, signal, info);
	frame->vector = FRAME_OTHER;
	return_through_frame(frame);
}

int signals_fork(struct process *child)
{
	const struct signals *from = &current_thread()->signals;
	const struct signal_action *action = current_process()->action;

	if (action) {
		child->action = heap_alloc(TABLE_SIZE);
		if (!child->action)
			return -ENOMEM;
		copy_bytes(child->action, action, TABLE_SIZE);
	}
	child->main.signals.blocked = from->blocked;
	child->main.signals.stack = from->stack;
	return 0;
}

void signals_exec(struct process *process)
{
	struct signal_action *action = process->action;
	bool ignores = false;

	process->main.signals.stack = (struct signal_stack){ 0 };
	for (unsigned i = 0; action && i < SIGNALS; i++) {
		bool ignored = action[i].handler == SIGNAL_IGNORE;

		action[i] = (struct signal_action){ .handler = ignored };
		ignores |= ignored;
	}
	if (!ignores)
		signals_drop(process);
}

void signals_drop(struct process *process)
{
	heap_free(process->action);
	process->action = NULL;
}
