/* SPDX-License-Identifier: MIT */
/* Ends the run of a kernel that does not say when it is done. The run ends when the kernel writes a
 * given text, when it resets the machine, after a number of ticks, or at SIGTERM. The last lines of
 * the stream are then the `!region` lines and `!stop reason=until|ticks|reset|signal`. The process
 * ends with status 0. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/measure/plan.h"

/* The text screen is written to this file in the working folder when it stops changing, and at the
 * end. */
#define WATCH_SCREEN "screen.txt"

/* What the guest wrote to COM1, as whole bytes, is in this file in the working folder. Bochs's own log
 * has what a terminal would receive: only the lowest five bits of each byte if the guest never sets the
 * line control register, and no byte at all if the guest writes before the port may send. */
#define WATCH_SERIAL "serial.log"

/* The plan must stay in place. watch_wanted() returns true from then on. */
void watch_open(const struct plan *plan);
bool watch_wanted(void);

/* Notes that the first CPU was reset, by the hardware or by software. The first reset starts the
 * machine. From then on RDRAND and RDSEED give the same numbers in each run. */
void watch_reset(void);

/* Notes that the guest wrote the low byte of `value` to a port. */
void watch_output(uint16_t port, unsigned value);

/* Notes that the guest read from a port, or that an interrupt was delivered to it. */
void watch_input(uint16_t port);
void watch_interrupt(void);
