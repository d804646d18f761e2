/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/html.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Bytes of the UTF-8 character at `text`, or 0 when there is none: cut short, overlong, a surrogate, or too large. */
static size_t character_length(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t length = byte[0] < 0x80 ? 1 : byte[0] < 0xC2 ? 0 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;

	if (byte[0] > 0xF4)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
	if ((byte[0] == 0xE0 && byte[1] < 0xA0) || (byte[0] == 0xED && byte[1] >= 0xA0) ||
	    (byte[0] == 0xF0 && byte[1] < 0x90) || (byte[0] == 0xF4 && byte[1] >= 0x90))
		return 0;
	/* C1 controls. */
	return byte[0] == 0xC2 && byte[1] < 0xA0 ? 0 : length;
}

void html_text(FILE *out, const char *text)
{
	size_t length;

	for (; text && *text; text += length) {
		length = character_length(text);
		if (length > 1) {
			fwrite(text, 1, length, out);
			continue;
		}
		if (length == 0 || ((unsigned char)*text < ' ' && *text != '\t' && *text != '\n') ||
		    *text == 0x7F) {
			fputs(REPLACEMENT, out);
			length = 1;
			continue;
		}
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			putc(*text, out);
		}
	}
}

void html_format(FILE *out, const char *format, ...)
{
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	html_text(out, text);
	free(text);
}

char *html_number(double value, char *text, size_t size)
{
	char digits[64];
	size_t used = 0;
	size_t whole;

	if (!(fabs(value) < 1e15)) { /* NaN too */
		snprintf(text, size, "%g", value);
		return text;
	}
	snprintf(digits, sizeof digits, value == floor(value) ? "%.0f" : "%.1f", value);
	whole = strcspn(digits, ".");
	for (size_t i = 0; digits[i] && used + 2 < size; i++) {
		if (i > 0 && i < whole && (whole - i) % 3 == 0 && digits[i - 1] != '-')
			text[used++] = ',';
		text[used++] = digits[i];
	}
	text[used] = '\0';
	return text;
}

int html_base64_file(FILE *out, const char *path)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	FILE *in = fopen(path, "re");
	unsigned char byte[3];
	size_t got;
	int failed;

	if (!in)
		return -1;
	while ((got = fread(byte, 1, sizeof byte, in)) > 0) {
		uint32_t bits = (uint32_t)byte[0] << 16 | (uint32_t)(got > 1 ? byte[1] : 0) << 8 |
		                (got > 2 ? byte[2] : 0);

		putc(letters[bits >> 18], out);
		putc(letters[bits >> 12 & 63], out);
		putc(got > 1 ? letters[bits >> 6 & 63] : '=', out);
		putc(got > 2 ? letters[bits & 63] : '=', out);
	}
	failed = ferror(in);
	fclose(in);
	if (failed)
		errno = EIO;
	return failed ? -1 : 0;
}
