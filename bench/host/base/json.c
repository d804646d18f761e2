/* SPDX-License-Identifier: MIT */
#include "bench/host/base/json.h"
#include "bench/host/base/text.h"

#include <ctype.h>

void json_write_string(FILE *out, const char *text)
{
	fputc('"', out);
	while (*text) {
		size_t length = text_character(text);

		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (iscntrl((unsigned char)*text))
			fprintf(out, "\\u%04x", (unsigned char)*text);
		else if (length == 0)
			fputs("\\ufffd", out); /* malformed UTF-8 */
		else
			fwrite(text, 1, length, out);
		text += length ? length : 1;
	}
	fputc('"', out);
}
