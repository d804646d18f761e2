/* SPDX-License-Identifier: MIT */
/* Ends the run of the kernel, and of the virtual machine around it. */
#pragma once

#include <stdint.h>

#include "bench/protocol/ports.h" /* EXIT_OK and so on, for machine_leave() */

/* Halts forever. If there is a screen, the keyboard scrolls through its earlier lines. */
_Noreturn void machine_stop(void);

/*
 * Ends the virtual machine by isa-debug-exit or Bochs's port. If it has neither, calls
 * machine_stop().
 */
_Noreturn void machine_leave(uint32_t value);
