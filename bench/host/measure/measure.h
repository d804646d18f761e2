/* SPDX-License-Identifier: MIT */
/* `run-bench.sh measure`: measures calls of functions in somebody's kernel. */
#pragma once

/*
 * Executes the command line, whose first word, argv[0], is `measure`. `command` is the whole command
 * line, for the results. Returns the exit status: 0 if every region was measured and everything was
 * written, 1 if not, 2 if the options or the symbols are wrong.
 */
int measure_command(int argc, char *argv[], const char *command);
