/* SPDX-License-Identifier: MIT */
/* The registers of the first serial port, COM1, and text on it. */
#pragma once

#include <stdint.h>

#include "x86/instructions.h"

#define COM1            0x3f8
#define COM1_IER        (COM1 + 1)
#define COM1_FCR        (COM1 + 2)
#define COM1_LCR        (COM1 + 3)
#define COM1_MCR        (COM1 + 4)
#define COM1_LSR        (COM1 + 5)
#define LSR_DATA        0x01
#define LSR_THR_EMPTY   0x20
#define SERIAL_PATIENCE 100000 /* at most this many polls of COM1, which may not exist */

/* For code that has no console yet (output/console.h). */
static inline void serial_write(const char *text)
{
	for (; *text; text++) {
		for (unsigned i = 0; i < SERIAL_PATIENCE && !(inb(COM1_LSR) & LSR_THR_EMPTY); i++)
			;
		outb(COM1, (uint8_t)*text);
	}
}
