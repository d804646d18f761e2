/* SPDX-License-Identifier: MIT */
/* Tests the record parser, the checks of a record stream, and the intake of a stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/host/intake/intake.h"
#include "bench/host/intake/record.h"
#include "bench/host/intake/stream.h"
#include "bench/host/launch/image.h"

/* A record stream under construction, as a guest would write it. */
struct guest {
	char text[65536];
	size_t length;
	uint64_t number;
	uint32_t checksum;
};

static void say(struct guest *guest, const char *body)
{
	char line[RECORD_LINE_MAX + 1];
	size_t length = record_encode(line, sizeof line, ++guest->number, body);

	assert_int_not_equal(length, 0);
	assert_true(guest->length + length < sizeof guest->text);
	memcpy(guest->text + guest->length, line, length);
	guest->length += length;
	guest->checksum = record_crc(guest->checksum, line, length);
}

static void say_end(struct guest *guest)
{
	char body[120];

	snprintf(body, sizeof body, "end records=%" PRIu64 " checksum=%08" PRIx32 " status=ok", guest->number,
	         guest->checksum);
	say(guest, body);
}

static size_t accepted;

static void count_record(void *context, const struct record *record, bool from_library)
{
	(void)context;
	(void)record;
	(void)from_library;
	accepted++;
}

static void feed(struct stream *stream, const char *bytes, size_t length)
{
	accepted = 0;
	stream_init(stream, count_record, NULL);
	stream_feed(stream, bytes, length);
	stream_finish(stream);
}

/* Parses one line. If the line is bad, the record is filled with zeros. */
static enum record_kind parse(struct record *record, const char *line)
{
	const char *why;

	return record_parse(record, line, strlen(line), &why);
}

