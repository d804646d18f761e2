/* SPDX-License-Identifier: MIT */
/*
 * Bochs's debugger. Debian builds Bochs with it, so after each instruction and each memory access
 * Bochs calls functions that find out whether the debugger wants to stop. A benchmark run has no
 * breakpoints, but these functions take about a fifth of its time. This file replaces the start of
 * these functions by a return.
 *
 * The functions are replaced only if the debugger has nothing to look for: no breakpoint, no
 * watchpoint, no steps to count, and only one CPU. (With several CPUs, Bochs uses the debugger's
 * count of steps to switch between them.) Bochs then executes the same instructions at the same
 * ticks. Two things are lost: the debugger's command `trace-mem` prints nothing, and Ctrl-C ends
 * Bochs instead of opening the debugger's prompt.
 *
 * If this Bochs lacks something that is needed here, nothing is replaced, and the run takes longer.
 */
#pragma once

#include <stdbool.h>

/* Reads PALIMPSEST_DEBUGGER from the environment. With the value "keep", debugger_skip() does
 * nothing. With "skip", debugger_skip() ends the process with status 2 if it cannot replace the
 * functions. Any other value ends the process with status 2. */
void debugger_open(void);

/* Replaces the functions if the debugger has nothing to look for. Call it once, after all CPUs were
 * reset and the first one has begun to execute. `one_cpu` is true if the machine has only one
 * CPU. */
void debugger_skip(bool one_cpu);

/*
 * Keeps Bochs from listing the fields of its CPUs and the blocks of its memory by name, which takes
 * 100 ms of each boot. Bochs needs these lists only to save its state or to restore it, and no
 * benchmark run does that. Call this function after debugger_open(), before Bochs makes its CPUs.
 * It obeys PALIMPSEST_DEBUGGER like debugger_skip().
 */
void debugger_skip_state(void);
