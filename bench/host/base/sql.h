/* SPDX-License-Identifier: MIT */
/*
 * SQLite for the harness. Messages go to stderr as "PART: DOING: <SQLite's message>", without DOING
 * if that is NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

/* Prints the message of the last error. Returns -1. */
int sql_complain(sqlite3 *db, const char *part, const char *doing);

/* Prepares the first statement of `sql`; the caller finalizes it. Returns NULL after a message. */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *part, const char *doing, const char *sql);

/* Executes statements whose rows do not matter. Returns 0, or -1 after a message. */
int sql_execute(sqlite3 *db, const char *part, const char *doing, const char *sql);

/* Binds `text`, which must not change until the statement is bound again or finalized. */
void sql_bind(sqlite3_stmt *statement, int place, const char *text);

/*
 * Executes a statement such as INSERT whose values are bound, and resets it. Returns 0, or -1 after
 * a message.
 */
int sql_write(sqlite3 *db, const char *part, const char *doing, sqlite3_stmt *statement);

/* Returns a column of the current row as text, "" for NULL. It is valid until the next step. */
const char *sql_text(sqlite3_stmt *row, int column);

/*
 * Copies the first column of the first row to `text`, or "" if there is no row. ?1 is bound to
 * `argument` unless that is NULL. Prints nothing. Returns true if there is a row and its column is
 * not NULL.
 */
bool sql_value(sqlite3 *db, const char *sql, const char *argument, char *text, size_t size);

/*
 * Returns the first column of the first row as a number, or 0 if there is no row or, after a
 * message, on an error.
 */
int64_t sql_number(sqlite3 *db, const char *part, const char *sql);
