/* SPDX-License-Identifier: MIT */
/*
 * Records for the harness: numbered, checksummed lines on port 0xE9. docs/records.md is their contract.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bench/protocol/marks.h"

/*
 * A record is built by one start, any number of fields, and one end. It has at most 512 bytes; a field
 * that does not fit is left out whole.
 */
void record_start(const char *type);
void record_text(const char *key, const char *value); /* escapes characters that a value may not have */
void record_number(const char *key, uint64_t value);
void record_metric(const char *metric, uint64_t value, const char *unit);
void record_end(void);

/* The last record: the number of records, and their checksum. `status` is "ok" or "failed". */
void record_finish(const char *status);

/* A `fact` record: a value that is measured once per boot. */
void record_fact(const char *name, uint64_t value, const char *unit);
