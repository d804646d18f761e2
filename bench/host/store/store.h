/* SPDX-License-Identifier: MIT */
/*
 * The results database of one run (schema.sql). Rows are written as they arrive and committed about
 * twice a second. If the harness is killed, the file remains readable and lacks only the results of
 * the last half second.
 *
 * Every function that returns int returns 0, or -1 if this call or an earlier one failed.
 * store_error() describes the first error. After an error nothing more is written; committed rows
 * are kept.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

/* The version of the database's format (user_version in schema.sql) and of the exported files. */
#define STORE_VERSION 1

struct store;

/* A new row of the table `launches`. */
struct store_launch {
	const char *engine;
	const char *variant; /* the engine's variant; NULL or "" if it has none */
	const char *strategy;
	const char *stack;
	const char *loader;
	const char *isolation;
	unsigned cpus;
	unsigned memory; /* MiB */
	/*
	 * Number of the round, from 1. It is 0 for a boot that counts VM exits or profiles the
	 * guest, and for a row that is no boot but holds what was read from the image file.
	 */
	unsigned round;
	uint64_t seed;
	uint32_t layout;    /* the kernel's layout=; 0: the fixed layout */
	const char *bench;  /* the glob of benchmarks to run; "" for self-tests */
	const char *sha256; /* hash of the image */
};

/* A benchmark row: one benchmark with one parameter in one launch. */
struct store_row {
	int64_t launch; /* id in the table launches */
	const char *benchmark;
	int64_t parameter;
	const char *parameter_unit;
};

/*
 * The counts of one function, or of one chain of calls, in one metric, summed over samples of a
 * benchmark row.
 */
struct store_function {
	const struct store_row *row;
	const char *kind; /* sample | overhead | row */
	/* Name of the function, or "outermost;...;innermost" for a chain of calls. */
	const char *name;
	const char *metric;
	const char *unit;
	int64_t value;   /* sum over the row's samples of this kind */
	int64_t samples; /* the number of samples summed */
};

/* The longest stretch of a row with interrupts off (the table irq_off). */
struct store_stretch {
	int64_t ticks;
	const char *from_function, *from_address, *to_function, *to_address;
};

/* How a launch ended. */
struct store_outcome {
	const char *state;    /* complete | failed | cut short | damaged | timed out */
	const char *reason;   /* "" if complete */
	int status;           /* exit status of the engine, or 128 + signal; -1 if there is none */
	const char *revision; /* revision of the source, as the kernel reports it */
	const char *compiler; /* compiler of the image, as the kernel reports it */
	double seconds;       /* duration of the launch */
};

/* Returns the SQL text of schema.sql, compilers.sql and views.sql. */
const char *store_schema(void);

/*
 * Adds the views of views.sql and the tables of compilers.sql if the database lacks them (an older
 * version of the harness made it). They are temporary: only this connection has them. Returns 0, or
 * -1 after a message.
 */
int store_add_views(sqlite3 *db);

/*
 * Creates the database at `path`, which must not exist. store_close() frees the result. Returns
 * NULL, with the reason in `why` (`size` bytes), if that fails.
 */
struct store *store_create(const char *path, char *why, size_t size);

/* Opens the existing database at `path`, and adds the tables and columns that it lacks if an older
 * version made it. The result and `why` are as for store_create(). */
struct store *store_open(const char *path, char *why, size_t size);

/* Commits, moves the contents of the write-ahead log to the file, closes it and frees `store`. */
int store_close(struct store *store);

/* Returns a description of the first error, or NULL if there was none. */
const char *store_error(const struct store *store);

/* Commits the open transaction and returns the SQLite connection, for work on finished results. */
sqlite3 *store_database(struct store *store);

/* Returns the SQLite connection. Does not commit. */
sqlite3 *store_connection(struct store *store);

/* Writes the row of the table `run`, with the state `running` and the current time, and commits. */
int store_run_start(struct store *store, const char *name, const char *command, uint64_t seed);

/* Sets the state of the run and the time at which it finished, and commits. */
int store_run_finish(struct store *store, const char *state);

/* Adds a row to the table `environment`, or replaces the row with the same key. */
int store_environment(struct store *store, const char *key, const char *value);

/* Changes the state of the run from `running` to `cut short` and commits. Keeps any other state. */
int store_run_cut_short(struct store *store);

/* Deletes the launch's rows from all other tables, but not its row in launches. */
int store_launch_clear(struct store *store, int64_t launch);

/* Discards all changes since the last commit. */
int store_rollback(struct store *store);

/* Adds a launch with the state `running` and commits. Returns its id, or -1 on failure. */
int64_t store_launch_start(struct store *store, const struct store_launch *launch);

/* Writes how the launch ended and commits. */
int store_launch_finish(struct store *store, int64_t launch, const struct store_outcome *outcome);

/*
 * Each of these functions adds a row to one table: samples, checks, facts, functions, stacks or
 * irq_off. schema.sql describes the columns.
 */
int store_sample(struct store *store, const struct store_row *row, int64_t sample, const char *metric,
                 const char *unit, int64_t value, const char *flags);
int store_check(struct store *store, int64_t launch, const char *kind, const char *name, int64_t parameter,
                int ok, const char *detail);
int store_fact(struct store *store, int64_t launch, const char *name, const char *value, const char *unit);

int store_function(struct store *store, const struct store_function *function);
int store_stack(struct store *store, const struct store_function *stack);

int store_stretch(struct store *store, const struct store_row *row, const struct store_stretch *stretch);

/* Stores the number of VM exits for one reason in a benchmark row that took `samples` samples. */
int store_exits(struct store *store, int64_t launch, const char *benchmark, int64_t parameter,
                const char *reason, int64_t exits, int64_t samples);

/* Appends `flag` to the flags of every sample that is already stored for the row. */
int store_flag_row(struct store *store, const struct store_row *row, const char *flag);

/*
 * Commits if the open transaction is older than half a second. The loop that reads the engine's
 * output calls it.
 */
int store_tick(struct store *store);

/* Commits the open transaction, if any. */
int store_commit(struct store *store);
