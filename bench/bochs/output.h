/* SPDX-License-Identifier: MIT */
/*
 * Output: the stream to the harness, and the end of the run.
 *
 * The stream goes to the descriptor named by the environment variable PALIMPSEST_FD. The guest's
 * lines and the library's own are written in order, each whole, so no line interrupts another. The
 * library's lines begin with '!'. If a line of the guest begins with '!', OUTPUT_GUEST_MARK is put
 * before it, so that it cannot be mistaken for one of the library's. The pieces of an overlong line
 * are treated like lines.
 *
 * Without PALIMPSEST_FD there is no stream. Bochs itself shows the guest's bytes (port_e9_hack),
 * and nothing is counted. The library then has a single task: to end Bochs when the guest writes
 * its exit status.
 *
 * If the stream cannot be written, the library ends Bochs with a message and status 1.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OUTPUT_GUEST_MARK '?' /* put before a guest's line that begins with '!' */

/* Reads PALIMPSEST_FD. If that descriptor is not open for writing, ends the process with status
 * 2. */
void output_open(void);

/* Returns true if there is a stream. */
bool output_wanted(void);

/* From now on, the process ends through Bochs's own exit function, so that Bochs's devices close
 * their files and remove their locks. */
void output_machine_started(void);

/* Takes a byte that the guest wrote to port 0xE9. */
void output_guest_byte(unsigned char byte);

/* Writes a line of the library. `line` has `length` bytes and ends in a newline. */
void output_line(const char *line, size_t length);

/* Ends the run with the guest's `value`: writes the guest's unfinished line and `!exit`, lets Bochs
 * close its files, and ends the process with status 2 * value + 1, modulo 256. */
_Noreturn void output_exit(unsigned value);

/* Ends the run because the library has seen enough: writes the guest's unfinished line and `line`,
 * which ends in a newline, lets Bochs close its files, and ends the process with status 0. */
_Noreturn void output_stop(const char *line, size_t length);

/* Writes a message to standard error and as `!fail` into the stream, then ends the process. (It has
 * an attribute, because cppcheck overlooks _Noreturn.) */
void output_fail(int status, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));
