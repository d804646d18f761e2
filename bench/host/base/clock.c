/* SPDX-License-Identifier: MIT */
#include "bench/host/base/clock.h"

#include <time.h>

double clock_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void clock_utc(char text[CLOCK_TEXT_MAX], const char *format)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	if (strftime(text, CLOCK_TEXT_MAX, format, &utc) == 0)
		text[0] = '\0';
}