static void known_line(void **state)
{
	struct record record;
	int64_t value;
	(void)state;

	/* The expected CRC is the one that zlib's crc32() returns. */
	assert_int_equal(record_crc(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(parse(&record, "!count region=7 instructions=12"), RECORD_LIBRARY);
	assert_string_equal(record.type, "count");
	assert_true(record_number(&record, "region", &value));
	assert_int_equal(value, 7);
	assert_false(record_number(&record, "nothing", &value));
	assert_int_equal(parse(&record, "SeaBIOS (version 1.16.2)"), RECORD_NOISE);
	assert_int_equal(parse(&record, ""), RECORD_NOISE);
}

static void round_trip(void **state)
{
	char line[RECORD_LINE_MAX + 1];
	struct record record;
	size_t length =
	        record_encode(line, sizeof line, 12, "test name=a.b ok=1 detail=two%20words%25%0a empty=");
	(void)state;

	assert_int_equal(line[length - 1], '\n');
	line[length - 1] = '\0';
	assert_int_equal(parse(&record, line), RECORD_GUEST);
	assert_int_equal(record.number, 12);
	assert_string_equal(record.type, "test");
	assert_string_equal(record_get(&record, "detail"), "two words%%0a");
	assert_string_equal(record_get(&record, "empty"), "");
	assert_null(record_get(&record, "DETAIL"));
}

static void every_damaged_byte_is_seen(void **state)
{
	char line[RECORD_LINE_MAX + 1];
	size_t length = record_encode(line, sizeof line, 3, "fact name=x value=12 unit=bytes") - 1;
	struct record record;
	(void)state;

	line[length] = '\0';
	for (size_t i = 1; i < length; i++) {
		char kept = line[i];

		line[i] ^= 1;
		assert_int_equal(parse(&record, line), RECORD_BAD);
		line[i] = kept;
	}
	for (size_t cut = 1; cut < length; cut++) {
		line[cut] = '\0';
		assert_int_equal(parse(&record, line), RECORD_BAD);
		record_encode(line, sizeof line, 3, "fact name=x value=12 unit=bytes");
	}
}

static void broken_bodies(void **state)
{
	static const char *const bodies[] = {
		"fact name=%2",
		"fact name=%zz",
		"fact name=%00x",
		"fact name",
		"fact =value",
		"fact a=1 a=2",
		"",
	};
	(void)state;

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		char line[RECORD_LINE_MAX + 1];
		size_t length = record_encode(line, sizeof line, 1, bodies[i]);
		struct record record;

		line[length - 1] = '\0';
		assert_int_equal(parse(&record, line), RECORD_BAD);
	}
}

static void decimals(void **state)
{
	int64_t value;
	(void)state;

	assert_true(record_decimal("9223372036854775807", &value));
	assert_true(value == INT64_MAX);
	assert_false(record_decimal("9223372036854775808", &value));
	assert_false(record_decimal("99999999999999999999999", &value));
	assert_false(record_decimal("-1", &value));
	assert_false(record_decimal("+1", &value));
	assert_false(record_decimal(" 1", &value));
	assert_false(record_decimal("1.5", &value));
	assert_false(record_decimal("", &value));
}

static void oversized_lines(void **state)
{
	char line[2000];
	static char long_line[100000];
	struct guest guest = { 0 };
	struct stream stream;
	(void)state;

	memset(long_line, 'x', sizeof long_line);
	long_line[0] = '@';
	long_line[sizeof long_line - 1] = '\n';
	accepted = 0;
	stream_init(&stream, count_record, NULL);
	stream_feed(&stream, long_line, sizeof long_line);
	say(&guest, "fact name=x value=1 unit=none");
	stream_feed(&stream, guest.text, guest.length);
	assert_int_equal(stream.damaged, 1);
	assert_string_equal(stream.damage, "after record 0: longer than 512 bytes");
	assert_int_equal(accepted, 1);

	long_line[600] = '\0';
	assert_int_equal(record_encode(line, sizeof line, 1, long_line), 0);
}

static void good_stream_in_pieces(void **state)
{
	struct guest guest = { 0 };
	struct stream stream;
	(void)state;

	say(&guest, "hello protocol=2");
	say(&guest, "fact name=x value=1 unit=none");
	say_end(&guest);
	for (size_t piece = 1; piece < 60; piece++) {
		accepted = 0;
		stream_init(&stream, count_record, NULL);
		for (size_t at = 0; at < guest.length; at += piece)
			stream_feed(&stream, guest.text + at,
			            guest.length - at < piece ? guest.length - at : piece);
		stream_finish(&stream);
		assert_int_equal(accepted, 3);
		assert_true(stream.ended);
		assert_int_equal(stream.damaged, 0);
	}
}

static void cut_stream(void **state)
{
	struct guest guest = { 0 };
	struct stream stream;
	(void)state;

	say(&guest, "hello protocol=2");
	feed(&stream, guest.text, guest.length);
	assert_false(stream.ended);
	assert_int_equal(stream.damaged, 0);
	feed(&stream, guest.text, guest.length - 4);
	assert_int_equal(stream.damaged, 1);
	assert_int_equal(accepted, 0);
}

static void numbers_out_of_order(void **state)
{
	struct guest guest = { 0 };
	struct stream stream;
	(void)state;

	say(&guest, "hello protocol=2");
	say(&guest, "fact name=x value=1 unit=none");
	guest.number = 1;
	say(&guest, "fact name=y value=1 unit=none");
	feed(&stream, guest.text, guest.length);
	assert_int_equal(accepted, 2);
	assert_string_equal(stream.damage, "record 2 came after record 2");

	guest.number = 9;
	say(&guest, "fact name=z value=1 unit=none");
	feed(&stream, guest.text, guest.length);
	assert_int_equal(accepted, 3);
	assert_int_equal(stream.damaged, 2);
	assert_int_equal(stream.last, 10);
}

static void lying_end(void **state)
{
	struct guest guest = { 0 };
	struct stream stream;
	(void)state;

	say(&guest, "hello protocol=2");
	guest.checksum ^= 1;
	say_end(&guest);
	feed(&stream, guest.text, guest.length);
	assert_false(stream.ended);
	assert_int_equal(stream.damaged, 1);

	memset(&guest, 0, sizeof guest);
	say(&guest, "end records=7 checksum=00000000 status=ok");
	feed(&stream, guest.text, guest.length);
	assert_false(stream.ended);
	assert_string_equal(stream.damage, "the end record counts 7 records, 0 came");
}

static void floods_end(void **state)
{
	static char noise[1 << 20];
	struct stream stream;
	(void)state;

	memset(noise, '\n', sizeof noise);
	stream_init(&stream, count_record, NULL);
	for (unsigned i = 0; i < (STREAM_BYTES_MAX >> 20) + 2; i++)
		stream_feed(&stream, noise, sizeof noise);
	assert_true(stream.flood);
	assert_true(stream.bytes <= STREAM_BYTES_MAX + 1);
}

static const char hello[] =
        "hello protocol=2 stack=fixed-ist loader=window isolation=shared revision=r compiler=gcc-12"
        " mode=bench cpus=1 memory=1 seed=1 features=none";

/* Feeds the stream to an intake without a database. Returns the intake's report. */
static struct intake_report take_as(const struct guest *guest, struct intake_setup setup)
{
	struct strategy strategy;
	struct intake_report report;
	struct intake *intake;
	char why[100];

	assert_int_equal(strategy_parse("window", &strategy, why, sizeof why), 0);
	setup.strategy = &strategy;
	setup.mode = "bench";
	intake = intake_new(&setup);
	assert_non_null(intake);
	intake_feed(intake, guest->text, guest->length);
	intake_finish(intake);
	report = *intake_report(intake);
	intake_free(intake);
	return report;
}

static struct intake_report take(const struct guest *guest, enum intake_counts counts)
{
	return take_as(guest, (struct intake_setup){ .counts = counts });
}

/* If the harness asked for PCIDs and the kernel has not enabled them, the intake must report it. */
static void intake_wants_pcids(void **state)
{
	static const char *const features[] = { "none", "pge,pcid,pcid-only", "pcid-on", "pge,pcid-on,1g" };
	(void)state;

	for (unsigned i = 0; i < 4; i++) {
		struct guest guest = { 0 };
		char line[256];

		snprintf(line, sizeof line, "%.*s%s", (int)(strstr(hello, "none") - hello), hello,
		         features[i]);
		say(&guest, line);
		say_end(&guest);
		assert_string_equal(take(&guest, COUNTS_NONE).failure, "");
		assert_int_equal(*take_as(&guest, (struct intake_setup){ .pcid = true }).failure != '\0',
		                 i < 2);
	}
}

static void intake_of_a_good_launch(void **state)
{
	struct guest guest = { 0 };
	struct intake_report report;
	(void)state;

	say(&guest, hello);
	say(&guest, "bench name=tlb.cr3 parameter=0 unit=none samples=1 warmup=0 index=3 of=9");
	say(&guest, "sample name=tlb.cr3 parameter=0 sample=0 flags=- region=0 m.tsc=5:ticks");
	say_end(&guest);
	report = take(&guest, COUNTS_NONE);
	assert_true(report.hello && report.ended);
	assert_int_equal(report.rows, 1);
	assert_int_equal(report.index, 3);
	assert_int_equal(report.damaged, 0);
	assert_string_equal(report.failure, "");
	assert_string_equal(report.revision, "r");
}

static void intake_wants_counts(void **state)
{
	struct guest guest = { 0 };
	(void)state;

	say(&guest, hello);
	say(&guest, "bench name=tlb.cr3 parameter=0 unit=none samples=1 warmup=0 index=1 of=1");
	say(&guest, "sample name=tlb.cr3 parameter=0 sample=0 flags=- region=4 m.tsc=5:ticks");
	say_end(&guest);
	assert_int_equal(take(&guest, COUNTS_NONE).damaged, 0);
	assert_int_equal(take(&guest, COUNTS_SOME).damaged, 0);
	assert_int_equal(take(&guest, COUNTS_ALL).damaged, 1);
}

static void intake_needs_hello_first(void **state)
{
	struct guest guest = { 0 };
	struct intake_report report;
	(void)state;

	say(&guest, "fact name=x value=1 unit=none");
	say(&guest, hello);
	say(&guest, hello);
	say_end(&guest);
	report = take(&guest, COUNTS_NONE);
	assert_int_equal(report.damaged, 2);
	assert_string_equal(report.damage, "record 1 (fact x): comes before hello");
}

static void entry_stub_is_read(void **state)
{
	static const char listing[] = "ffffffff80001000 <irq_entry_bench>:\n"
	                              "ffffffff80001000:\tpush   %rax\n"
	                              "ffffffff80001001:\tmov    %gs:0x8,%rsp\n"
	                              "ffffffff80001005:\tmov    %rsp,%rdi\n"
	                              "ffffffff80001008:\tjmp    ffffffff80002000 <common>\n"
	                              "ffffffff8000100d:\tcall   ffffffff80003000 <other>\n"
	                              "\nffffffff80002000 <common>:\n"
	                              "ffffffff80002000:\txchg   %rsp,0x10(%rax)\n"
	                              "ffffffff80002004:\tlea    -0x8(%rsp),%rsp        # some comment\n"
	                              "ffffffff80002008:\tcmp    %rax,%rsp\n"
	                              "ffffffff8000200b:\tcall   ffffffff80003000 <handler>\n"
	                              "ffffffff80002010:\tmov    %rax,%rsp\n";
	struct image_entry entry;
	(void)state;

	assert_int_equal(image_read_entry(listing, &entry), 0);
	assert_int_equal(entry.instructions, 8);
	assert_int_equal(entry.rsp_writes, 3);
	assert_int_equal(image_read_entry("0000 <something_else>:\n", &entry), -1);
	assert_int_equal(image_read_entry("1 <irq_entry_bench>:\n1:\tpush $1\n2:\tret\n"
	                                  "5 <irq_entry_bench_rest>:\n5:\tmov (%rax),%rsp\n6:\tcall 7\n",
	                                  &entry),
	                 0);
	assert_int_equal(entry.instructions, 4);
	assert_int_equal(entry.rsp_writes, 1);
	assert_int_equal(
	        image_read_entry("1 <irq_entry_bench>:\n1:\tret\n5 <irq_entry_bench_rest>:\n5:\tret\n",
	                         &entry),
	        -1);
	assert_int_equal(image_read_entry("1 <irq_entry_bench>:\n1:\tiretq\n", &entry), -1);
	assert_int_equal(image_read_entry("1 <irq_entry_bench>:\n1:\tjmp    1 <irq_entry_bench>\n", &entry),
	                 -1);
}

static void share_of_code_is_read(void **state)
{
	static const char *const wrong[] = { "",          "1 2 3\n",     "1 2 3 4 5\n", "1 2 3 4",
		                             "1 2 3 x\n", "1 2  -3 4\n", "1,2,3,4\n",   "1 2 3 4 \n" };
	static const int64_t right[IMAGE_SHARES] = { 10, 200, 3000, 40000 };
	int64_t counts[IMAGE_SHARES];
	(void)state;

	assert_true(image_read_share("10 200 3000 40000\n", counts));
	for (size_t i = 0; i < IMAGE_SHARES; i++)
		assert_int_equal(counts[i], right[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(image_read_share(wrong[i], counts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_line),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(every_damaged_byte_is_seen),
		cmocka_unit_test(broken_bodies),
		cmocka_unit_test(decimals),
		cmocka_unit_test(oversized_lines),
		cmocka_unit_test(good_stream_in_pieces),
		cmocka_unit_test(cut_stream),
		cmocka_unit_test(numbers_out_of_order),
		cmocka_unit_test(lying_end),
		cmocka_unit_test(floods_end),
		cmocka_unit_test(intake_of_a_good_launch),
		cmocka_unit_test(intake_wants_pcids),
		cmocka_unit_test(intake_wants_counts),
		cmocka_unit_test(intake_needs_hello_first),
		cmocka_unit_test(entry_stub_is_read),
		cmocka_unit_test(share_of_code_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
