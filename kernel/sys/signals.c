/* SPDX-License-Identifier: MIT */
/* System calls on signals (man 2 sigaction, kill, …). */
#include "cpu/exceptions.h"
#include "lib/errno.h"
#include "output/console.h"
#include "process/process.h"
#include "process/process_internal.h"
#include "sched/clock.h"
#include "sched/wait.h"
#include "sys/calls.h"
#include "vm/address_space.h"

#define MASK_SIZE 8

enum { SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK };

#define NS_PER_US     1000UL
#define US_PER_SECOND 1000000UL
#define SECONDS_MAX   (1UL << 33)

static struct wait_queue only_signals;

long sys_rt_sigaction(uint64_t signal, uint64_t new, uint64_t old, uint64_t size)
{
	struct process *process = current_process();
	struct signal_action action, before;
	int error;

	if (size != MASK_SIZE || signal - 1 >= SIGNALS)
		return -EINVAL;
	if (new && (SIGNALS_SURE & signal_bit((int)signal)))
		return -EINVAL;
	if (new &&copy_from_user(&action, new, sizeof action))
		return -EFAULT;
	before = signal_action(process, (int)signal);
	error = new ? signal_set_action(process, (int)signal, &action) : 0;
	if (error)
		return error;
	return old ? copy_to_user(old, &before, sizeof before) : 0;
}

long sys_rt_sigprocmask(uint64_t how, uint64_t new, uint64_t old, uint64_t size)
{
	const uint64_t before = current_thread()->signals.blocked;
	uint64_t mask;

	if (size != MASK_SIZE)
		return -EINVAL;
	if (new) {
		if (copy_from_user(&mask, new, sizeof mask))
			return -EFAULT;
		if (how > SIG_SETMASK)
			return -EINVAL;
		signal_block(how == SIG_BLOCK ? before | mask : how == SIG_UNBLOCK ? before & ~mask : mask);
	}
	return old ? copy_to_user(old, &before, sizeof before) : 0;
}

long sys_rt_sigpending(uint64_t address, uint64_t size)
{
	const struct signals *s = &current_thread()->signals;
	const uint64_t pending = (s->pending | current_process()->pending) & s->blocked;

	return size > MASK_SIZE ? -EINVAL : copy_to_user(address, &pending, size);
}

long sys_pause(void)
{
	while (!wait_on(&only_signals))
		;
	return -ERESTARTNOHAND;
}

long sys_rt_sigsuspend(uint64_t address, uint64_t size)
{
	uint64_t mask;

	if (size != MASK_SIZE)
		return -EINVAL;
	if (copy_from_user(&mask, address, sizeof mask))
		return -EFAULT;
	signal_block_for_call(mask);
	return sys_pause();
}

/*
 * Waits for a signal of `set` until clock_now() reaches `end`, or without limit if `end` is 0.
 * Unblocks these signals meanwhile, so that they wake the process. Returns the signal's number,
 * -EAGAIN or -EINTR.
 */
