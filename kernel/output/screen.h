/* SPDX-License-Identifier: MIT */
/*
 * The text screen of a PC (VGA, 80 by 25), for machines without a serial port: what goes to the console is shown there too. Nothing is read
 * from it but by screen_look_back().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_PHYSICAL 0xb8000UL
#define SCREEN_SIZE     (32 * KIB)

/* Looks whether there is one at `memory`, where its SCREEN_SIZE bytes are mapped, and clears it. */
void screen_init(volatile uint16_t *memory);

/* Whether there is one that is used. */
bool screen_is_on(void);

/* Leaves it as it is from now on. */
void screen_off(void);

/* Shows a character, or moves as \n \r \b \t say. Escape sequences are left out. */
void screen_put(char character);

/* Shows earlier lines as the keys of a PC's keyboard want: up, down, page up, page down. For a kernel that has ended. */
_Noreturn void screen_look_back(void);
