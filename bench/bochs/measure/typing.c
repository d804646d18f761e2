/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/measure/typing.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench/bochs/output.h"

/* A line is typed after this number of quiet periods. */
enum { QUIET_PERIODS = 20 };

enum { TEXT_MAX = 65536 };

/* Bochs's numbers of keys (BX_KEY_*). */
enum {
	KEY_SHIFT = 1,
	KEY_A = 20,
	KEY_0 = 46,
	KEY_SPACE = 57,
	KEY_QUOTE,
	KEY_GRAVE = KEY_QUOTE + 10,
	KEY_ENTER = 70,
	KEY_TAB
};

#define KEY_RELEASED 0x80000000U

static char text[TEXT_MAX];
static size_t length, typed;
static unsigned quiet_periods;
static bool in_line; /* a line has been begun */

static void (*receive)(uint8_t port, uint8_t byte); /* bx_serial_c::rx_fifo_enq(), a static member */
static void (*press)(void *devices, uint32_t key);  /* bx_devices_c::gen_scancode() */
static void *devices;

void typing_open(const char *path)
{
	FILE *file = fopen(path, "re");

	if (!file)
		output_fail(2, "%s cannot be read: %s", path, strerror(errno));
	length = fread(text, 1, sizeof text, file);
	if (ferror(file))
		output_fail(2, "%s cannot be read: %s", path, strerror(errno));
	fclose(file);
	if (length == sizeof text)
		output_fail(2, "%s: more than %d bytes to type", path, TEXT_MAX - 1);
}

/* A callback of dl_iterate_phdr(). Takes Bochs's plugin for the serial port. */
static int find_serial(struct dl_phdr_info *info, size_t size, void *found)
{
	(void)size;
	if (!strstr(info->dlpi_name, "libbx_serial"))
		return 0;
	*(void **)found = dlopen(info->dlpi_name, RTLD_NOW | RTLD_NOLOAD);
	return 1;
}

static void find_functions(void)
{
	void *serial = NULL;

	if (receive)
		return;
	dl_iterate_phdr(find_serial, &serial);
	*(void **)&receive = dlsym(serial ? serial : RTLD_DEFAULT, "_ZN11bx_serial_c11rx_fifo_enqEhh");
	*(void **)&press = dlsym(RTLD_DEFAULT, "_ZN12bx_devices_c12gen_scancodeEj");
	devices = dlsym(RTLD_DEFAULT, "bx_devices");
	if (!receive || !press || !devices)
		output_fail(2, "this Bochs does not export its serial port and keyboard; package bochs of "
		               "Debian 12 does");
}

/* Returns the key of a character, or 0 if there is none. Sets *shift to true if the key must be
 * pressed together with Shift. */
static uint32_t key_of(char character, bool *shift)
{
	/* The keys from KEY_QUOTE to KEY_GRAVE, and those of the digits, without and with Shift. */
	static const char plain[] = "',-./;=[\\]`", shifted[] = "\"<_>?:+{|}~";
	static const char digits[] = ")!@#$%^&*(";
	const char *at;

	*shift = false;
	if (character >= 'a' && character <= 'z')
		return KEY_A + (uint32_t)(character - 'a');
	if (character >= '0' && character <= '9')
		return KEY_0 + (uint32_t)(character - '0');
	if (character == ' ' || character == '\n' || character == '\t')
		return character == ' ' ? KEY_SPACE : character == '\n' ? KEY_ENTER : KEY_TAB;
	if ((at = memchr(plain, character, sizeof plain - 1)))
		return KEY_QUOTE + (uint32_t)(at - plain);
	*shift = true;
	if (character >= 'A' && character <= 'Z')
		return KEY_A + (uint32_t)(character - 'A');
	if ((at = memchr(digits, character, sizeof digits - 1)))
		return KEY_0 + (uint32_t)(at - digits);
	if ((at = memchr(shifted, character, sizeof shifted - 1)))
		return KEY_QUOTE + (uint32_t)(at - shifted);
	return 0;
}

static void press_key(char character)
{
	bool shift;
	uint32_t key = key_of(character, &shift);

	if (!key)
		return;
	if (shift)
		press(devices, KEY_SHIFT);
	press(devices, key);
	press(devices, key | KEY_RELEASED);
	if (shift)
		press(devices, KEY_SHIFT | KEY_RELEASED);
}

void typing_period(bool quiet, bool listens, bool serial)
{
	char character;

	quiet_periods = quiet ? quiet_periods + listens : 0;
	if (typed == length || (!in_line && quiet_periods < QUIET_PERIODS))
		return;
	find_functions();
	character = text[typed++];
	in_line = character != '\n';
	quiet_periods = 0;
	if (serial)
		receive(0, (uint8_t)(character == '\n' ? '\r' : character));
	else
		press_key(character);
}
