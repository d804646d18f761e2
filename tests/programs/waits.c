/* SPDX-License-Identifier: MIT */
/*
 * usage: waits KIND
 * Tests the calls that wait for children and signals, and the permission to send signals. The exit
 * status is 0 if all is as in Linux, otherwise the line of the failed check modulo 256.
 */
#include "tests/programs/jobs.h"

enum { ALL, PID, GROUP };

static void ends_with_9(void)
{
	leave(9);
}

static long wait_id(int kind, long id, int *info, uint64_t options)
{
	return call6(SYS_waitid, (uint64_t)kind, (uint64_t)id, (uintptr_t)info, options, 0, 0);
}

/* Returns 1 if si_signo, si_code, si_pid and si_status are as expected. */
static int tells(const int *info, int code, long pid, int status)
{
	return info[0] == SIGCHLD && info[1] == 0 && info[2] == code && info[3] == 0 && info[4] == pid &&
	       info[6] == status;
}

static int children(void)
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
	CHECK(timed_wait(set, 0, 0) == -EAGAIN); /* the signal is no longer pending */
	pid = child_that(signals_the_parent);
	CHECK(timed_wait(signal_bit(SIGUSR1), info, -1) == SIGUSR1 && info[4] == pid);
	CHECK(timed_wait(set, info, 900) == SIGCHLD && info[2] == CLD_EXITED &&
	      info[4] == pid); /* SIGCHLD can be waited for although it is ignored by default */
	CHECK(status_of(pid) == 0);
	/*
	 * An unblocked signal interrupts the wait and runs its handler. All other signals stay
	 * blocked.
	 */
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
		             send(other, SIGCONT) != 0 || /* allowed in the same session */
		             send(self(), 0) != 0 || send(-0x7ffffff, 0) != -ESRCH;
		long child = child_that(counts);

		failed |= send(child, SIGKILL) != 0 || status_of(child) != SIGKILL;
		leave(failed);
	}
	CHECK(status_of(pid) == 0);
	CHECK(send(other, SIGKILL) == 0 && status_of(other) == SIGKILL);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = { { "children", children },
		                             { "awaits", awaits },
		                             { "permissions", permissions } };

	share();
	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
