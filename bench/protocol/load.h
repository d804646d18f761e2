/* SPDX-License-Identifier: MIT */
/*
 * How the option ROM (bench/bochs/rom.asm) and the instrumentation library (bench/bochs/load.c)
 * start a kernel in Bochs. Addresses are physical.
 */
#pragma once

/* The ROM writes to this port to make the library put the kernel into memory. */
#define PORT_LOAD        0xf5

#define LOAD_ROM         0xd0000 /* where the ROM is */
#define LOAD_ENTRY       0x7ff8  /* 4 bytes: the kernel's entry point */
#define LOAD_INFORMATION 0x8000  /* the Multiboot information, then what it points to */

/* LOAD_ROM as text, for Bochs's option optromimage1. */
#define LOAD_ROM_TEXT    "0xd0000"
