/* SPDX-License-Identifier: MIT */
/*
 * usage: threads_end KIND
 * Tests signals to threads, and the ends of threads and of their process. The exit status is 0 if all
 * is as in Linux, otherwise the line of the failed check modulo 256.
 */
#include "tests/programs/threads.h"

#define THREADS 8

static struct worker workers[THREADS];
static volatile int word, turns;

static volatile int handled_by;

static void note_thread(int signal, const int *info, void *context)
{
	note(signal, info, context);
	handled_by = (int)tid_of_self();
}

static void waits_for_a_signal(struct worker *worker)
{
	const uint64_t set = worker->argument;
	int info[32];

	block(0, set);
	turns++;
	turns += call6(SYS_rt_sigtimedwait, (uintptr_t)&set, (uintptr_t)info, 0, 8, 0, 0) == SIGUSR2;
}

static void pauses(struct worker *worker)
{
	(void)worker;
	turns++;
	call(SYS_pause, 0, 0, 0);
}

static int signals(void)
{
	const uint64_t pid = (uint64_t)self();

	on(SIGUSR1, note_thread, 0);
	CHECK(start(&workers[0], pauses, 0) > 0);
	yield();
	CHECK(call(SYS_tgkill, pid, (uint64_t)workers[0].tid, SIGUSR1) == 0);
	join(&workers[0]);
	CHECK(seen[SIGUSR1] == 1 && handled_by == workers[0].tid && last_code == SI_TKILL);
	CHECK(call(SYS_tgkill, pid, (uint64_t)workers[0].tid, SIGUSR1) == -ESRCH);
	CHECK(call(SYS_tgkill, 1, pid, 0) == -ESRCH && call(SYS_tgkill, pid, pid, 65) == -EINVAL);
	CHECK(start(&workers[1], pauses, 0) > 0); /* a signal to the process: this thread blocks it */
	block(0, signal_bit(SIGUSR1));
	yield();
	CHECK(send((long)pid, SIGUSR1) == 0);
	join(&workers[1]);
	block(1, signal_bit(SIGUSR1));
	CHECK(seen[SIGUSR1] == 2 && handled_by == workers[1].tid);
	block(0, signal_bit(SIGUSR2)); /* all threads block this one, and one of them waits for it */
	CHECK(send((long)pid, SIGUSR2) == 0 &&
	      start(&workers[2], waits_for_a_signal, signal_bit(SIGUSR2)) > 0);
	join(&workers[2]);
	CHECK(start(&workers[3], waits_for_a_signal, signal_bit(SIGUSR2)) > 0);
	yield();
	CHECK(send(workers[3].tid, SIGUSR2) == 0); /* kill() finds the process by any of its threads */
	join(&workers[3]);
	CHECK(turns == 6);
	return 0;
}

static void counts_too(struct worker *worker)
{
	(void)worker;
	counts();
}

static void two_count(void)
{
	start(&workers[0], counts_too, 0);
	counts();
}

/* A signal that stops or ends a process stops or ends all of its threads. */
static int groups(void)
{
	long pid;
	uint64_t before;

	share();
	pid = child_that(two_count);
	yield();
	CHECK(shared->count > 0 && send(pid, SIGSTOP) == 0);
	CHECK(status_with(pid, UNTRACED) == STOPPED_BY(SIGSTOP));
	for (int i = 0; i < 3; i++)
		yield();
	before = shared->count;
	for (int i = 0; i < 3; i++)
		yield();
	CHECK(shared->count == before && send(pid, SIGCONT) == 0);
	for (int i = 0; i < 3; i++)
		yield();
	CHECK(shared->count >= before + 2 && send(pid, SIGTERM) == 0 && status_of(pid) == SIGTERM);
	return 0;
}

static void faults(struct worker *worker)
{
	*(volatile int *)worker->argument = 1;
}

static void waits_for_word(struct worker *worker)
{
	(void)worker;
	futex(&word, WAIT, 0, 0, 0, 0);
}

