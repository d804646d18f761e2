/* SPDX-License-Identifier: MIT */
/*
 * SQLite as the harness uses it. Messages go to stderr as "PART: DOING: what SQLite says", or without DOING where it is
 * NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

/* Prints the message of the last error. Returns -1. */
int sql_complain(sqlite3 *db, const char *part, const char *doing);

/* Prepares the first statement of `sql`, for sqlite3_finalize(). Returns NULL after a message. */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *part, const char *doing, const char *sql);

/* Executes statements whose rows do not matter. Returns 0, or -1 after a message. */
int sql_execute(sqlite3 *db, const char *part, const char *doing, const char *sql);

/* Binds `text`, which must stay as it is until the statement is bound anew or finalized. */
void sql_bind(sqlite3_stmt *statement, int place, const char *text);

/* Executes an INSERT or UPDATE whose values are bound, and resets it. Returns 0, or -1 after a message. */
int sql_write(sqlite3 *db, const char *part, const char *doing, sqlite3_stmt *statement);

/* A column of the current row as text; "" for NULL. */
const char *sql_text(sqlite3_stmt *row, int column);

/*
 * Copies the first column of the first row to `text`, "" without a row; ?1 is `argument` unless that is NULL. Prints
 * nothing. Returns true if there is a row and its column is not NULL.
 */
bool sql_value(sqlite3 *db, const char *sql, const char *argument, char *text, size_t size);

/* Returns the first column of the first row as a number; 0 without a row, or after a message. */
int64_t sql_number(sqlite3 *db, const char *part, const char *sql);
