/* SPDX-License-Identifier: MIT */
/* The host's clocks. */
#pragma once

#define CLOCK_TEXT_MAX 32

/* Returns the monotonic clock in seconds. */
double clock_seconds(void);

/* Writes the current UTC time in strftime()'s `format`. */
void clock_utc(char text[CLOCK_TEXT_MAX], const char *format);
