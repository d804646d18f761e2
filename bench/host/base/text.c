/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS_AND_DIGITS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

/* Returns true if the first `length` bytes of `text` are a valid name (name_is_good()). */
static bool is_name(const char *text, size_t length)
{
	if (length == 0 || length >= NAME_SIZE || !strchr(LETTERS_AND_DIGITS, *text))
		return false;
	if (strspn(text, LETTERS_AND_DIGITS "._-") < length)
		return false;
	for (size_t i = 1; i < length; i++)
		if (text[i] == '.' && text[i - 1] == '.')
			return false;
	return true;
}

bool name_is_good(const char *text)
{
	return is_name(text, strlen(text));
}

bool name_is_unit(const char *text)
{
	size_t first = strcspn(text, "/");

	if (!text[first])
		return name_is_good(text);
	return strlen(text) < NAME_SIZE && is_name(text, first) && name_is_good(text + first + 1);
}

char *name_for_file(const char *text, char *out, size_t size)
{
	size_t used = 0;

	for (; *text && used + 1 < size; text++, used++)
		out[used] =
		        strchr(LETTERS_AND_DIGITS "_+-", *text) || (*text == '.' && used > 0) ? *text : '_';
	out[used] = '\0';
	return out;
}

size_t text_character(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xC2 ? 0 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;

	if (byte[0] > 0xF4 || byte[0] == 0x7F || (byte[0] < ' ' && byte[0] != '\t' && byte[0] != '\n'))
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
	if ((byte[0] == 0xE0 && byte[1] < 0xA0) || (byte[0] == 0xED && byte[1] >= 0xA0) ||
	    (byte[0] == 0xF0 && byte[1] < 0x90) || (byte[0] == 0xF4 && byte[1] >= 0x90))
		return 0;
	/* U+0080 to U+009F are control characters (C1). */
	return byte[0] == 0xC2 && byte[1] < 0xA0 ? 0 : length;
}

char *text_clean(char *text)
{
	for (char *at = text; *at;) {
		size_t length = text_character(at);

		if (length == 0)
			*at++ = '?';
		else
			at += length;
	}
	return text;
}

void text_print(FILE *out, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	fputs(text_clean(text), out);
	free(text);
}
