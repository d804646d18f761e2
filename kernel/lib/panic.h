/* SPDX-License-Identifier: MIT */
/* The end. Prints the message on COM1, sends a `panic` record, and leaves the machine (0x12). */
#pragma once

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
