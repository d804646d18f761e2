/* SPDX-License-Identifier: MIT */
/*
 * The guest's record stream: bytes in, checked records out. Memory is bounded whatever the guest
 * sends.
 */
#pragma once

#include "bench/host/intake/record.h"

#define STREAM_RECORDS_MAX 2000000        /* records and library lines of one launch */
#define STREAM_BYTES_MAX   (256ULL << 20) /* bytes of one launch, noise included */
#define STREAM_DAMAGE_MAX  100000         /* damaged lines and refused records */

struct stream {
	char line[RECORD_LINE_MAX];
	size_t length; /* of the line so far; RECORD_LINE_MAX: too long, the rest is skipped */
	uint64_t bytes;
	uint64_t lines;    /* records and library lines accepted */
	uint64_t last;     /* number of the last record accepted */
	uint32_t checksum; /* of the guest's lines so far, newlines included */
	bool ended;        /* an `end` record came and agreed with what came before */
	uint64_t damaged;  /* lines dropped, numbers missing, wrong end */
	const char *flood; /* the limit that was passed, or NULL; all later bytes are ignored */
	char damage[160];  /* description of the first damage */
	void (*accept)(void *context, const struct record *record, bool from_library);
	void *context;
};

/* Starts a stream that passes valid records to `accept`. */
void stream_init(struct stream *stream, void (*accept)(void *, const struct record *, bool), void *context);

/* Takes `length` bytes as the engine sends them. */
void stream_feed(struct stream *stream, const char *bytes, size_t length);

/* Call after the last byte. An incomplete line is damage. */
void stream_finish(struct stream *stream);

/* Stops accepting records because there are too many of `what`, such as "5000 rows". */
void stream_flood(struct stream *stream, const char *what);

/* Counts damage and keeps the first description. */
__attribute__((format(printf, 2, 3))) void stream_damage(struct stream *stream, const char *format, ...);
