/* SPDX-License-Identifier: MIT */
/* Functions that end the kernel, or the virtual machine in which it runs. */
#pragma once

#include <stdint.h>

#include "bench/protocol/ports.h" /* EXIT_OK and so on, for machine_leave() */

/* Halts forever. If there is a screen, the keyboard scrolls through its earlier lines. */
_Noreturn void machine_stop(void);

/*
 * Ends the virtual machine: writes `value` (EXIT_*) to QEMU's isa-debug-exit, then "Shutdown" to
 * Bochs's port. If the machine has neither device, calls machine_stop().
 */
_Noreturn void machine_leave(uint32_t value);
