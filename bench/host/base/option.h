/* SPDX-License-Identifier: MIT */
/* Values of command-line options. Reasons of errors are written to a text of OPTION_WHY_MAX bytes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define OPTION_WHY_MAX 700

/* Formats the reason as by printf. Returns -1. */
__attribute__((format(printf, 2, 3))) int option_wrong(char why[OPTION_WHY_MAX], const char *format, ...);

/* Reads an address of at most 64 bits: a hexadecimal number if the text begins with 0x, otherwise a
 * decimal number. Returns false if the text is anything else. */
bool option_address(const char *text, uint64_t *value);

/*
 * Reads the decimal number `text`, the value of the option --NAME, which must be from `low` to
 * `high`. Returns 0, or -1 with the reason in `why`.
 */
int option_number(const char *name, const char *text, uint64_t low, uint64_t high, uint64_t *value,
                  char why[OPTION_WHY_MAX]);
int option_unsigned(const char *name, const char *text, unsigned low, unsigned high, unsigned *value,
                    char why[OPTION_WHY_MAX]);
