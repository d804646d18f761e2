/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* REG_RIP */
#include "tests/unit/traps.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int (*handle)(greg_t *registers);
static struct sigaction before;

static void on_fault(int number, siginfo_t *info, void *context)
{
	ucontext_t *user = context;

	(void)info;
	if (handle(user->uc_mcontext.gregs)) /* not ours: the fault recurs under the old handler */
		sigaction(number, &before, NULL);
}

void traps_start(int (*handler)(greg_t *registers))
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	handle = handler;
	if (sigaction(SIGSEGV, &action, &before)) {
		perror("sigaction");
		exit(1);
	}
}
