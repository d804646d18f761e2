/* SPDX-License-Identifier: MIT */
#include "bench/host/base/option.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int option_wrong(char why[OPTION_WHY_MAX], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, OPTION_WHY_MAX, format, arguments);
	va_end(arguments);
	return -1;
}

int option_number(const char *name, const char *text, uint64_t low, uint64_t high, uint64_t *value,
                  char why[OPTION_WHY_MAX])
{
	char *end;

	*value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || *value < low || *value > high)
		return option_wrong(why, "--%s '%.40s': a number from %llu to %llu is needed", name, text,
		                    (unsigned long long)low, (unsigned long long)high);
	return 0;
}

bool option_address(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	return !errno && !*end;
}

int option_unsigned(const char *name, const char *text, unsigned low, unsigned high, unsigned *value,
                    char why[OPTION_WHY_MAX])
{
	uint64_t number;

	if (option_number(name, text, low, high, &number, why))
		return -1;
	*value = (unsigned)number;
	return 0;
}
