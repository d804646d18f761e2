/* SPDX-License-Identifier: MIT */
/* Leaving the machine that the kernel runs on. */
#pragma once

#include <stdint.h>

/* Values for machine_leave(); the engine's exit status is 2v + 1. */
#define EXIT_OK         0x10
#define EXIT_FAILED     0x11
#define EXIT_PANIC      0x12

#define PORT_EXIT       0xf4   /* isa-debug-exit of QEMU */
#define PORT_BOCHS_EXIT 0x8900 /* takes "Shutdown", letter by letter */

/* Stops for ever. If there is a screen, its earlier lines can be looked at with the keyboard. */
_Noreturn void machine_stop(void);

/* Ends the virtual machine by isa-debug-exit, else by Bochs's port; where there is neither, machine_stop(). */
_Noreturn void machine_leave(uint32_t value);
