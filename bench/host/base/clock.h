/* SPDX-License-Identifier: MIT */
/* The host's clocks. */
#pragma once

#define CLOCK_TEXT_MAX 32

/* Returns the time of CLOCK_MONOTONIC in seconds. */
double clock_seconds(void);

/* Writes the current UTC time in a format of strftime(). Writes "" if the text is too long. */
void clock_utc(char text[CLOCK_TEXT_MAX], const char *format);
