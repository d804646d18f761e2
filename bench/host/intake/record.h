/* SPDX-License-Identifier: MIT */
/*
 * One line of the guest's record stream (docs/records.md): its form, its number and its CRC.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/protocol/records.h"

#define RECORD_PAIRS_MAX 48

struct record {
	uint64_t number; /* 0 for a line of the instrumentation library */
	const char *type;
	size_t pairs;
	struct {
		const char *key;
		const char *value; /* decoded: printable ASCII, any other byte still as its %XX */
	} pair[RECORD_PAIRS_MAX];
	char text[RECORD_LINE_MAX]; /* the pointers above point into it */
};

enum record_kind {
	RECORD_NOISE,   /* neither '@' nor '!' at the start: firmware */
	RECORD_GUEST,   /* '@': a record of the guest */
	RECORD_LIBRARY, /* '!': a line of the instrumentation library */
	RECORD_BAD,     /* malformed: *why says what is wrong */
};

/*
 * Parses `line` of `length` bytes, without its newline. `record` is valid only after RECORD_GUEST
 * and RECORD_LIBRARY, `*why` only after RECORD_BAD.
 */
enum record_kind record_parse(struct record *record, const char *line, size_t length, const char **why);

/* Returns the value of `key`, or NULL if it is missing. */
const char *record_get(const struct record *record, const char *key);

/*
 * Parses the value of `key` as a decimal integer from 0 to INT64_MAX. Returns false if it is not
 * one.
 */
bool record_number(const struct record *record, const char *key, int64_t *value);

/*
 * Parses `text` as a decimal integer from 0 to INT64_MAX, digits only. Returns false if it is not
 * one.
 */
bool record_decimal(const char *text, int64_t *value);

/*
 * The only check of names from a guest: `name`, `unit`, and the metrics `m.…` with their units
 * (text.h). Returns NULL, or what is wrong; such a record must not be used.
 */
const char *record_check_names(const struct record *record);

/*
 * Writes the line of record `number` with `body` ("type key=value …", already escaped), its CRC and
 * a newline. Returns its length, or 0 if it does not fit.
 */
size_t record_encode(char *line, size_t size, uint64_t number, const char *body);

/* Returns the CRC-32 (IEEE 802.3) of `length` bytes, continued from `crc` (0 at the start). */
uint32_t record_crc(uint32_t crc, const char *bytes, size_t length);
