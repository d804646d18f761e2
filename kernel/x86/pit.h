/* SPDX-License-Identifier: MIT */
/* Channel 2 of the timer of a PC (PIT), whose output can be polled. */
#pragma once

#include <stdint.h>

#include "x86/instructions.h"

#define PIT_HERTZ    1193182U
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define PIT_GATE     0x61
#define PIT_OUT2     0x20 /* of PIT_GATE: the output */

/* Starts the channel. Its output rises after `count` ticks of 1 / PIT_HERTZ. */
static inline void pit_start(uint16_t count)
{
	outb(PIT_GATE, (uint8_t)((inb(PIT_GATE) & ~2U) | 1)); /* speaker off, gate on */
	outb(PIT_COMMAND, 0xb0);                              /* channel 2, both bytes, mode 0 */
	outb(PIT_CHANNEL2, (uint8_t)count);
	outb(PIT_CHANNEL2, (uint8_t)(count >> 8));
}
