/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/interrupt.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define CHILDREN_MAX 128

static volatile sig_atomic_t count;
static volatile pid_t children[CHILDREN_MAX];

static void on_signal(int signal)
{
	(void)signal;
	if (++count < 2)
		return;
	for (int i = 0; i < CHILDREN_MAX; i++)
		if (children[i] > 0)
			kill(-children[i], SIGKILL);
	_exit(1);
}

void interrupt_install(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction before;

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* If SIGHUP is ignored, leave it so: nohup ignores it to let a run survive its terminal. */
	if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int interrupt_count(void)
{
	return count;
}

static void replace(pid_t from, pid_t to)
{
	for (int i = 0; i < CHILDREN_MAX; i++) {
		if (children[i] == from) {
			children[i] = to;
			return;
		}
	}
}

void interrupt_watch(pid_t pid)
{
	replace(0, pid);
}

void interrupt_unwatch(pid_t pid)
{
	replace(pid, 0);
}
