/* SPDX-License-Identifier: MIT */
/* The end. Prints the message on COM1, sends a `panic` record, and leaves the machine (0x12). */
#pragma once

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* When it is set, a panic calls it before it leaves, to say more on COM1. */
extern void (*panic_note)(void);
