/* SPDX-License-Identifier: MIT */
/*
 * Formatted text, as in printf(): %s %c %d %u %x %p %%, the modifiers l and z, a width, and the
 * flags 0 and -. An unknown conversion ends the output.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Formats `values` and calls put(character, argument) for each character. */
void format_va(void (*put)(char character, void *argument), void *argument, const char *format,
               va_list values);

/*
 * Format into `buffer`, which always ends with a NUL unless `size` is 0. Characters for which
 * `buffer` has no room are dropped. Return the number of characters kept, without the NUL.
 */
size_t format_string_va(char *buffer, size_t size, const char *format, va_list values);
size_t format_string(char *buffer, size_t size, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
