/* SPDX-License-Identifier: MIT */
/*
 * Wrappers of SQLite that print messages to stderr. A message is "PART: DOING: <SQLite's message>".
 * `part` names the part of the harness, `doing` the action; if `doing` is NULL it is left out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

/* Prints a message about the last error of `db`. Returns -1. */
int sql_complain(sqlite3 *db, const char *part, const char *doing);

/* Prepares the first statement of `sql`; the caller finalizes it. Returns NULL after a message. */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *part, const char *doing, const char *sql);

/* Executes one or more statements and ignores their rows. Returns 0, or -1 after a message. */
int sql_execute(sqlite3 *db, const char *part, const char *doing, const char *sql);

/*
 * Binds `text` to parameter number `place` without copying it. The caller must not change the text
 * until the parameter is bound again or the statement is finalized.
 */
void sql_bind(sqlite3_stmt *statement, int place, const char *text);

/*
 * Executes a prepared statement that returns no rows, such as INSERT, and resets it. Returns 0, or
 * -1 after a message.
 */
int sql_write(sqlite3 *db, const char *part, const char *doing, sqlite3_stmt *statement);

/*
 * Returns a column of the current row as text, "" for NULL. The text is valid until the next step.
 */
const char *sql_text(sqlite3_stmt *row, int column);

/*
 * Executes a query and copies the first column of the first row to `text`. Binds `argument`, unless
 * NULL, to ?1. Returns false, with `text` empty, if there is no row, the column is NULL, or an
 * error occurs. Prints no message.
 */
bool sql_value(sqlite3 *db, const char *sql, const char *argument, char *text, size_t size);

/*
 * Executes a query and returns the first column of the first row as a number. Returns 0 if there is
 * no row or an error occurs; prints a message if the query cannot be prepared.
 */
int64_t sql_number(sqlite3 *db, const char *part, const char *sql);
