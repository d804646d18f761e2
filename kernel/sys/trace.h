/* SPDX-License-Identifier: MIT */
/* trace=calls on the command line: every system call and its result on the console, numbers as in sys/syscall.h. */
#pragma once

/* From now on. */
void trace_start(void);
