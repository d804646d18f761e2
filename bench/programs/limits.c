/* SPDX-License-Identifier: MIT */
/* What one program can take from the others, and what it cannot: limits KIND. Exit status 0, or the number of the check that failed. */
#include "bench/programs/check.h"
#include "lib/errno.h"

#define USER         1000
#define RLIMIT_NPROC 6

static uint64_t task_limit(void)
{
	uint64_t limit[2] = { 0, 0 };

	call(SYS_getrlimit, RLIMIT_NPROC, (uintptr_t)limit, 0);
	return limit[0] == limit[1] ? limit[0] : 0;
}

/* Starts children that end at once and are not waited for, at most `most`: how many there are. The last one's result is in *error. */
static uint64_t make_zombies(uint64_t most, long *error)
{
	uint64_t count = 0;

	for (; count < most; count++) {
		*error = fork();
		if (*error == 0)
			leave(0);
		if (*error < 0)
			break;
	}
	return count;
}

/* A user who never waits for his children: he has as many as he may, and timers of others do not look at them. */
static int fills_his_share(void)
{
	const uint64_t limit = task_limit(), timer[4] = { 1000, 0, 1000, 0 };
	long error = 0;
	int status;

	CHECK(limit >= 64);
	CHECK(call(SYS_setuid, USER, 0, 0) == 0);
	CHECK(call(SYS_setitimer, 0, (uintptr_t)timer, 0) == 0);
	CHECK(make_zombies(limit + 1, &error) == limit - 1); /* he is one himself */
	CHECK(error == -EAGAIN);
	CHECK(call(SYS_spawn, (uintptr_t) "hello", 0, 0) == -EAGAIN);
	CHECK(call(SYS_wait4, ~0UL, (uintptr_t)&status, 0) > 0);
	CHECK(make_zombies(2, &error) == 1 && error == -EAGAIN);
	return 0;
}

static int another_user(void)
{
	long error;

	CHECK(call(SYS_setuid, USER + 1, 0, 0) == 0);
	CHECK(make_zombies(3, &error) == 3);
	return 0;
}

/* Runs check() in a child, which goes on to live until the pipe is closed: its status comes through another one. */
static int tasks(void)
{
	int told[2], stay[2], status = -1;
	long pid, other;
	char byte;

	CHECK(call(SYS_pipe, (uintptr_t)told, 0, 0) == 0 && call(SYS_pipe, (uintptr_t)stay, 0, 0) == 0);
	pid = fork();
	if (pid == 0) {
		status = fills_his_share();
		call(SYS_close, (uint64_t)stay[1], 0, 0);
		call(SYS_write, (uint64_t)told[1], (uintptr_t)&status, sizeof status);
		call(SYS_read, (uint64_t)stay[0], (uintptr_t)&byte, 1);
		leave(0);
	}
	CHECK(pid > 0);
	CHECK(call(SYS_read, (uint64_t)told[0], (uintptr_t)&status, sizeof status) == sizeof status);
	if (status)
		return status;
	/* He is full: root and other users are not. */
	CHECK(make_zombies(3, &(long){ 0 }) == 3);
	for (unsigned i = 0; i < 3; i++)
		CHECK(call(SYS_wait4, ~0UL, (uintptr_t)&status, 0) > 0 && status == 0);
	other = fork();
	if (other == 0)
		leave(another_user());
	CHECK(status_of(other) == 0);
	CHECK(call(SYS_close, (uint64_t)stay[0], 0, 0) == 0 && call(SYS_close, (uint64_t)stay[1], 0, 0) == 0);
	CHECK(status_of(pid) == 0);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct kind kinds[] = {
		{ "tasks", tasks },
	};

	return argc > 1 ? run_kind(argv[1], kinds, sizeof kinds / sizeof *kinds) : 2;
}
