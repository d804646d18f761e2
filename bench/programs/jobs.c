/* SPDX-License-Identifier: MIT */
/*
 * Tasks that are stopped and go on, and calls that wait for children and signals: jobs KIND. Exit status 0: all was as in Linux;
 * otherwise the number of the check that failed, modulo 256.
 */
#include "bench/programs/check.h"

#include "lib/errno.h"
#include "task/signal.h"

#define SA_SIGINFO         4
#define NO_HANG            1
#define UNTRACED           2
#define EXITED             4
#define CONTINUED          8
#define KEEP               0x1000000
#define STOPPED_BY(signal) ((signal) << 8 | 0x7f)

enum { ALL, PID, GROUP };
enum { TCGETS = 0x5401, TCSETS, TIOCGPGRP = 0x540f, TIOCSPGRP };

typedef void handler(int signal, const int *info, void *context);

__asm__("restore:\n\tmov $15, %eax\n\tsyscall\n\tud2\n");
extern char restore[];

static volatile int seen[65], last_code, last_status;
static struct {
	volatile uint64_t count;
	volatile long value;
} * shared; /* with children */

static void note(int signal, const int *info, void *context)
{
	(void)context;
	seen[signal]++;
	last_code = info[2];
	last_status = info[6];
}

static void on(int signal, handler *function, uint64_t flags)
{
	const struct signal_action action = { (uintptr_t)function, flags | SA_SIGINFO | SA_RESTORER,
		                              (uintptr_t)restore, 0 };

	call6(SYS_rt_sigaction, (uint64_t)signal, (uintptr_t)&action, 0, 8, 0, 0);
}

static long block(int how, uint64_t mask)
{
	return call6(SYS_rt_sigprocmask, (uint64_t)how, (uintptr_t)&mask, 0, 8, 0, 0);
}

static long send(long pid, int signal)
{
	return call(SYS_kill, (uint64_t)pid, (uint64_t)signal, 0);
}

static long self(void)
{
	return call(SYS_getpid, 0, 0, 0);
}

/* The status of a child with more options than status_of() has; -1: none, -2: nothing to tell. */
static int status_with(long pid, uint64_t options)
{
	int status = -1;
	long result = call(SYS_wait4, (uint64_t)pid, (uintptr_t)&status, options);

	return result == pid ? status : result == 0 ? -2 : -1;
}

static void pass(unsigned ms)
{
	const uint64_t time[2] = { 0, ms * 1000000UL };

	call(SYS_nanosleep, (uintptr_t)time, 0, 0);
}

/* A child in a group of its own, so that its parent can let it go on. */
static long child_that(void (*function)(void))
{
	long pid = fork();

	if (pid == 0) {
		call(SYS_setpgid, 0, 0, 0);
		function();
		leave(0);
	}
	return pid;
}

static void counts(void)
{
	for (;; shared->count++)
		yield();
}

static int still(void)
{
	uint64_t before = shared->count;

	for (int i = 0; i < 20; i++)
		yield();
	return shared->count == before;
}

static int stops(void)
{
	static const int signals[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };
	long pid;

	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
		pid = child_that(counts);
		yield();
		CHECK(!still());
		CHECK(status_with(pid, NO_HANG | UNTRACED | CONTINUED) == -2);
		CHECK(send(pid, signals[i]) == 0);
		CHECK(status_with(pid, UNTRACED) == STOPPED_BY(signals[i]));
		CHECK(status_with(pid, NO_HANG | UNTRACED) == -2); /* that is told once */
		CHECK(still());
		CHECK(send(pid, SIGCONT) == 0);
		CHECK(status_with(pid, CONTINUED) == 0xffff);
		CHECK(status_with(pid, NO_HANG | CONTINUED) == -2);
		CHECK(!still());
		CHECK(send(pid, SIGSTOP) == 0 && status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP));
		CHECK(send(pid, SIGUSR2) == 0 && still()); /* is kept, and ends it later */
		CHECK(send(pid, SIGCONT) == 0 && status_with(pid, 0) == SIGUSR2);
	}
	pid = child_that(counts);
	CHECK(send(pid, SIGSTOP) == 0 && status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP));
	CHECK(send(pid, SIGKILL) == 0 && status_with(pid, 0) == SIGKILL);
	return 0;
}

static void stops_in_orphaned_group(void)
{
	long pid = fork();

	if (pid == 0) {
		on(SIGTSTP, 0, 0);
		send(self(), SIGTSTP); /* no effect: no parent in another group of the session */
		send(self(), SIGTTOU);
		shared->value = 1;
		send(self(), SIGSTOP);
		leave(2);
	}
	leave(status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP) && shared->value == 1 &&
	                      send(pid, SIGKILL) == 0 && status_with(pid, 0) == SIGKILL
	              ? 5
	              : 6);
}

