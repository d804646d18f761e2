/* SPDX-License-Identifier: MIT */
#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "lib/string.h"

struct spec {
	unsigned width;
	bool zero, left, wide;
};

static void put_padded(void (*put)(char, void *), void *argument, const char *text, size_t size,
                       const struct spec *spec)
{
	size_t pad = spec->width > size ? spec->width - size : 0;

	if (spec->zero && !spec->left && *text == '-') { /* the sign goes before the zeros */
		put(*text++, argument);
		size--;
	}
	if (!spec->left)
		for (; pad; pad--)
			put(spec->zero ? '0' : ' ', argument);
	for (size_t i = 0; i < size; i++)
		put(text[i], argument);
	for (; pad; pad--)
		put(' ', argument);
}

static void put_number(void (*put)(char, void *), void *argument, uint64_t value, unsigned base,
                       bool negative, const struct spec *spec)
{
	char digits[24];
	size_t at = sizeof digits;

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	if (negative)
		digits[--at] = '-';
	put_padded(put, argument, digits + at, sizeof digits - at, spec);
}

void format_va(void (*put)(char, void *), void *argument, const char *format, va_list values)
{
	for (; *format; format++) {
		struct spec spec = { 0 };
		int64_t number;
		const char *text;
		char character;

		if (*format != '%') {
			put(*format, argument);
			continue;
		}
		for (format++; *format == '0' || *format == '-'; format++)
			*(*format == '0' ? &spec.zero : &spec.left) = true;
		for (; *format >= '0' && *format <= '9'; format++)
			spec.width = spec.width * 10 + (unsigned)(*format - '0');
		for (; *format == 'l' || *format == 'z'; format++)
			spec.wide = true;
		switch (*format) {
		case 's':
			text = va_arg(values, const char *);
			put_padded(put, argument, text, strlen(text), &spec);
			break;
		case 'c':
			character = (char)va_arg(values, int);
			put_padded(put, argument, &character, 1, &spec);
			break;
		case 'd':
			number = spec.wide ? va_arg(values, int64_t) : va_arg(values, int);
			put_number(put, argument, number < 0 ? -(uint64_t)number : (uint64_t)number, 10,
			           number < 0, &spec);
			break;
		case 'u':
		case 'x':
			put_number(put, argument,
			           spec.wide ? va_arg(values, uint64_t) : va_arg(values, unsigned),
			           *format == 'u' ? 10 : 16, false, &spec);
			break;
		case 'p':
			put_number(put, argument, (uintptr_t)va_arg(values, void *), 16, false, &spec);
			break;
		case '%':
			put('%', argument);
			break;
		default: /* unknown conversion: the type of its argument is unknown too */
			return;
		}
	}
}

struct buffer {
	char *at;
	size_t left;
};

static void put_buffer(char character, void *argument)
{
	struct buffer *buffer = argument;

	if (buffer->left > 1) {
		*buffer->at++ = character;
		buffer->left--;
	}
}

size_t format_string_va(char *text, size_t size, const char *format, va_list values)
{
	struct buffer buffer = { text, size };

	format_va(put_buffer, &buffer, format, values);
	if (size)
		*buffer.at = '\0';
	return (size_t)(buffer.at - text);
}

size_t format_string(char *text, size_t size, const char *format, ...)
{
	va_list values;
	size_t kept;

	va_start(values, format);
	kept = format_string_va(text, size, format, values);
	va_end(values);
	return kept;
}
