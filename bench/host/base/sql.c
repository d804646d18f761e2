/* SPDX-License-Identifier: MIT */
#include "bench/host/base/sql.h"

#include <stdio.h>

int sql_complain(sqlite3 *db, const char *part, const char *doing)
{
	fprintf(stderr, "%s: %s%s%s\n", part, doing ? doing : "", doing ? ": " : "", sqlite3_errmsg(db));
	return -1;
}

sqlite3_stmt *sql_prepare(sqlite3 *db, const char *part, const char *doing, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		sql_complain(db, part, doing);
	return statement;
}

int sql_execute(sqlite3 *db, const char *part, const char *doing, const char *sql)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_complain(db, part, doing);
}

void sql_bind(sqlite3_stmt *statement, int place, const char *text)
{
	sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

int sql_write(sqlite3 *db, const char *part, const char *doing, sqlite3_stmt *statement)
{
	int status = sqlite3_step(statement) == SQLITE_DONE ? 0 : sql_complain(db, part, doing);

	sqlite3_reset(statement);
	return status;
}

const char *sql_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "";
}

bool sql_value(sqlite3 *db, const char *sql, const char *argument, char *text, size_t size)
{
	sqlite3_stmt *row = NULL;
	bool found = false;

	if (sqlite3_prepare_v2(db, sql, -1, &row, NULL) == SQLITE_OK) {
		if (argument)
			sql_bind(row, 1, argument);
		found = sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) != SQLITE_NULL;
	}
	snprintf(text, size, "%s", found ? sql_text(row, 0) : "");
	sqlite3_finalize(row);
	return found;
}

int64_t sql_number(sqlite3 *db, const char *part, const char *sql)
{
	sqlite3_stmt *row = sql_prepare(db, part, NULL, sql);
	int64_t value = row && sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : 0;

	sqlite3_finalize(row);
	return value;
}
