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

/*
 * Updates the RETURN_* bits: the work to do on the return to user mode. Called after `pending`,
 * `blocked` or `keep` has changed.
 */
static void changed(struct process *process)
{
	struct cpu *cpu = this_cpu();

	process->task.return_work =
	        (signal_is_pending(process) ? RETURN_SIGNAL : 0) | (process->signals.keep ? RETURN_MASK : 0);
	if (&process->task == cpu->current)
		cpu->return_work = (cpu->return_work & RETURN_YIELD) | process->task.return_work;
}

struct signal_action signal_action(const struct process *process, int signal)
{
	return process->signals.action ? process->signals.action[signal - 1] : (struct signal_action){ 0 };
}

bool signal_is_pending(const struct process *process)
{
	return process->signals.pending & ~process->signals.blocked;
}

bool signal_will_end(const struct process *process)
{
	uint64_t ready = process->signals.pending & ~process->signals.blocked & ~(QUIET | SIGNALS_STOP);

	for (; ready; ready &= ready - 1)
		if (signal_action(process, __builtin_ctzl(ready) + 1).handler == SIGNAL_DEFAULT)
			return true;
	return false;
}

bool signal_is_ignored(const struct process *process, int signal)
{
	uint64_t handler = signal_action(process, signal).handler;

	return handler == SIGNAL_IGNORE || (handler == SIGNAL_DEFAULT && (QUIET & signal_bit(signal)));
}

/*
 * SIGCONT discards pending stop signals, and a stop signal discards a pending SIGCONT, even if
 * blocked or ignored. SIGCONT and SIGKILL continue a stopped process.
 */
static void change_job(struct process *process, int signal)
{
	if (signal == SIGCONT)
		process->signals.pending &= ~SIGNALS_STOP;
	else if (SIGNALS_STOP & signal_bit(signal))
		process->signals.pending &= ~signal_bit(SIGCONT);
	if (process->task.state == TASK_STOPPED && (GOES_ON & signal_bit(signal)))
		process_continue(process, signal == SIGCONT);
	changed(process);
}

void signal_send(struct process *process, int signal, struct signal_info info)
{
	struct signals *s = &process->signals;

	if (process->task.state == TASK_ZOMBIE)
		return;
	if ((SIGNALS_STOP | GOES_ON) & signal_bit(signal))
		change_job(process, signal);
	if (signal_is_ignored(process, signal) && !((s->blocked | s->awaited) & signal_bit(signal)))
		return;
	if (!(s->pending & signal_bit(signal)))
		s->info[signal - 1] = info;
	s->pending |= signal_bit(signal);
	changed(process);
	if (signal_is_pending(process) && process->task.state == TASK_BLOCKED)
		wake(&process->task);
}

int signal_set_action(struct process *process, int signal, const struct signal_action *action)
{
	struct signals *s = &process->signals;

	if (!s->action) {
		s->action = heap_alloc(TABLE_SIZE);
		if (!s->action)
			return -ENOMEM;
		zero_bytes(s->action, TABLE_SIZE);
	}
	s->action[signal - 1] = *action;
	s->action[signal - 1].mask &= ~SIGNALS_SURE;
	if (signal_is_ignored(process, signal)) {
		s->pending &= ~signal_bit(signal);
		changed(process);
	}
	return 0;
}

void signal_block(uint64_t mask)
{
	struct process *process = current_process();

	process->signals.blocked = mask & ~SIGNALS_SURE;
	changed(process);
}

void signal_block_for_call(uint64_t mask)
{
	struct signals *s = &current_process()->signals;

	s->kept = s->blocked;
	s->keep = true;
	signal_block(mask);
}

static void give_mask_back(struct process *process)
{
	if (!process->signals.keep)
		return;
	process->signals.keep = false;
	signal_block(process->signals.kept);
}

void signal_unblock_for_call(void)
{
	give_mask_back(current_process());
}

int signal_take(uint64_t set, struct signal_info *info)
{
	struct process *process = current_process();
	uint64_t ready = process->signals.pending & set;
	int signal = ready ? __builtin_ctzl(ready) + 1 : 0;

	if (!signal)
		return 0;
	*info = process->signals.info[signal - 1];
	process->signals.pending &= ~signal_bit(signal);
	changed(process);
	return signal;
}

/* Removes the next signal to act on and returns its number. There must be one. */
static int take(struct process *process)
{
	struct signals *s = &process->signals;
	uint64_t ready = s->pending & ~s->blocked;
	int signal;

	if (ready & SYNCHRONOUS)
		ready &= SYNCHRONOUS;
	signal = __builtin_ctzl(ready) + 1;
	s->pending &= ~signal_bit(signal);
	changed(process);
	return signal;
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
	struct signals *s = &process->signals;
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
		s->action[signal - 1].handler = SIGNAL_DEFAULT;
	signal_block(s->blocked | action.mask | (action.flags & SA_NODEFER ? 0 : signal_bit(signal)));
}

void signals_deliver(struct trap_frame *frame)
{
	struct process *process = current_process();

	for (;;) {
		while (signal_is_pending(process)) {
			int signal = take(process);
			uint64_t handler = signal_action(process, signal).handler;

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
		if (!process->signals.keep)
			return;
		give_mask_back(process);
	}
}

void signal_fault(struct trap_frame *frame, int signal, struct signal_info info)
{
	struct process *process = current_process();
	struct signals *s = &process->signals;

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
		if (s->action)
			s->action[signal - 1].handler = SIGNAL_DEFAULT;
	}
	s->vector = frame->vector;
	s->error = frame->error;
	s->address = info.value;
	s->pending &= ~signal_bit(signal); /* so that signal_send() stores the new information */
	signal_send(process, signal, info);
	frame->vector = FRAME_OTHER;
	return_through_frame(frame);
}

int signals_fork(struct process *child, const struct process *parent)
{
	struct signals *to = &child->signals;
	const struct signals *from = &parent->signals;

	if (from->action) {
		to->action = heap_alloc(TABLE_SIZE);
		if (!to->action)
			return -ENOMEM;
		copy_bytes(to->action, from->action, TABLE_SIZE);
	}
	to->blocked = from->blocked;
	to->stack = from->stack;
	return 0;
}

void signals_exec(struct process *process)
{
	struct signals *s = &process->signals;
	bool ignores = false;

	s->stack = (struct signal_stack){ 0 };
	for (unsigned i = 0; s->action && i < SIGNALS; i++) {
		bool ignored = s->action[i].handler == SIGNAL_IGNORE;

		s->action[i] = (struct signal_action){ .handler = ignored };
		ignores |= ignored;
	}
	if (!ignores)
		signals_drop(process);
}

void signals_drop(struct process *process)
{
	heap_free(process->signals.action);
	process->signals.action = NULL;
}
