/* SPDX-License-Identifier: MIT */
/*
 * Records for the harness: numbered lines with checksums, sent to port 0xE9. docs/records.md
 * specifies them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/protocol/marks.h"

/*
 * To send a record, call record_start(), one function for each field, and then record_end(). A
 * record has at most 512 bytes; a field that does not fit is omitted entirely.
 */
void record_start(const char *type);
void record_text(const char *key, const char *value); /* escapes blanks, % and non-ASCII bytes */
void record_number(const char *key, uint64_t value);
void record_metric(const char *metric, uint64_t value, const char *unit);
void record_end(void);

/*
 * For a panic: if the CPU that was sending a record has been stopped, ends the line, so that the next
 * record is whole.
 */
void record_interrupt(void);

/*
 * Sends the last record: the number of records before it, their checksum, and `status`, which is
 * "ok" or "failed".
 */
void record_finish(const char *status);

/* Sends a `fact` record: a value that is measured once per boot. */
void record_fact(const char *name, uint64_t value, const char *unit);
