/* SPDX-License-Identifier: MIT */
/*
 * The text screen of a PC (VGA, 80 by 25), for machines without a serial port. It shows all output
 * of the console. Only screen_look_back() reads the keyboard.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_PHYSICAL 0xb8000UL
#define SCREEN_SIZE     (32 * KIB)

/*
 * Checks whether `memory` is the memory of a screen (SCREEN_SIZE bytes). If so, clears the screen
 * and turns on output to it.
 */
void screen_init(volatile uint16_t *memory);

/* Returns true if there is a screen and screen_off() was not called. */
bool screen_is_on(void);

/* Stops output to the screen, which keeps its contents. */
void screen_off(void);

/* Shows a character. \n, \r, \b and \t move the position; escape sequences are ignored. */
void screen_put(char character);

/*
 * Scrolls through earlier lines by the keys up, down, page up and page down, forever. Called when
 * the kernel has ended.
 */
_Noreturn void screen_look_back(void);