static long wait_for_signal(uint64_t set, uint64_t end, struct signal_info *info)
{
	struct signals *s = &current_thread()->signals;
	const uint64_t blocked = s->blocked;
	int signal;
	long error;

	s->awaited = set;
	signal_block(blocked & ~set);
	while (!(error = wait_until(&only_signals, end)))
		;
	signal_block(blocked);
	s->awaited = 0;
	signal = signal_take(set, info);
	return signal ? signal : error == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

long sys_rt_sigtimedwait(uint64_t set_address, uint64_t info_address, uint64_t timeout, uint64_t size)
{
	struct siginfo told = { 0 };
	struct signal_info info;
	uint64_t set, ns = 0;
	long error, signal;

	if (size != MASK_SIZE)
		return -EINVAL;
	if (copy_from_user(&set, set_address, sizeof set))
		return -EFAULT;
	error = timeout ? time_from_user(timeout, &ns) : 0;
	if (error)
		return error;
	set &= ~SIGNALS_SURE;
	signal = signal_take(set, &info);
	if (!signal)
		signal = timeout && !ns ? -EAGAIN
		                        : wait_for_signal(set, timeout ? clock_now() + ns : 0, &info);
	if (signal <= 0 || !info_address)
		return signal;
	signal_describe(&told, (int)signal, &info);
	return copy_to_user(info_address, &told, sizeof told) ? -EFAULT : signal;
}

/* The frame is untrusted: a bad one kills the process, as in Linux. */
long sys_rt_sigreturn(void)
{
	struct process *process = current_process();
	struct trap_frame frame;

	if (signal_leave(current_call_frame()->rsp - 8, &frame)) {
		if (!process_quiet)
			kprintf("task %d (%s) killed: bad frame in sigreturn\n", process->pid, process->name);
		process_exit(SIGSEGV);
	}
	current_thread()->sleep_end = 0; /* forgets a sleep that the handler may have begun */
	return_through_frame(&frame);
}

long sys_sigaltstack(uint64_t new, uint64_t old)
{
	const uint64_t rsp = current_call_frame()->rsp;
	const struct user_stack before = signal_stack_of(&current_thread()->signals, rsp);
	struct user_stack stack;
	int error = new ? copy_from_user(&stack, new, sizeof stack) : 0;

	if (new && !error)
		error = signal_set_stack(&stack, rsp);
	if (!error && old)
		error = copy_to_user(old, &before, sizeof before);
	return error;
}

long sys_kill(uint64_t pid, uint64_t signal)
{
	return process_kill((int)pid, (int)signal);
}

long sys_tgkill(uint64_t group, uint64_t tid, uint64_t signal)
{
	return (int)group <= 0 ? -EINVAL : process_kill_thread((int)group, (int)tid, (int)signal);
}

long sys_tkill(uint64_t tid, uint64_t signal)
{
	return process_kill_thread(0, (int)tid, (int)signal);
}

/* Linux's struct itimerval. */
struct timer {
	uint64_t interval_s, interval_us, value_s, value_us;
};

static struct timer timer_of(const struct process *process)
{
	uint64_t now = clock_now(), left = process->alarm.time > now ? process->alarm.time - now : 0;

	left = (left + NS_PER_US - 1) / NS_PER_US;
	return (struct timer){
		process->alarm_interval / NS_PER_SECOND,
		process->alarm_interval % NS_PER_SECOND / NS_PER_US,
		left / US_PER_SECOND,
		left % US_PER_SECOND,
	};
}

static void set_timer(struct process *process, uint64_t value, uint64_t interval)
{
	process->alarm_interval = interval;
	clock_set_alarm(&process->alarm, value ? clock_now() + value : 0);
}

long sys_alarm(uint64_t seconds)
{
	struct process *process = current_process();
	const struct timer before = timer_of(process);

	set_timer(process, (seconds & 0xffffffff) * NS_PER_SECOND, 0);
	return (long)(before.value_s + (before.value_us != 0));
}

/* Of the three timers only ITIMER_REAL exists. */
long sys_getitimer(uint64_t which, uint64_t address)
{
	struct timer timer = { 0 };

	if (!which)
		timer = timer_of(current_process());
	return which > 2 ? -EINVAL : copy_to_user(address, &timer, sizeof timer);
}

long sys_setitimer(uint64_t which, uint64_t new, uint64_t old)
{
	struct process *process = current_process();
	const struct timer before = timer_of(process);
	struct timer timer = { 0 };

	if (which)
		return -EINVAL;
	if (new &&copy_from_user(&timer, new, sizeof timer))
		return -EFAULT;
	if (timer.value_us >= US_PER_SECOND || timer.interval_us >= US_PER_SECOND ||
	    timer.value_s >= SECONDS_MAX || timer.interval_s >= SECONDS_MAX)
		return -EINVAL;
	set_timer(process, timer.value_s * NS_PER_SECOND + timer.value_us * NS_PER_US,
	          timer.interval_s * NS_PER_SECOND + timer.interval_us * NS_PER_US);
	return old ? copy_to_user(old, &before, sizeof before) : 0;
}
