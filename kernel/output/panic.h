/* SPDX-License-Identifier: MIT */
/*
 * panic() prints the message, sends it as a `panic` record, and ends the virtual machine with
 * EXIT_PANIC (machine_leave()).
 */
#pragma once

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* If not NULL, panic() calls this to print more before the machine ends. */
extern void (*panic_note)(void);
