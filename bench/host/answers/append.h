/* SPDX-License-Identifier: MIT */
/* Appends to the sentences of the answers. */
#pragma once

#include "bench/host/answers/answers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/*
 * Appends the formatted text to the string `text`, which has ANSWER_TEXT_MAX bytes. What does not
 * fit is left out.
 */
__attribute__((format(printf, 2, 3))) static inline void append(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, ANSWER_TEXT_MAX - used, format, arguments);
	va_end(arguments);
}
