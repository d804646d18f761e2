/* SPDX-License-Identifier: MIT */
/* Tests the text screen (output/screen.c) on plain memory and a simulated CRT controller. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <string.h>

#include "cpu/features.h"
#include "output/screen.h"
#include "x86/instructions.h"

#define CELLS (SCREEN_SIZE / 2)
#define LINES 204 /* number of lines that fit in the screen's memory */

static uint16_t memory[CELLS];
static uint8_t crtc[256], crtc_index;

void outb(uint16_t port, uint8_t value)
{
	assert_true(port == 0x3d4 || port == 0x3d5);
	if (port == 0x3d4)
		crtc_index = value;
	else
		crtc[crtc_index] = value;
}

uint8_t inb(uint16_t port)
{
	fail_msg("inb %#x", port);
	return 0;
}

static unsigned top(void)
{
	return (crtc[0x0c] << 8 | crtc[0x0d]) / 80;
}

static void say(const char *text)
{
	for (; *text; text++)
		screen_put(*text);
}

/* Requires line `number` of the screen's memory to be `text`, padded with blanks. */
static void shows(unsigned number, const char *text)
{
	const size_t length = strlen(text);

	for (size_t i = 0; i < 80; i++)
		assert_int_equal(memory[number * 80 + i], 0x0700 | (uint8_t)(i < length ? text[i] : ' '));
}

static int start(void **state)
{
	(void)state;
	memset(memory, 0x41, sizeof memory);
	screen_init(memory);
	return 0;
}

static void it_starts_blank(void **state)
{
	(void)state;
	assert_true(screen_is_on());
	for (unsigned i = 0; i < 25; i++)
		shows(i, "");
	assert_int_equal(top(), 0);
	screen_off();
	assert_false(screen_is_on());
	say("nothing");
	shows(0, "");
}

static void characters_and_movements(void **state)
{
	(void)state;
	start(state);
	say("one\ntwo\rT\n\ttab\b\bB\n\b\ba\033[1;31mred\033[0m\033Mx\a\177 \303\244!\n");
	shows(0, "one");
	shows(1, "Two");
	shows(2, "        tBb");
	shows(3, "aredx? ?!");
	for (unsigned i = 0; i < 80; i++)
		say("w");
	shows(4, "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww");
	say("\nv"); /* a newline after a full line makes no empty line */
	shows(5, "v");
	assert_int_equal(top(), 0);
}

static void lines_scroll(void **state)
{
	char text[16];
	(void)state;

	start(state);
	for (unsigned i = 0; i < 1000; i++) {
		/* When the memory is full, the older half of the lines is dropped. */
		const unsigned at = i < LINES ? i : LINES / 2 + (i - LINES) % (LINES / 2);

		sprintf(text, "%u", i);
		say(text);
		shows(at, text);
		assert_int_equal(top(), at < 25 ? 0 : at - 24);
		for (unsigned back = 1; back < 25 && back <= i; back++) {
			sprintf(text, "%u", i - back);
			shows(at - back, text);
		}
		say("\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_starts_blank, start),
		cmocka_unit_test(characters_and_movements),
		cmocka_unit_test(lines_scroll),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
