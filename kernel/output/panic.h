/* SPDX-License-Identifier: MIT */
/*
 * Ends the boot: prints the message, sends it as a `panic` record, and leaves the machine
 * (EXIT_PANIC).
 */
#pragma once

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* If not NULL, panic() calls it before it leaves the machine, to print more. */
extern void (*panic_note)(void);
