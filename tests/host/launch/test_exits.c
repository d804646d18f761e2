/* SPDX-License-Identifier: MIT */
/*
 * Tests how VM exits are assigned to rows, and how exit reasons get their names. The events and the
 * record stream are made up. A row is a benchmark with a value of its parameter.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/host/launch/exits_internal.h"
#include "tests/host/scratch.h"

/* The print format of the tracepoint kvm:kvm_exit, shortened. */
static const char format[] =
        "print fmt: \"reason %s\", (REC->isa == 1) ? __print_symbolic(REC->exit_reason & 0xffff, { 0, "
        "\"EXCEPTION_NMI\" },"
        " { 12, \"HLT\" }, { 30, \"IO_INSTRUCTION\" }) : __print_symbolic(REC->exit_reason, { 0x003, "
        "\"read_cr3\" },"
        " { 0x040 + 14, \"PF excp\" }, { 0x078, \"hlt\" }, { -1, \"invalid_guest_state\" }), REC->guest_rip";

static const char *name_of(int list, uint32_t reason)
{
	static char name[48];

	exits_reason_name(format, list, reason, name, sizeof name);
	return name;
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(name_of(0, 12), "HLT");
	assert_string_equal(name_of(0, 30), "IO_INSTRUCTION");
	assert_string_equal(name_of(1, 0x78), "hlt");
	assert_string_equal(name_of(1, 0x4e), "PF excp");
	assert_string_equal(name_of(0, 0x78), "reason-120"); /* this reason is in SVM's list only */
	assert_string_equal(name_of(2, 12), "reason-12");
	exits_reason_name("", 0, 7, (char[48]){ 0 }, 48);
}

static struct exits *exits;

/*
 * Simulates a guest that writes a record. Adds an exit for port I/O (reason 30) for each byte, and
 * one more after the last byte. Before the sixth byte it adds an exit for a host interrupt (reason
 * 0). Then passes the record to exits_feed().
 */
static void write_record(const char *record)
{
	for (size_t i = 0; i < strlen(record); i++) {
		if (i == 5)
			exits_add_exit(exits, 0);
		exits_add_exit(exits, 30);
		exits_add_output(exits, 1);
	}
	exits_add_exit(exits, 30);
	exits_feed(exits, record, strlen(record));
}

static void happen(uint32_t reason, unsigned times)
{
	while (times-- > 0)
		exits_add_exit(exits, reason);
}

static int64_t ask(const char *where)
{
	sqlite3_stmt *row;
	int64_t value = -1;
	char sql[300];

	snprintf(sql, sizeof sql, "SELECT sum(exits) FROM vm_exits WHERE %s", where);
	db = store_database(store);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	if (sqlite3_step(row) == SQLITE_ROW)
		value = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	return value;
}

#define FIRST  "@2 bench name=tlb.cr3 parameter=0 unit=none samples=1 warmup=0 index=1 of=2 ~0\n"
#define SAMPLE "@3 sample name=tlb.cr3 parameter=0 sample=0 flags=- region=1 m.tsc=5:ticks ~0\n"
#define SECOND "@4 bench name=tlb.refill parameter=64 unit=pages samples=1 warmup=0 index=2 of=2 ~0\n"

static int64_t make_launch(void)
{
	struct store_launch launch = { .engine = "kvm",
		                       .strategy = "window",
		                       .stack = "s",
		                       .loader = "l",
		                       .isolation = "i",
		                       .bench = "*",
		                       .sha256 = "" };

	return store_launch_start(store, &launch);
}

static void begin(void)
{
	exits = exits_new();
	assert_non_null(exits);
	exits->attached = true;
	exits->isa = 1;
	exits->format = strdup(format);
}

static void rows_get_theirs(void **state)
{
	char why[200] = "";
	(void)state;

	begin();
	exits_feed(exits, "noise\n@1 hello ~0\n", 18); /* no row begins here */
	happen(12, 3);                                 /* not counted: no row has begun */
	write_record(FIRST);
	happen(12, 5);
	happen(30, 3); /* port I/O that writes no record */
	happen(1, 2);
	happen(12, 1);
	write_record(SAMPLE);
	happen(1, 4);
	write_record(SECOND);
	happen(1, 100);
	assert_int_equal(exits_store(exits, store, make_launch(), why, sizeof why), 0);
	assert_int_equal(ask("benchmark = 'tlb.cr3' AND parameter = 0 AND reason = 'HLT' AND samples = 1"),
	                 6);
	assert_int_equal(ask("benchmark = 'tlb.cr3' AND reason = 'reason-1'"), 6);
	assert_int_equal(ask("benchmark = 'tlb.refill' AND parameter = 64 AND samples = 0"), 100);
	/* The host interrupts during SAMPLE and SECOND count, the port I/O of the records does not. */
	assert_int_equal(ask("reason = 'EXCEPTION_NMI'"), 2);
	assert_int_equal(ask("reason = 'IO_INSTRUCTION'"), 3);
	assert_int_equal(ask("1"), 117);
	exits_free(exits);
}

static void what_is_not_stored(void **state)
{
	char why[200] = "";
	(void)state;

	begin();
	write_record(FIRST);
	happen(12, 5);
	exits->lost = 7;
	assert_int_equal(exits_store(exits, store, make_launch(), why, sizeof why), -1);
	assert_string_equal(why, "7 events were lost");
	exits->lost = 0;
	exits_add_output(exits, 1000); /* more bytes than the records have */
	assert_int_equal(exits_store(exits, store, make_launch(), why, sizeof why), -1);
	exits->attached = false;
	assert_int_equal(exits_store(exits, store, make_launch(), why, sizeof why), 0);
	assert_int_equal(ask("1"), 0);
	execute("SELECT 1");
	exits_free(exits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test_setup_teardown(rows_get_theirs, make_database, remove_files),
		cmocka_unit_test_setup_teardown(what_is_not_stored, make_database, remove_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
