/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C, SIGTERM and SIGHUP. The first such signal asks the main loop to stop and keep what was
 * measured; the second ends the harness and every child at once.
 */
#pragma once

#include <sys/types.h>

/* Starts counting SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP. */
void interrupt_install(void);

/* Returns how many of these signals have arrived. */
int interrupt_count(void);

/* Add or remove a child that a second signal ends. At most 128 are known at a time. */
void interrupt_watch(pid_t pid);
void interrupt_unwatch(pid_t pid);
