/* SPDX-License-Identifier: MIT */
/*
 * Types the lines of a file, to drive a shell. A line is typed when the machine has been quiet for
 * a while, because it then waits for input. A kernel that initializes itself with interrupts off may
 * be quiet too, but would lose the input; so periods in which the kernel would not notice input do
 * not count. The times of typing depend only on the guest's ticks, so two runs are the same.
 *
 * The bytes arrive at COM1, or keys of the US keyboard are pressed.
 */
#pragma once

#include <stdbool.h>

/* Reads the file. If it cannot be read, ends the process with status 2. */
void typing_open(const char *path);

/* Called after each period of 2^20 ticks. `quiet` is true if the guest wrote nothing in it, `listens` if
 * it would notice input, and `serial` if the input is to arrive at COM1. */
void typing_period(bool quiet, bool listens, bool serial);
