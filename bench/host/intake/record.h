/* SPDX-License-Identifier: MIT */
/*
 * Parses and writes single lines of the guest's record stream. docs/records.md describes them.
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
		const char *value; /* printable ASCII; escapes %XX of other bytes are not decoded */
	} pair[RECORD_PAIRS_MAX];
	char text[RECORD_LINE_MAX]; /* `type`, `key` and `value` point into it */
};

enum record_kind {
	RECORD_NOISE,   /* begins with neither '@' nor '!': output of the firmware */
	RECORD_GUEST,   /* begins with '@': a record of the guest */
	RECORD_LIBRARY, /* begins with '!': a line of the instrumentation library */
	RECORD_BAD,     /* begins with '@' or '!' but is malformed; *why says what is wrong */
};

/*
 * Parses `line` of `length` bytes, without its newline. `record` is valid only after RECORD_GUEST
 * and RECORD_LIBRARY, `*why` only after RECORD_BAD.
 */
enum record_kind record_parse(struct record *record, const char *line, size_t length, const char **why);

/* Returns the value of `key`, or NULL if it is missing. */
const char *record_get(const struct record *record, const char *key);

/*
 * Parses the value of `key` as record_decimal() does. Returns false if the key is missing or its
 * value is not such a number.
 */
bool record_number(const struct record *record, const char *key, int64_t *value);

/*
 * Parses `text` as a decimal integer from 0 to INT64_MAX that consists of digits only. Returns
 * false if it is anything else.
 */
bool record_decimal(const char *text, int64_t *value);

/*
 * Parses "<number>:<unit>", the value of a metric. *unit then points into `text`. Returns false if
 * the text is malformed.
 */
bool record_value(const char *text, int64_t *value, const char **unit);

/*
 * Checks that `name`, `unit`, and the metrics `m.…` with their units are valid (text.h). No other
 * function checks names from a guest. Returns NULL, or a description of what is wrong; then the
 * caller must not use the record.
 */
const char *record_check_names(const struct record *record);

/*
 * Writes a record's line: its number, `body` ("type key=value …", already escaped), its CRC and a
 * newline. Returns the length in bytes, or 0 if the line does not fit.
 */
size_t record_encode(char *line, size_t size, uint64_t number, const char *body);

/*
 * Returns the CRC-32 (IEEE 802.3) of `length` bytes. If they continue earlier bytes, `crc` is the
 * result for the earlier bytes, otherwise 0.
 */
uint32_t record_crc(uint32_t crc, const char *bytes, size_t length);
