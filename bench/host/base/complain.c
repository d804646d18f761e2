/* SPDX-License-Identifier: MIT */
#include "bench/host/base/complain.h"

#include <stdarg.h>
#include <stdio.h>

int complain(const char *part, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", part);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	putc('\n', stderr);
	return -1;
}
