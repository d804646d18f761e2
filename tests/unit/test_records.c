/* SPDX-License-Identifier: MIT */
/*
 * Tests the kernel's record lines (output/record.c) with the harness's parser. OUTS to port 0xE9
 * faults in a user process; the signal handler then takes the bytes, as QEMU would.
 */
#define _GNU_SOURCE /* REG_RIP */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/host/intake/stream.h"
#include "tests/unit/traps.h"

/* The kernel and the harness both define record_number(). unit.mk renames the kernel's function. */
#define record_number kernel_record_number
#include "output/record.h"
#undef record_number

static char output[1 << 20];
static size_t output_size, line_start; /* size of all lines; offset of the last line */

static int on_outs(greg_t *registers)
{
	static const uint8_t rep_outsb[] = { 0xf3, 0x6e };
	const size_t size = (size_t)registers[REG_RCX];

	if (memcmp((const void *)(uintptr_t)registers[REG_RIP], rep_outsb, sizeof rep_outsb) != 0 ||
	    (registers[REG_RDX] & 0xffff) != 0xe9 || size > sizeof output - output_size)
		return -1;
	memcpy(output + output_size, (const void *)(uintptr_t)registers[REG_RSI], size);
	line_start = output_size;
	output_size += size;
	registers[REG_RSI] += registers[REG_RCX];
	registers[REG_RCX] = 0;
	registers[REG_RIP] += sizeof rep_outsb;
	return 0;
}

/* Parses the last line with the harness's code. Returns the record, in a static buffer. */
static const struct record *sent(void)
{
	static struct record record;
	const char *line = output + line_start, *why = "";
	size_t size = output_size - line_start;

	assert_in_range(size, 1, RECORD_GUEST_MAX);
	assert_int_equal(line[size - 1], '\n');
	if (record_parse(&record, line, size - 1, &why) != RECORD_GUEST)
		fail_msg("%s: %.*s", why, (int)size, line);
	return &record;
}

static const char *value(const struct record *record, const char *key)
{
	const char *text = record_get(record, key);

	if (!text)
		fail_msg("no %s", key);
	return text;
}

static void each_kind_of_field(void **state)
{
	const struct record *record;
	int64_t number;
	(void)state;

	traps_start(on_outs);
	record_start("sample");
	record_text("name", "exec.load");
	record_text("flags", "-");
	record_text("empty", "");
	kernel_record_number("zero", 0);
	kernel_record_number("most", INT64_MAX);
	record_metric("tsc", 123456, "ticks");
	record_end();
	record = sent();
	assert_int_equal(record->number, 1);
	assert_string_equal(record->type, "sample");
	assert_int_equal(record->pairs, 6);
	assert_string_equal(value(record, "name"), "exec.load");
	assert_string_equal(value(record, "flags"), "-");
	assert_string_equal(value(record, "empty"), "");
	assert_true(record_number(record, "zero", &number) && number == 0);
	assert_true(record_number(record, "most", &number) && number == INT64_MAX);
	assert_string_equal(value(record, "m.tsc"), "123456:ticks");

	record_fact("boot-stack", 816, "bytes");
	record = sent();
	assert_int_equal(record->number, 2);
	assert_string_equal(record->type, "fact");
	assert_string_equal(value(record, "name"), "boot-stack");
	assert_string_equal(value(record, "value"), "816");
	assert_string_equal(value(record, "unit"), "bytes");
}

/* Checks that printable bytes of a text arrive unchanged, and all others except NUL escaped. */
static void each_byte(void **state)
{
	(void)state;
	traps_start(on_outs);
	for (int byte = 1; byte < 256; byte++) {
		const char text[] = { 'a', (char)byte, 'b', '\0' };
		char escaped[8];

		snprintf(escaped, sizeof escaped, "a%%%02xb", (unsigned)byte);
		record_start("panic");
		record_text("text", text);
		record_end();
		assert_string_equal(value(sent(), "text"), byte < ' ' || byte >= 0x7f ? escaped : text);
	}
	record_start("panic");
	record_text("text", "50% of ~12345678\n@1 end =");
	record_end();
	assert_string_equal(value(sent(), "text"), "50% of ~12345678%0a@1 end =");
}

/* Checks that a text of every length that fits in a line arrives whole. */
static void up_to_a_full_line(void **state)
{
	const size_t most = RECORD_GUEST_MAX - strlen("@1234 test name= ~12345678\n");
	char text[RECORD_GUEST_MAX];
	(void)state;

	traps_start(on_outs);
	while (sent()->number < 999) /* so that the line numbers have four digits */
		record_fact("filler", 0, "none");
	for (size_t length = 0; length <= most; length++) {
		memset(text, 'x', length);
		text[length] = '\0';
		record_start("test");
		record_text("name", text);
		record_end();
		assert_string_equal(value(sent(), "name"), text);
	}
	assert_int_equal(output_size - line_start, RECORD_GUEST_MAX);
}

/*
 * Makes records with fields that do not fit in a line. The kernel must leave out such fields, send
 * a valid line, and cut off no number.
 */
static void more_than_a_line(void **state)
{
	char text[RECORD_GUEST_MAX];
	(void)state;

	traps_start(on_outs);
	for (size_t length = 400; length < RECORD_GUEST_MAX; length++) {
		const char *number;

		memset(text, 'x', length);
		text[length] = '\0';
		record_start("test");
		record_text("name", text);
		record_text("spaces", "   ");
		kernel_record_number("number", 1234567);
		record_end();
		number = record_get(sent(), "number");
		if (number)
			assert_string_equal(number, "1234567");
	}
}

static void ignore(void *context, const struct record *record, bool from_library)
{
	(void)context, (void)record;
	assert_false(from_library);
}

/* Checks that the lines of all earlier tests, followed by an end record, are a valid stream. */
static void whole_stream(void **state)
{
	struct stream stream;
	(void)state;

	traps_start(on_outs);
	record_finish("ok");
	stream_init(&stream, ignore, NULL);
	stream_feed(&stream, output, output_size);
	stream_finish(&stream);
	assert_true(stream.ended);
	if (stream.damaged)
		fail_msg("%s", stream.damage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_field),
		cmocka_unit_test(each_byte),
		cmocka_unit_test(up_to_a_full_line),
		cmocka_unit_test(whole_stream),
		/*
		 * This test comes after whole_stream, which checks the lines of all tests before
		 * itself.
		 */
		cmocka_unit_test(more_than_a_line),
	};

	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
