/* SPDX-License-Identifier: MIT */
/*
 * The console: text for people on COM1 (16550 UART at 0x3F8, 115200 baud, 8N1) and on the text
 * screen of a PC (output/screen.h), and input from COM1.
 */
#pragma once

#include <stddef.h>

#include "lib/format.h"

void console_init(void);
void console_write(const char *text, size_t size);

/* Returns the next character that COM1 has received, or -1 if there is none. */
int console_read(void);

/* Print formatted text (lib/format.h), without a buffer, so that a small stack is enough. */
void kprintf_va(const char *format, va_list values);
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
