/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/report/html.h"
#include "bench/host/base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

void html_text(FILE *out, const char *text)
{
	size_t length;

	for (; text && *text; text += length) {
		length = text_character(text);
		if (length > 1) {
			fwrite(text, 1, length, out);
			continue;
		}
		if (length == 0) {
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
