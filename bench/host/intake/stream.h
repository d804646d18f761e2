/* SPDX-License-Identifier: MIT */
/*
 * Splits the output of an engine into records and checks them. The memory used is bounded, whatever
 * the guest sends.
 */
#pragma once

#include "bench/host/intake/record.h"

#define STREAM_RECORDS_MAX 2000000        /* records and library lines of one launch */
#define STREAM_BYTES_MAX   (256ULL << 20) /* bytes of one launch, noise included */
#define STREAM_DAMAGE_MAX  100000         /* damaged lines and refused records */

struct stream {
	char line[RECORD_LINE_MAX];
	/* Length of `line` so far; at RECORD_LINE_MAX the rest of the line is skipped. */
	size_t length;
	uint64_t bytes;
	/* Number of well-formed lines from the guest and the instrumentation library. */
	uint64_t lines;
	uint64_t last;     /* number of the last record accepted */
	uint32_t checksum; /* CRC-32 of the records accepted, newlines included */
	bool ended;        /* an `end` record came, and its count and checksum were correct */
	/* Number of faults: lines dropped, gaps in the numbers, a wrong `end` record. */
	uint64_t damaged;
	const char *flood; /* the limit that was exceeded; NULL: none. If set, bytes are ignored */
	char damage[160];  /* description of the first damage */
	void (*accept)(void *context, const struct record *record, bool from_library);
	void *context;
};

/* Starts a stream that passes valid records to `accept`. */
void stream_init(struct stream *stream, void (*accept)(void *, const struct record *, bool), void *context);

/* Processes the next `length` bytes of the engine's output. A call may end within a line. */
void stream_feed(struct stream *stream, const char *bytes, size_t length);

/* Ends the stream after the last byte. An incomplete line of the guest or library is damage. */
void stream_finish(struct stream *stream);

/* Makes the stream ignore all further bytes because the limit `what`, such as "4096 rows", was
 * exceeded. `what` must outlive the stream. */
void stream_flood(struct stream *stream, const char *what);

/* Counts a fault of the stream. Keeps the description of the first one in `damage`. */
__attribute__((format(printf, 2, 3))) void stream_damage(struct stream *stream, const char *format, ...);
