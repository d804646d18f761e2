/* SPDX-License-Identifier: MIT */
/*
 * Formatted text: %s %c %d %u %x %p %%, with l or z, a width, and the flags 0 and -. An unknown
 * conversion ends the text.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Formats and passes each character to put(). */
void format_va(void (*put)(char character, void *argument), void *argument, const char *format,
               va_list values);

/*
 * Formats into `buffer`, which always ends with a NUL; characters that do not fit in `size` bytes
 * are dropped. Returns the number of characters kept.
 */
size_t format_string_va(char *buffer, size_t size, const char *format, va_list values);
size_t format_string(char *buffer, size_t size, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
