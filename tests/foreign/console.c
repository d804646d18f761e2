/* SPDX-License-Identifier: MIT */
/* The console: COM1, the text screen and the keyboard. */
#include "tests/foreign/foreign.h"

enum { COM1 = 0x3f8, LINE_STATUS = COM1 + 5, RECEIVED = 1, MAY_SEND = 0x20, ALL_SENT = 0x40 };
enum { KEYBOARD = 0x60, KEYBOARD_STATUS = 0x64, FULL = 1 };
enum { COLUMNS = 80, ROWS = 25, ATTRIBUTE = 0x0700 };

static unsigned place;

void console_open(void)
{
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 0x80);
	out8(COM1, 1); /* 115200 baud */
	out8(COM1 + 1, 0);
	out8(COM1 + 3, 3);
	out8(COM1 + 2, 1);
#ifdef __x86_64__
	out8(COM1 + 1, 1); /* interrupts when bytes arrive, but OUT2 of the modem control is 0 */
	out8(COM1 + 4, 0);
#endif
}

void screen_put(const char *text)
{
	volatile uint16_t *screen = (volatile uint16_t *)(VMA + 0xb8000);

	for (; *text; text++) {
		if (*text == '\n')
			place += COLUMNS - place % COLUMNS;
		else
			screen[place++] = ATTRIBUTE | (uint8_t)*text;
		if (place < COLUMNS * ROWS)
			continue;
		for (unsigned i = 0; i < COLUMNS * (ROWS - 1); i++)
			screen[i] = screen[i + COLUMNS];
		for (unsigned i = COLUMNS * (ROWS - 1); i < COLUMNS * ROWS; i++)
			screen[i] = ATTRIBUTE | ' ';
		place -= COLUMNS;
	}
}

void put(const char *text)
{
	screen_put(text);
	for (; *text; text++) {
		while (!(in8(LINE_STATUS) & MAY_SEND))
			;
		out8(COM1, (uint8_t)*text);
	}
	while (!(in8(LINE_STATUS) & ALL_SENT))
		;
}

void put_number(unsigned number)
{
	char text[11], *at = text + sizeof text - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(at);
}

/* Scan codes of set 1 for the keys that the shell knows. */
static char key(uint8_t code)
{
	static const struct {
		uint8_t code;
		char key;
	} keys[] = { { 0x10, 'q' }, { 0x1f, 's' }, { 0x20, 'd' }, { 0x1c, '\n' } };

	for (unsigned i = 0; i < sizeof keys / sizeof *keys; i++)
		if (keys[i].code == code)
			return keys[i].key;
	return '\0';
}

bool was_typed(void)
{
	return in8(LINE_STATUS) & RECEIVED || in8(KEYBOARD_STATUS) & FULL;
}

char get(const char **where)
{
	for (;;) {
		char typed = '\0';

		*where = "COM1";
		if (in8(LINE_STATUS) & RECEIVED) {
			typed = (char)in8(COM1);
		} else if (in8(KEYBOARD_STATUS) & FULL) {
			*where = "the keyboard";
			typed = key(in8(KEYBOARD));
		}
		if (typed)
			return typed == '\r' ? '\n' : typed;
	}
}
