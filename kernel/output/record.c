/* SPDX-License-Identifier: MIT */
#include "output/record.h"

#include <stdbool.h>

#include "bench/protocol/ports.h"
#include "bench/protocol/records.h"
#include "lib/format.h"

#define TAIL 11 /* bytes at a record's end: " ~", 8 hexadecimal digits, newline */

/*
 * The record being built, and the number and checksum of all records before it. Guarded by the
 * kernel lock (cpu/lock.h).
 */
static char line[RECORD_GUEST_MAX + 1]; /* format_string() adds a NUL */
static bool full;
static volatile bool sending;
static size_t used;
static uint64_t records;
static uint32_t stream_crc;

/*
 * Returns the CRC-32 (IEEE 802.3, reflected) of the data, continued from the value `crc`. Takes
 * four bits at a time, so that the table is small.
 */
static uint32_t crc32(uint32_t crc, const char *data, size_t size)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	for (size_t i = 0; i < size; i++) {
		crc ^= (uint8_t)data[i];
		crc = table[crc & 15] ^ crc >> 4;
		crc = table[crc & 15] ^ crc >> 4;
	}
	return ~crc;
}

static void put_line(char character, void *argument)
{
	(void)argument;
	if (used < RECORD_GUEST_MAX - TAIL)
		line[used++] = character;
	else
		full = true;
}

static void put(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	format_va(put_line, NULL, format, values);
	va_end(values);
}

void record_start(const char *type)
{
	used = 0;
	full = false;
	put("@%lu %s", records + 1, type);
}

void record_text(const char *key, const char *value)
{
	const size_t start = used;

	put(" %s=", key);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c <= ' ' || c == '%' || c >= 0x7f)
			put("%%%02x", c);
		else
			put_line(*value, NULL);
	}
	if (full)
		used = start;
}

void record_number(const char *key, uint64_t value)
{
	const size_t start = used;

	put(" %s=%lu", key, value);
	if (full)
		used = start;
}

void record_metric(const char *metric, uint64_t value, const char *unit)
{
	const size_t start = used;

	put(" m.%s=%lu:%s", metric, value, unit);
	if (full)
		used = start;
}

static void send(const char *text, size_t size)
{
	__asm__ volatile("rep outsb" : "+S"(text), "+c"(size) : "d"(PORT_RECORDS) : "memory");
}

void record_end(void)
{
	used += format_string(line + used, TAIL + 1, " ~%08x\n", crc32(0, line, used));
	stream_crc = crc32(stream_crc, line, used);
	records++;
	sending = true;
	send(line, used);
	sending = false;
}

void record_interrupt(void)
{
	if (sending)
		send("\n", 1);
	sending = false;
}

void record_finish(const char *status)
{
	char checksum[9];

	format_string(checksum, sizeof checksum, "%08x", stream_crc);
	record_start("end");
	record_number("records", records);
	record_text("checksum", checksum);
	record_text("status", status);
	record_end();
}

void record_fact(const char *name, uint64_t value, const char *unit)
{
	record_start("fact");
	record_text("name", name);
	record_number("value", value);
	record_text("unit", unit);
	record_end();
}
