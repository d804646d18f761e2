/* SPDX-License-Identifier: MIT */
/*
 * trace=calls on the command line: prints every system call and its result on the console, with the
 * numbers of sys/syscall.h.
 */
#pragma once

/* Traces all system calls from now on. */
void trace_start(void);
