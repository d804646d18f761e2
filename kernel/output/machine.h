/* SPDX-License-Identifier: MIT */
/* Leaving the machine that the kernel runs on. */
#pragma once

#include <stdint.h>

#include "bench/protocol/ports.h" /* EXIT_OK and so on, for machine_leave() */

/* Stops for ever. If there is a screen, its earlier lines can be looked at with the keyboard. */
_Noreturn void machine_stop(void);

/* Ends the virtual machine by isa-debug-exit, else by Bochs's port; where there is neither, machine_stop(). */
_Noreturn void machine_leave(uint32_t value);
