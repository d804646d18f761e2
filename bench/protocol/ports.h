/* SPDX-License-Identifier: MIT */
/* The I/O ports on which a guest writes to its engine, and the values that end the machine. */
#pragma once

/* Takes the record stream, a byte at a time: QEMU's debug console, Bochs's port_e9_hack. */
#define PORT_RECORDS           0xe9

/* Ends the machine: QEMU's isa-debug-exit; in Bochs the instrumentation library handles it. */
#define PORT_EXIT              0xf4

/* Bochs without the instrumentation library ends when the text "Shutdown" is written here. */
#define PORT_BOCHS_EXIT        0x8900

/* Values for PORT_EXIT. EXIT_STATUS() gives the exit status of the engine after such a value. */
#define EXIT_OK                0x10
#define EXIT_FAILED            0x11
#define EXIT_PANIC             0x12
#define EXIT_STATUS(value)     (2 * (value) + 1)

/* Argument of QEMU's -device. */
#define PORTS_TEXT(number)     #number
#define PORTS_EXIT_AT(port)    "isa-debug-exit,iobase=" PORTS_TEXT(port) ",iosize=4"
#define PORTS_EXIT_DEVICE_QEMU PORTS_EXIT_AT(PORT_EXIT)