static void leaves_a_stopped_child(void)
{
	long pid = fork();

	if (pid == 0) {
		on(SIGHUP, note, 0);
		send(self(), SIGSTOP);
		shared->value = seen[SIGHUP] ? 3 : 4;
		leave(0);
	}
	leave(status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP) ? 7 : 8);
}

static int orphans(void)
{
	long pid = fork();

	if (pid == 0) {
		call(SYS_setsid, 0, 0, 0);
		stops_in_orphaned_group();
	}
	CHECK(status_with(pid, 0) == 5 << 8);
	shared->value = 0;
	pid = child_that(leaves_a_stopped_child);
	CHECK(status_with(pid, 0) == 7 << 8);
	for (int i = 0; i < 50 && !shared->value; i++)
		yield();
	CHECK(shared->value == 3);
	return 0;
}

static void handles(void)
{
	on(SIGTSTP, note, 0);
	on(SIGCONT, note, 0);
	send(self(), SIGTSTP);
	shared->value = seen[SIGTSTP];
	send(self(), SIGSTOP);
	shared->value += seen[SIGCONT] * 10;
	leave(0);
}

static void clears(void)
{
	block(0, signal_bit(SIGTSTP) | signal_bit(SIGCONT));
	send(self(), SIGTSTP);
	send(self(), SIGCONT); /* takes SIGTSTP away */
	block(1, signal_bit(SIGTSTP));
	on(SIGCONT, note, 0);
	send(self(), SIGTTIN); /* takes SIGCONT away, and stops */
	block(1, signal_bit(SIGCONT));
	shared->value = 100 + seen[SIGCONT];
	leave(0);
}

static int signals(void)
{
	long pid;

	pid = child_that(handles);
	CHECK(status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP) && shared->value == 1);
	CHECK(send(pid, SIGCONT) == 0 && status_with(pid, 0) == 0 && shared->value == 11);
	pid = child_that(clears);
	CHECK(status_with(pid, UNTRACED) == STOPPED_BY(SIGTTIN));
	CHECK(send(pid, SIGCONT) == 0 && status_with(pid, 0) == 0);
	CHECK(shared->value == 101); /* the SIGCONT that let it go on */
	/* What the parent is told, and what it does not want to know. */
	on(SIGCHLD, note, 0);
	pid = child_that(counts);
	yield();
	CHECK(send(pid, SIGSTOP) == 0 && status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP));
	CHECK(seen[SIGCHLD] == 1 && last_code == CLD_STOPPED && last_status == SIGSTOP);
	CHECK(send(pid, SIGCONT) == 0);
	while (status_with(pid, CONTINUED) != 0xffff)
		;
	for (int i = 0; i < 1000 && seen[SIGCHLD] < 2; i++)
		yield();
	CHECK(seen[SIGCHLD] == 2 && last_code == CLD_CONTINUED && last_status == SIGCONT);
	on(SIGCHLD, note, SA_NOCLDSTOP);
	CHECK(send(pid, SIGSTOP) == 0);
	while (status_with(pid, UNTRACED) != STOPPED_BY(SIGSTOP))
		;
	CHECK(send(pid, SIGCONT) == 0 && seen[SIGCHLD] == 2);
	CHECK(send(pid, SIGKILL) == 0);
	while (status_with(pid, 0) != SIGKILL)
		;
	CHECK(seen[SIGCHLD] == 3 && last_code == CLD_KILLED);
	return 0;
}

static void sleeps(void)
{
	const uint64_t time[2] = { 0, 60000000 };
	uint64_t before[2], after[2];

	call(SYS_clock_gettime, 1, (uintptr_t)before, 0);
	if (call(SYS_nanosleep, (uintptr_t)time, 0, 0) != 0)
		leave(1);
	call(SYS_clock_gettime, 1, (uintptr_t)after, 0);
	leave((after[0] - before[0]) * 1000000000 + after[1] - before[1] >= 60000000 ? 0 : 2);
}

/* A sleep that is stopped goes on for the rest of its time. */
static int sleepers(void)
{
	for (unsigned ms = 0; ms < 90; ms += 30) {
		long pid = child_that(sleeps);

		yield();
		CHECK(send(pid, SIGSTOP) == 0 && status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP));
		pass(ms);
		CHECK(send(pid, SIGCONT) == 0 && status_with(pid, 0) == 0);
	}
	CHECK(call(SYS_restart_syscall, 0, 0, 0) == -EINTR);
	return 0;
}

static void ends_with_9(void)
{
	leave(9);
}

