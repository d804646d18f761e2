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
 * A record is built by one start, any number of fields, and one end. It has at most 512 bytes; a
 * field that does not fit is omitted entirely.
 */
void record_start(const char *type);
void record_text(const char *key, const char *value); /* escapes what a value may not have */
void record_number(const char *key, uint64_t value);
void record_metric(const char *metric, uint64_t value, const char *unit);
void record_end(void);

/*
 * Sends the last record, with the number of records and their checksum. `status`: "ok" or "failed".
 */
void record_finish(const char *status);

/* Sends a `fact` record: a value that is measured once per boot. */
void record_fact(const char *name, uint64_t value, const char *unit);
