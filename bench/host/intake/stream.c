/* SPDX-License-Identifier: MIT */
#include "bench/host/intake/stream.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void stream_init(struct stream *stream, void (*accept)(void *, const struct record *, bool), void *context)
{
	memset(stream, 0, sizeof *stream);
	stream->accept = accept;
	stream->context = context;
}

void stream_flood(struct stream *stream, const char *what)
{
	if (!stream->flood)
		stream->flood = what;
}

void stream_damage(struct stream *stream, const char *format, ...)
{
	va_list arguments;

	if (stream->damaged++ > 0) {
		if (stream->damaged > STREAM_DAMAGE_MAX)
			stream_flood(stream, "100000 damaged records");
		return;
	}
	va_start(arguments, format);
	vsnprintf(stream->damage, sizeof stream->damage, format, arguments);
	va_end(arguments);
}

/*
 * Returns true if the number of records and the checksum in the `end` record match the stream;
 * otherwise counts damage. `before` is the number of records before the `end` record.
 */
static bool end_agrees(struct stream *stream, const struct record *record, uint64_t before)
{
	char checksum[16];
	const char *claimed = record_get(record, "checksum");
	int64_t records;

	snprintf(checksum, sizeof checksum, "%08" PRIx32, stream->checksum);
	if (!record_number(record, "records", &records) || (uint64_t)records != before) {
		stream_damage(stream, "the end record counts %s records, %" PRIu64 " came",
		              record_get(record, "records") ? record_get(record, "records") : "no", before);
		return false;
	}
	if (!claimed || strcmp(claimed, checksum) != 0) {
		stream_damage(stream, "the end record's checksum is %s, that of the stream is %s",
		              claimed ? claimed : "missing", checksum);
		return false;
	}
	return true;
}

static void take_guest_record(struct stream *stream, const struct record *record)
{
	uint64_t before = stream->last;

	if (stream->ended) {
		stream_damage(stream, "record %" PRIu64 " came after the end record", record->number);
		return;
	}
	if (record->number <= before) {
		stream_damage(stream, "record %" PRIu64 " came after record %" PRIu64, record->number,
		              before);
		return;
	}
	if (record->number != before + 1)
		stream_damage(stream, "records %" PRIu64 " to %" PRIu64 " are missing", before + 1,
		              record->number - 1);
	stream->last = record->number;
	if (strcmp(record->type, "end") == 0)
		stream->ended = end_agrees(stream, record, before);
	stream->checksum = record_crc(stream->checksum, stream->line, stream->length);
	stream->checksum = record_crc(stream->checksum, "\n", 1);
	stream->accept(stream->context, record, false);
}

static void take_line(struct stream *stream)
{
	struct record record;
	const char *why;

	switch (record_parse(&record, stream->line, stream->length, &why)) {
	case RECORD_NOISE:
		return;
	case RECORD_BAD:
		stream_damage(stream, "after record %" PRIu64 ": %s", stream->last, why);
		return;
	case RECORD_GUEST:
		take_guest_record(stream, &record);
		break;
	case RECORD_LIBRARY:
		stream->accept(stream->context, &record, true);
		break;
	}
	stream->lines++;
}

void stream_feed(struct stream *stream, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length && !stream->flood; i++) {
		if (bytes[i] == '\n') {
			if (stream->length && stream->line[stream->length - 1] == '\r')
				stream->length--;
			take_line(stream);
			stream->length = 0;
		} else if (stream->length < RECORD_LINE_MAX) {
			stream->line[stream->length++] = bytes[i];
		}
		stream->bytes++;
		if (stream->lines > STREAM_RECORDS_MAX)
			stream_flood(stream, "2000000 records");
		else if (stream->bytes > STREAM_BYTES_MAX)
			stream_flood(stream, "256 MiB");
	}
}

void stream_finish(struct stream *stream)
{
	if (stream->length && (stream->line[0] == '@' || stream->line[0] == '!'))
		stream_damage(stream, "the last line was cut off after record %" PRIu64, stream->last);
	stream->length = 0;
}