static long wait_id(int kind, long id, int *info, uint64_t options)
{
	return call6(SYS_waitid, (uint64_t)kind, (uint64_t)id, (uintptr_t)info, options, 0, 0);
}

/* si_signo, si_code, si_pid and si_status. */
static int tells(const int *info, int code, long pid, int status)
{
	return info[0] == SIGCHLD && info[1] == 0 && info[2] == code && info[3] == 0 && info[4] == pid &&
	       info[6] == status;
}

static int waits(void)
{
	int info[32];
	long pid = child_that(ends_with_9);

	CHECK(wait_id(PID, pid, info, EXITED | KEEP) == 0 && tells(info, CLD_EXITED, pid, 9));
	CHECK(wait_id(ALL, 0, info, EXITED | KEEP) == 0 && tells(info, CLD_EXITED, pid, 9));
	CHECK(wait_id(PID, pid, info, CONTINUED | UNTRACED | NO_HANG) == -ECHILD);
	CHECK(wait_id(GROUP, pid, info, EXITED) == 0 && tells(info, CLD_EXITED, pid, 9));
	CHECK(wait_id(PID, pid, info, EXITED) == -ECHILD);
	pid = child_that(counts);
	yield();
	CHECK(wait_id(PID, pid, info, EXITED | UNTRACED | CONTINUED | NO_HANG) == 0 && info[0] == 0);
	CHECK(send(pid, SIGSTOP) == 0);
	CHECK(wait_id(PID, pid, info, UNTRACED | KEEP) == 0 && tells(info, CLD_STOPPED, pid, SIGSTOP));
	CHECK(wait_id(PID, pid, info, UNTRACED) == 0 && tells(info, CLD_STOPPED, pid, SIGSTOP));
	CHECK(wait_id(PID, pid, info, UNTRACED | NO_HANG) == 0 && info[0] == 0);
	CHECK(send(pid, SIGCONT) == 0);
	CHECK(wait_id(PID, pid, info, CONTINUED) == 0 && tells(info, CLD_CONTINUED, pid, SIGCONT));
	CHECK(send(pid, SIGTERM) == 0);
	CHECK(wait_id(PID, pid, 0, EXITED | KEEP) == 0);
	CHECK(wait_id(PID, pid, info, EXITED) == 0 && tells(info, CLD_KILLED, pid, SIGTERM));
	CHECK(wait_id(ALL, 0, info, EXITED) == -ECHILD);
	return 0;
}

static long timed_wait(uint64_t set, int *info, long ms)
{
	const uint64_t time[2] = { 0, (uint64_t)ms * 1000000 };

	return call6(SYS_rt_sigtimedwait, (uintptr_t)&set, (uintptr_t)info, ms < 0 ? 0 : (uintptr_t)time, 8,
	             0, 0);
}

static void signals_the_parent(void)
{
	pass(10);
	send(call(SYS_getppid, 0, 0, 0), SIGUSR1);
}

static void signals_the_parent_otherwise(void)
{
	pass(10);
	send(call(SYS_getppid, 0, 0, 0), SIGUSR2);
}

static int awaits(void)
{
	const uint64_t set = signal_bit(SIGUSR1) | signal_bit(SIGCHLD);
	int info[32];
	long pid;

	CHECK(block(0, set) == 0);
	CHECK(timed_wait(set, info, 0) == -EAGAIN && timed_wait(set, info, 15) == -EAGAIN);
	CHECK(send(self(), SIGUSR1) == 0);
	CHECK(timed_wait(set, info, -1) == SIGUSR1 && info[0] == SIGUSR1 && info[2] == SI_USER &&
	      info[4] == self());
	CHECK(timed_wait(set, 0, 0) == -EAGAIN); /* it is gone */
	pid = child_that(signals_the_parent);
	CHECK(timed_wait(signal_bit(SIGUSR1), info, -1) == SIGUSR1 && info[4] == pid);
	CHECK(timed_wait(set, info, 900) == SIGCHLD && info[2] == CLD_EXITED &&
	      info[4] == pid); /* ignored by default */
	CHECK(status_of(pid) == 0);
	/* Another one breaks it off, and its handler runs; what was blocked still is. */
	on(SIGUSR2, note, SA_RESTART);
	pid = child_that(signals_the_parent_otherwise);
	CHECK(timed_wait(signal_bit(SIGUSR1), info, -1) == -EINTR && seen[SIGUSR2] == 1);
	CHECK(status_of(pid) == 0 && timed_wait(set, info, 900) == SIGCHLD);
	on(SIGUSR1, note, 0);
	CHECK(send(self(), SIGUSR1) == 0 && seen[SIGUSR1] == 0);
	CHECK(timed_wait(set, 0, -1) == SIGUSR1 && seen[SIGUSR1] == 0);
	CHECK(block(1, set) == 0 && seen[SIGUSR1] == 0);
	return 0;
}