static void sleeps(struct worker *worker)
{
	const uint64_t time[2] = { 1000, 0 };

	(void)worker;
	call(SYS_nanosleep, (uintptr_t)time, 0, 0);
}

static void exits_group(struct worker *worker)
{
	call(SYS_exit_group, worker->argument, 0, 0);
}

static void waits_for_first(struct worker *worker)
{
	(void)worker;
	for (int i = 0; i < 5; i++)
		yield();
}

/* Like start(), for a child whose end waits for the thread: ends the child if that fails. */
static void must_start(struct worker *worker, void (*function)(struct worker *), uint64_t argument)
{
	if (start(worker, function, argument) < 0)
		call(SYS_exit_group, 99, 0, 0);
}

/* Starts threads that wait in the kernel in several ways. */
static void start_sleepers(void)
{
	call(SYS_pipe, (uintptr_t)pipe_ends, 0, 0);
	must_start(&workers[0], waits_for_word, 0);
	must_start(&workers[1], reads_pipe, 1);
	must_start(&workers[2], pauses, 0);
	must_start(&workers[3], sleeps, 0);
	yield();
}

static void first_thread_leaves(void)
{
	must_start(&workers[0], waits_for_first, 0);
	leave(4);
}

static void first_thread_leaves_others(void)
{
	start_sleepers();
	must_start(&workers[4], exits_group, 7);
	leave(3);
}

static void a_thread_leaves(void)
{
	start_sleepers();
	must_start(&workers[4], exits_group, 6);
	call(SYS_pause, 0, 0, 0);
}

static void a_thread_faults(void)
{
	start_sleepers();
	must_start(&workers[4], faults, 8);
	call(SYS_pause, 0, 0, 0);
}

static void is_killed(void)
{
	start_sleepers();
	must_start(&workers[4], counts_too, 0);
	call(SYS_pause, 0, 0, 0);
}

static int ends(void)
{
	long pid;

	share();
	CHECK(status_of(child_that(first_thread_leaves)) == 4 << 8);
	CHECK(status_of(child_that(first_thread_leaves_others)) == 7 << 8);
	CHECK(status_of(child_that(a_thread_leaves)) == 6 << 8);
	CHECK(status_of(child_that(a_thread_faults)) == SIGSEGV);
	pid = child_that(is_killed);
	yield();
	CHECK(send(pid, SIGKILL) == 0 && status_of(pid) == SIGKILL);
	return 0;
}

static void executes(struct worker *worker)
{
	const char *const argv[] = { "threads_end", "executed", 0 };

	shared->value = self();
	call(SYS_execve, (uintptr_t) "threads_end", (uintptr_t)argv, 0);
	call(SYS_exit_group, 100 + worker->argument, 0, 0);
}

static void a_thread_executes(void)
{
	start_sleepers();
	must_start(&workers[4], executes, 0);
	call(SYS_pause, 0, 0, 0);
}

static void the_first_executes(void)
{
	start_sleepers();
	executes(&workers[5]);
}

static void last_thread_executes(void)
{
	must_start(&workers[0], executes, 1);
	leave(0);
}

/* What the new program is: the first and only thread of the same process. */
static int executed(void)
{
	CHECK(tid_of_self() == self());
	CHECK(start(&workers[0], nothing, 0) > 0);
	join(&workers[0]);
	call(SYS_exit_group, 9, 0, 0);
	return 1;
}

static int execs(void)
{
	share();
	CHECK(status_of(child_that(a_thread_executes)) == 9 << 8);
	CHECK(status_of(child_that(the_first_executes)) == 9 << 8);
	CHECK(status_of(child_that(last_thread_executes)) == 9 << 8);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "signals", signals }, { "groups", groups },     { "ends", ends },
		{ "execs", execs },     { "executed", executed },
	};

	/* Ends the threads that a failed check leaves behind, which exit() would not do. */
	call(SYS_exit_group, argc > 1 ? (uint64_t)run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2,
	     0, 0);
	return 2;
}
