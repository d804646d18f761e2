/* SPDX-License-Identifier: MIT */
/*
 * See screen.h. The screen's memory holds 204 lines. The CRT controller shows 25 of them, from its
 * start address on, so scrolling by a line moves no memory (IBM VGA reference, CRT controller
 * registers 0AH, 0CH and 0DH).
 */
#include "output/screen.h"

#include "x86/instructions.h"
#include "x86/layout.h"

#define COLUMNS       80U
#define ROWS          25U
#define LINES         (SCREEN_SIZE / 2 / COLUMNS) /* lines that fit in the memory */
#define KEPT          (LINES / 2)                 /* newest lines that are kept when the memory is full */
#define BLANK         0x0720                      /* a space, grey on black */

#define CRTC_INDEX    0x3d4
#define CRTC_CURSOR   0x0a
#define CRTC_START    0x0c
#define CURSOR_OFF    0x20

#define KEYBOARD      0x60
#define KEYBOARD_FULL 0x64 /* status port; bit 0 is set if KEYBOARD has a byte to read */
enum { KEY_UP = 0x48, KEY_PAGE_UP = 0x49, KEY_DOWN = 0x50, KEY_PAGE_DOWN = 0x51 };

/* Guarded by the kernel lock (cpu/lock.h). */
static volatile uint16_t *cells; /* the screen's memory, or NULL if there is no screen */
static unsigned first;           /* number of the line in memory that is at the top of the screen */
static unsigned line, column;    /* position of the next character in the memory */
static enum { TEXT, ESCAPE, SEQUENCE } state;

static void set_crtc(uint8_t index, uint8_t value)
{
	outb(CRTC_INDEX, index);
	outb(CRTC_INDEX + 1, value);
}

static void show(unsigned top)
{
	set_crtc(CRTC_START, (uint8_t)(top * COLUMNS >> 8));
	set_crtc(CRTC_START + 1, (uint8_t)(top * COLUMNS));
}

static void clear_line(void)
{
	for (unsigned i = 0; i < COLUMNS; i++)
		cells[line * COLUMNS + i] = BLANK;
}

void screen_init(volatile uint16_t *memory)
{
	memory[0] = 0x0755;
	memory[1] = 0x07aa;
	if (memory[0] != 0x0755 || memory[1] != 0x07aa)
		return;
	cells = memory;
	for (line = ROWS; line-- > 1;)
		clear_line();
	clear_line();
	column = 0;
	set_crtc(CRTC_CURSOR, CURSOR_OFF);
	show(0);
}

bool screen_is_on(void)
{
	return cells != NULL;
}

void screen_off(void)
{
	cells = NULL;
}

static void new_line(void)
{
	column = 0;
	if (++line == LINES) {
		for (unsigned i = 0; i < KEPT * COLUMNS; i++)
			cells[i] = cells[(LINES - KEPT) * COLUMNS + i];
		line = KEPT;
	}
	clear_line();
	first = line < ROWS ? 0 : line - ROWS + 1;
	show(first);
}

/*
 * Returns true if the next character of the output is part of an escape sequence: ESC and one
 * character, or ESC [ and all characters up to the first one that is '@' or higher.
 */
static bool is_escape(char character)
{
	if (state == TEXT && character != '\033')
		return false;
	if (state == TEXT)
		state = ESCAPE;
	else if (state == ESCAPE)
		state = character == '[' ? SEQUENCE : TEXT;
	else if (character >= '@')
		state = TEXT;
	return true;
}

void screen_put(char character)
{
	if (!cells || is_escape(character))
		return;
	if (character == '\n') {
		new_line();
	} else if (character == '\r') {
		column = 0;
	} else if (character == '\b') {
		column -= column > 0;
	} else if (character == '\t') {
		column = (column | 7) + 1 < COLUMNS ? (column | 7) + 1 : COLUMNS - 1;
	} else if ((uint8_t)character >= ' ' &&
	           ((uint8_t)character & 0xc0) != 0x80) { /* not a continuation byte of UTF-8 */
		if (column == COLUMNS)
			new_line();
		cells[line * COLUMNS + column++] =
		        0x0700 | ((uint8_t)character < 0x7f ? (uint8_t)character : '?');
	}
}

void screen_look_back(void)
{
	unsigned top = first;

	for (;;) {
		unsigned step = 0;
		uint8_t key;

		__asm__ volatile("pause");
		if (!(inb(KEYBOARD_FULL) & 1))
			continue;
		key = inb(KEYBOARD);
		step = key == KEY_PAGE_UP || key == KEY_PAGE_DOWN ? ROWS - 1 : 1;
		if (key == KEY_UP || key == KEY_PAGE_UP)
			top -= top < step ? top : step;
		else if (key == KEY_DOWN || key == KEY_PAGE_DOWN)
			top = top + step < first ? top + step : first;
		show(top);
	}
}