static int permissions(void)
{
	long parent = self(), other = child_that(counts), pid = fork();

	if (pid == 0) {
		int failed = call(SYS_setuid, 1000, 0, 0) != 0 || send(parent, SIGUSR1) != -EPERM ||
		             send(parent, 0) != -EPERM || send(other, SIGKILL) != -EPERM ||
		             send(-other, SIGKILL) != -EPERM || send(-1, 0) != 0 ||
		             send(other, SIGCONT) != 0 || /* the same session */
		             send(self(), 0) != 0 || send(-0x7ffffff, 0) != -ESRCH;
		long child = child_that(counts);

		failed |= send(child, SIGKILL) != 0 || status_of(child) != SIGKILL;
		leave(failed);
	}
	CHECK(status_of(pid) == 0);
	CHECK(send(other, SIGKILL) == 0 && status_of(other) == SIGKILL);
	return 0;
}

static long terminal(long request, void *argument)
{
	return call(SYS_ioctl, 0, (uint64_t)request, (uintptr_t)argument);
}

static void reads(void)
{
	char c;

	shared->value = call(SYS_read, 0, (uintptr_t)&c, 1);
}

static void reads_though_it_ignores(void)
{
	on(SIGTTIN, (handler *)SIGNAL_IGNORE, 0);
	reads();
}

static void takes_the_terminal(void)
{
	int group = (int)self();

	shared->value = terminal(TIOCSPGRP, &group);
}

static void takes_the_terminal_and_ignores(void)
{
	int group = (int)self();

	on(SIGTTOU, (handler *)SIGNAL_IGNORE, 0);
	if (terminal(TIOCSPGRP, &group) == 0)
		shared->value = 50;
}

static void writes(void)
{
	shared->value = call(SYS_write, 1, (uintptr_t) "", 0);
	call(SYS_write, 1, (uintptr_t) "", 1);
}

/* Ends a child that was stopped. */
static int is_stopped_by(long pid, int signal)
{
	int status = status_with(pid, UNTRACED);

	send(pid, SIGKILL);
	return status == STOPPED_BY(signal) && status_of(pid) == SIGKILL;
}

static int foreground(void)
{
	uint32_t settings[9];
	int own = (int)call(SYS_getpgrp, 0, 0, 0), group = 0;
	long pid;

	CHECK(terminal(TIOCSPGRP, &own) == 0 && terminal(TIOCGPGRP, &group) == 0 && group == own);
	CHECK(is_stopped_by(child_that(reads), SIGTTIN));
	pid = child_that(reads_though_it_ignores);
	CHECK(status_of(pid) == 0 && shared->value == -EIO);
	CHECK(is_stopped_by(child_that(takes_the_terminal), SIGTTOU));
	pid = child_that(writes);
	CHECK(status_of(pid) == 0 && shared->value == 0);
	CHECK(terminal(TCGETS, settings) == 0);
	settings[3] |= 0x100; /* TOSTOP */
	CHECK(terminal(TCSETS, settings) == 0);
	group = is_stopped_by(child_that(writes), SIGTTOU);
	settings[3] &= ~0x100U;
	CHECK(terminal(TCSETS, settings) == 0 && group);
	pid = child_that(takes_the_terminal_and_ignores);
	CHECK(status_of(pid) == 0 && shared->value == 50);
	CHECK(terminal(TIOCGPGRP, &group) == 0 && group == pid);
	on(SIGTTOU, (handler *)SIGNAL_IGNORE, 0);
	CHECK(terminal(TIOCSPGRP, &own) == 0);
	group = 0x7fffffff;
	CHECK(terminal(TIOCSPGRP, &group) == -ESRCH);
	group = -1;
	CHECK(terminal(TIOCSPGRP, &group) == -EINVAL);
	CHECK(call(SYS_ioctl, 0, TIOCSPGRP, KERNEL_BASE) == -EFAULT);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} kinds[] = {
		{ "stops", stops },
		{ "orphans", orphans },
		{ "signals", signals },
		{ "sleepers", sleepers },
		{ "waits", waits },
		{ "awaits", awaits },
		{ "permissions", permissions },
		{ "foreground", foreground },
	};

	shared = (void *)call6(SYS_mmap, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
	                       ~0UL, 0);
	for (size_t i = 0; argc > 1 && i < sizeof kinds / sizeof *kinds; i++)
		if (equal(argv[1], kinds[i].name)) {
			int line = kinds[i].run();

			return line & 0xff ? line & 0xff : line != 0;
		}
	return 2;
}
