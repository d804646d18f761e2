/* SPDX-License-Identifier: MIT */
/*
 * Records for the harness: numbered, checksummed lines on port 0xE9; and markers, which the Bochs
 * instrumentation library sees. docs/records.md is their contract.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

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

/* Markers: PREFETCHNTA of an address that is not canonical. */
#define MARKER(op, argument) (0x50414c0000000000UL | (uint64_t)(op) << 32 | (uint32_t)(argument))
#define MARK_REGION(id)      MARKER(1, id)
#define MARK_BEGIN           MARKER(2, 0)
#define MARK_BEGIN_KERNEL    MARKER(2, 1)
#define MARK_END             MARKER(3, 0)
#define MARK_BEGIN_ON_IRQ(v) MARKER(4, v)
#define MARK_END_AT(address) MARKER(5, (uint32_t)(uintptr_t)(address))
#define MARK_END_IN_USER     MARKER(6, 0)

static inline void mark(uint64_t marker)
{
	__asm__ volatile("prefetchnta (%0)" : : "r"(marker) : "memory");
}
