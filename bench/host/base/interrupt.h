/* SPDX-License-Identifier: MIT */
/*
 * SIGINT (Ctrl-C), SIGTERM and SIGHUP. The first such signal asks the harness to stop and to keep
 * its results. The second kills every child and ends the harness at once, with exit status 1.
 */
#pragma once

#include <sys/types.h>

/* Starts to count SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP. Ignores SIGPIPE. */
void interrupt_install(void);

/* Returns how many of these signals have arrived. */
int interrupt_count(void);

/* Add or remove a child whose process group the second signal kills. Children beyond 128 are not
 * killed, but the harness never has so many: it runs at most 64 engines (SLOTS_MAX in runner.c) and
 * one other child at a time. */
void interrupt_watch(pid_t pid);
void interrupt_unwatch(pid_t pid);
