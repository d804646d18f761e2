/* SPDX-License-Identifier: MIT */
#include "bench/host/measure/table.h"
#include "bench/host/answers/number.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/paths.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/measure/beside.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char query[] = "SELECT benchmark, metric, unit, n, min, median, max FROM summary" TABLE_SHOWN
                            " ORDER BY " TABLE_REGION_ORDER ", " TABLE_ORDER;

int table_print(sqlite3 *db, FILE *out)
{
	sqlite3_stmt *row = sql_prepare(db, "measure", "reading the summary", query);
	char region[NAME_SIZE] = "";
	char digits[4][NUMBER_TEXT_MAX];
	bool empty = true;

	if (!row)
		return -1;
	fprintf(out, "%-24s %-16s %10s %14s %14s %14s\n", "region", "metric", "samples", "minimum", "median",
	        "maximum");
	while (sqlite3_step(row) == SQLITE_ROW) {
		const char *name = sql_text(row, 0);

		for (int i = 0; i < 4; i++)
			number_digits(sqlite3_column_double(row, 3 + i), digits[i], sizeof digits[i]);
		fprintf(out, "%-24s %-16s %10s %14s %14s %14s\n", strcmp(name, region) ? name : "",
		        sql_text(row, 1), digits[0], digits[1], digits[2], digits[3]);
		snprintf(region, sizeof region, "%s", name);
		empty = false;
	}
	if (empty)
		fputs("(no samples)\n", out);
	beside_print(db, out);
	return sqlite3_finalize(row) == SQLITE_OK ? 0 : complain("measure", "%s", sqlite3_errmsg(db));
}

int table_write(sqlite3 *db, const char *folder)
{
	char path[PATH_MAX];
	FILE *out;
	int status;

	path_format(path, sizeof path, "%s/tables.txt", folder);
	out = fopen(path, "we");
	if (!out)
		return complain("measure", "%s: %s", path, strerror(errno));
	status = table_print(db, out);
	if (fclose(out))
		status = complain("measure", "%s: %s", path, strerror(errno));
	return status;
}
