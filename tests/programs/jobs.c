/* SPDX-License-Identifier: MIT */
/*
 * usage: jobs KIND
 * Tests stopping and continuing tasks, and the terminal's foreground group. The exit status is 0 if
 * all is as in Linux, otherwise the line of the failed check modulo 256.
 */
#include "tests/programs/jobs.h"

enum { TCGETS = 0x5401, TCSETS, TIOCGPGRP = 0x540f, TIOCSPGRP };

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
		/* A stop is reported once only. */
		CHECK(status_with(pid, NO_HANG | UNTRACED) == -2);
		CHECK(still());
		CHECK(send(pid, SIGCONT) == 0);
		CHECK(status_with(pid, CONTINUED) == 0xffff);
		CHECK(status_with(pid, NO_HANG | CONTINUED) == -2);
		CHECK(!still());
		CHECK(send(pid, SIGSTOP) == 0 && status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP));
		/* SIGUSR2 stays pending until SIGCONT and then kills the child. */
		CHECK(send(pid, SIGUSR2) == 0 && still());
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
		send(self(), SIGTSTP); /* no effect in an orphaned process group */
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
	send(self(), SIGCONT); /* discards the pending SIGTSTP */
	block(1, signal_bit(SIGTSTP));
	on(SIGCONT, note, 0);
	send(self(), SIGTTIN); /* discards the pending SIGCONT and stops the task */
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
	CHECK(shared->value == 101); /* the handler ran once, for the SIGCONT sent above */
	/* A parent gets SIGCHLD when a child stops or continues, unless SA_NOCLDSTOP is set. */
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

/* A task that is stopped while it sleeps must sleep for the rest of its time after SIGCONT. */
static int sleepers(void)
{
	int late = 0;

	for (unsigned ms = 0; ms < 90;) {
		long pid = child_that(sleeps);
		int status;

		yield();
		CHECK(send(pid, SIGSTOP) == 0);
		status = status_with(pid, UNTRACED);
		/*
		 * On a busy host the child may have slept and exited before the signal: try again.
		 */
		if (status == 0 && late++ < 100)
			continue;
		CHECK(status == STOPPED_BY(SIGSTOP));
		pass(ms);
		CHECK(send(pid, SIGCONT) == 0 && status_with(pid, 0) == 0);
		ms += 30;
	}
	CHECK(call(SYS_restart_syscall, 0, 0, 0) == -EINTR);
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

/* Waits for the child and kills it. Returns 1 if it was stopped by this signal. */
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
	settings[3] |= 0x100; /* sets TOSTOP */
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

static void tells_what_it_got(void)
{
	on(SIGUSR1, note, 0);
	shared->count++;
	while (!shared->value)
		yield();
	leave(seen[SIGUSR1]);
}

/*
 * A program that the kernel itself starts leads a process group and a session. A signal to this
 * group must reach the members of the group, but not a child in another group.
 */
static int leads(void)
{
	long member, other;

	CHECK(self() > 1 && call(SYS_getpgrp, 0, 0, 0) == self() && call(SYS_getsid, 0, 0, 0) == self());
	CHECK(call(SYS_setsid, 0, 0, 0) == -EPERM && call(SYS_setpgid, 0, 0, 0) == -EPERM);
	on(SIGUSR1, note, 0);
	shared->count = 0, shared->value = 0;
	other = child_that(tells_what_it_got);
	member = fork();
	if (member == 0)
		tells_what_it_got();
	CHECK(call(SYS_getpgid, (uint64_t)member, 0, 0) == self());
	while (shared->count < 2)
		yield();
	CHECK(send(-call(SYS_getpgrp, 0, 0, 0), SIGUSR1) == 0 && seen[SIGUSR1] == 1);
	CHECK(send(0, SIGUSR1) == 0 && seen[SIGUSR1] == 2); /* handled before kill() returns */
	yield();
	shared->value = 1;
	CHECK(status_of(member) >> 8 > 0 && status_of(other) == 0);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = { { "stops", stops },           { "orphans", orphans },
		                             { "signals", signals },       { "sleepers", sleepers },
		                             { "foreground", foreground }, { "leads", leads } };

	share();
	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
