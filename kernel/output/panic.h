/* SPDX-License-Identifier: MIT */
/*
 * panic() prints the message, sends it as a `panic` record, and ends the virtual machine with
 * EXIT_PANIC (machine_leave()). Before that it stops all other CPUs, whatever they do and whatever
 * locks they hold. If several CPUs panic at the same time, the first one prints.
 */
#pragma once

#include <stdint.h>

_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Disables interrupts and stops all other CPUs, for a caller that prints something before it calls
 * panic(). Does not return if another CPU has begun to panic.
 */
void panic_begin(void);

/* Halts for good if another CPU panics. The handler of NMI calls this. */
void panic_elsewhere(void);

/* If not NULL, panic() calls this to print more before the machine ends. */
extern void (*panic_note)(void);

/*
 * If not NULL, sends an NMI to each CPU but this one, and returns their number. Set when another CPU
 * starts.
 */
extern uint32_t (*panic_stop_others)(void);
