/* SPDX-License-Identifier: MIT */
#include "output/console.h"

#include "output/screen.h"
#include "x86/layout.h"
#include "x86/serial.h"

void console_init(void)
{
	outb(COM1_IER, 0);
	outb(COM1_LCR, 0x80);
	outb(COM1, 1); /* 115200 baud */
	outb(COM1_IER, 0);
	outb(COM1_LCR, 3); /* 8N1 */
	outb(COM1_FCR, 0); /* no FIFOs: enabling them would discard what was typed during boot */
	outb(COM1_MCR, 3);
	screen_init(phys_to_virt(SCREEN_PHYSICAL));
}

static void put_console(char character, void *argument)
{
	(void)argument;
	if (character == '\n')
		put_console('\r', NULL);
	for (unsigned i = 0; i < SERIAL_PATIENCE && !(inb(COM1_LSR) & LSR_THR_EMPTY); i++)
		;
	outb(COM1, (uint8_t)character);
	screen_put(character);
}

void console_write(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		put_console(text[i], NULL);
}

int console_read(void)
{
	uint8_t status = inb(COM1_LSR);

	return status != 0xff && (status & LSR_DATA) ? inb(COM1) : -1;
}

void kprintf_va(const char *format, va_list values)
{
	format_va(put_console, NULL, format, values);
}

void kprintf(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	kprintf_va(format, values);
	va_end(values);
}
