/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C, SIGTERM and SIGHUP. The first asks the main loop to stop and keep what was measured; the second ends the
 * harness and every child at once.
 */
#pragma once

#include <sys/types.h>

/* From now on SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP are counted. */
void interrupt_install(void);

/* How many came. */
int interrupt_count(void);

/* The children that a second signal must end. At most 128 at a time are known. */
void interrupt_watch(pid_t pid);
void interrupt_unwatch(pid_t pid);
