/* SPDX-License-Identifier: MIT */
#include "bench/host/terminal/emulated.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"

#include <stdbool.h>

static const char checks[] =
        "SELECT l.variant, l.strategy, count(DISTINCT l.id), count(DISTINCT iif(l.state = 'complete', l.id, "
        "NULL)),"
        " total(kind = 'test' AND ok = 1), total(kind = 'check' AND ok = 1), total(kind = 'skip'), total(ok "
        "= 0)"
        " FROM launches l LEFT JOIN checks c ON c.launch = l.id"
        " WHERE l.engine = 'kvm-emulated' GROUP BY l.variant, l.strategy ORDER BY min(l.id)";

/* Selects each self-test that was skipped, the reason, and the engine variants that skipped it. */
static const char skipped[] =
        "SELECT name, iif(detail LIKE 'skip: %', substr(detail, 7), detail), group_concat(variant, ', ')"
        " FROM (SELECT name, detail, variant FROM checks JOIN launches ON launches.id = launch"
        " WHERE engine = 'kvm-emulated' AND kind = 'test' AND ok = 2 GROUP BY name, detail, variant"
        " ORDER BY min(launch))"
        " GROUP BY name, detail ORDER BY name, detail";

/*
 * Selects a row per benchmark and parameter. Its columns are the memory reads of page walks without
 * KVM, with ept=1 and with ept=0, then the VM exits with ept=1 and with ept=0. Strategies do not
 * differ in these benchmarks, so each value is the smallest median of any strategy.
 */
static const char walks[] =
        "WITH m AS (SELECT benchmark, parameter, metric, median,"
        " CASE WHEN engine = 'bochs' THEN 0 WHEN flags LIKE '%ept=1%' THEN 1 WHEN flags LIKE '%ept=0%' THEN "
        "2 END AS machine"
        " FROM good_summary WHERE engine IN ('bochs', 'kvm-emulated') AND benchmark IN ('tlb.cr3', "
        "'tlb.refill')"
        " AND metric IN ('walk_reads', 'vm_exits'))"
        " SELECT benchmark, parameter, min(median) FILTER (WHERE machine = 0 AND metric = 'walk_reads'),"
        " min(median) FILTER (WHERE machine = 1 AND metric = 'walk_reads'),"
        " min(median) FILTER (WHERE machine = 2 AND metric = 'walk_reads'),"
        " min(median) FILTER (WHERE machine = 1 AND metric = 'vm_exits'),"
        " min(median) FILTER (WHERE machine = 2 AND metric = 'vm_exits')"
        " FROM m GROUP BY benchmark, parameter HAVING max(machine) > 0 ORDER BY benchmark, parameter";

/* Prints a line per variant and strategy. Returns false if no launch was on kvm-emulated. */
static bool print_checks(sqlite3 *db, FILE *out)
{
	bool any = false;
	sqlite3_stmt *row = sql_prepare(db, "table", NULL, checks);

	if (!row)
		return false;
	while (sqlite3_step(row) == SQLITE_ROW) {
		if (!any)
			fprintf(out,
			        "kvm-emulated  the real KVM on an emulated processor: only shows function; "
			        "its times mean nothing and are left out\n"
			        "          %-28s %10s %10s %10s %10s %10s\n",
			        "", "launches", "self-tests", "checks", "skipped", "failed");
		any = true;
		text_print(out, "  %-7s %-28s %7d/%-2d %10d %10d %10d %10d\n", sqlite3_column_text(row, 0),
		           sqlite3_column_text(row, 1), sqlite3_column_int(row, 3),
		           sqlite3_column_int(row, 2), sqlite3_column_int(row, 4), sqlite3_column_int(row, 5),
		           sqlite3_column_int(row, 6), sqlite3_column_int(row, 7));
	}
	sqlite3_finalize(row);
	if (any)
		putc('\n', out);
	return any;
}

static void print_skipped(sqlite3 *db, FILE *out)
{
	bool any = false;
	sqlite3_stmt *row = sql_prepare(db, "table", NULL, skipped);

	if (!row)
		return;
	while (sqlite3_step(row) == SQLITE_ROW) {
		text_print(out, "%s  %s: %s (%s)\n", any ? "" : "self-tests that were skipped\n",
		           sqlite3_column_text(row, 0), sqlite3_column_text(row, 1),
		           sqlite3_column_text(row, 2));
		any = true;
	}
	sqlite3_finalize(row);
	if (any)
		putc('\n', out);
}

static void print_number(sqlite3_stmt *row, int column, FILE *out)
{
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		fprintf(out, " %12s", "-");
	else
		fprintf(out, " %12.0f", sqlite3_column_double(row, column));
}

static void print_walks(sqlite3 *db, FILE *out)
{
	bool any = false;
	sqlite3_stmt *row = sql_prepare(db, "table", NULL, walks);

	if (!row)
		return;
	while (sqlite3_step(row) == SQLITE_ROW) {
		if (!any)
			fprintf(out,
			        "reads of page walks, and VM exits, counted in Bochs  medians\n"
			        "                     %12s %12s %12s %12s %12s\n",
			        "without KVM", "ept=1", "ept=0", "exits ept=1", "exits ept=0");
		any = true;
		text_print(out, "  %-10s %7d ", sqlite3_column_text(row, 0), sqlite3_column_int(row, 1));
		for (int i = 2; i < 7; i++)
			print_number(row, i, out);
		putc('\n', out);
	}
	sqlite3_finalize(row);
	if (any)
		putc('\n', out);
}

void emulated_print(sqlite3 *db, FILE *out)
{
	if (!print_checks(db, out))
		return;
	print_skipped(db, out);
	print_walks(db, out);
}
