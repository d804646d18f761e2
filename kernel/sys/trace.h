/* SPDX-License-Identifier: MIT */
/*
 * trace=calls on the command line: prints every system call on the console, with its number
 * (sys/syscall.h), its arguments and its result.
 */
#pragma once

/* Traces all system calls from now on. */
void trace_start(void);
