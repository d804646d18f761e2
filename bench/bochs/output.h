/* SPDX-License-Identifier: MIT */
/*
 * Output: the stream to the harness, and the end of the run.
 *
 * The stream goes to the descriptor that the environment variable PALIMPSEST_FD names. The guest's bytes pass
 * through line by line in their order with the library's own lines, so a line never has another one inside. The
 * library's own begin with '!'; a line of the guest that does, also a part of one that is too long, is marked, so that
 * nothing a guest writes can be taken for the library's.
 * Without PALIMPSEST_FD there is no stream: Bochs itself shows the guest's bytes (port_e9_hack), nothing is counted,
 * and only the guest's exit is acted on.
 *
 * A stream that cannot be written ends Bochs with a message and status 1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OUTPUT_GUEST_MARK '?' /* before a guest's line that begins with '!' */

/* Reads PALIMPSEST_FD. A descriptor that is not open for writing ends the process with status 2. */
void output_open(void);

/* True when there is a stream. */
bool output_wanted(void);

/* From now on the process ends as Bochs itself would: its devices close their files and remove their locks. */
void output_machine_started(void);

/* A byte that the guest wrote to port 0xE9. */
void output_guest_byte(unsigned char byte);

/* A line of the library's own; `line` ends in a newline. */
void output_line(const char *line, size_t length);

/* The guest ends the run with `value`: writes what is left and `!exit`, lets Bochs close its files, and ends the
 * process with status 2 * value + 1, modulo 256. */
_Noreturn void output_exit(unsigned value);

/* A message on standard error, the same as `!fail` in the stream, and the end of the process. The attribute: cppcheck overlooks _Noreturn. */
void output_fail(int status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
