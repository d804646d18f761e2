/* SPDX-License-Identifier: MIT */
/*
 * Text for people, on COM1 (16550 UART at 0x3F8, 115200 baud, 8N1) and on the text screen of a PC (output/screen.h).
 *
 * The formats are %s %c %d %u %x %p %% with l, a width, and a leading 0 or -. No buffer is used, so a
 * small stack is enough.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

void console_init(void);
void console_write(const char *text, size_t size);

/* The next character typed, or -1 when there is none. */
int console_read(void);

void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Formats through put(character, argument). */
void format_va(void (*put)(char character, void *argument), void *argument, const char *format,
               va_list values);

/* The same into `buffer`, always ending it with a NUL. Returns the characters that were kept. */
size_t format_string_va(char *buffer, size_t size, const char *format, va_list values);
size_t format_string(char *buffer, size_t size, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
