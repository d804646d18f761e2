/* SPDX-License-Identifier: MIT */
/* The I/O ports on which a guest talks to its engine, and what it writes to leave the machine. */
#pragma once

#define PORT_RECORDS \
	0xe9 /* the record stream, a byte at a time: QEMU's debug console, Bochs's port_e9_hack */
#define PORT_EXIT              0xf4 /* QEMU's isa-debug-exit; in Bochs the instrumentation library serves it */
#define PORT_BOCHS_EXIT        0x8900 /* Bochs without the library: "Shutdown" ends it */

/* Values for PORT_EXIT, and the exit status that the engine turns one into. */
#define EXIT_OK                0x10
#define EXIT_FAILED            0x11
#define EXIT_PANIC             0x12
#define EXIT_STATUS(value)     (2 * (value) + 1)

/* Argument of QEMU's -device. */
#define PORTS_TEXT(number)     #number
#define PORTS_EXIT_AT(port)    "isa-debug-exit,iobase=" PORTS_TEXT(port) ",iosize=4"
#define PORTS_EXIT_DEVICE_QEMU PORTS_EXIT_AT(PORT_EXIT)
