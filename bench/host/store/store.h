/* SPDX-License-Identifier: MIT */
/*
 * The results database of one run (schema.sql). Rows are written as they arrive and committed about
 * twice a second, so that a harness that is killed loses half a second of results and leaves a
 * readable file.
 *
 * Every function that returns int returns 0, or -1 if an error has occurred, now or earlier;
 * store_error() describes the first one. After an error nothing more is written; committed rows are
 * kept.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

/* The version of the database and of the exports (schema.sql). */
#define STORE_VERSION 1

struct store;

struct store_launch {
	const char *engine;
	const char *variant; /* of the engine; NULL or "" if it has none */
	const char *strategy;
	const char *stack;
	const char *loader;
	const char *isolation;
	unsigned cpus;
	unsigned memory; /* MiB */
	unsigned round;  /* from 1; 0 for facts of an image */
	uint64_t seed;
	const char *bench;  /* the glob asked for */
	const char *sha256; /* of the image */
};

struct store_row {
	int64_t launch;
	const char *benchmark;
	int64_t parameter;
	const char *parameter_unit;
};

/* The part of a row that belongs to one function or chain of calls. */
struct store_function {
	const struct store_row *row;
	const char *kind; /* sample | overhead */
	const char *name; /* or the collapsed stack */
	const char *metric;
	const char *unit;
	int64_t value;   /* sum over all samples of the kind */
	int64_t samples; /* number of these samples */
};

struct store_outcome {
	const char *state;  /* complete | failed | cut short | damaged | timed out */
	const char *reason; /* "" if complete */
	int status;         /* exit status, or 128 + signal; -1: none */
	const char *revision;
	const char *compiler;
	double seconds;
};

/* Returns the schema as SQL. */
const char *store_schema(void);

/*
 * Adds the views of views.sql to a database made before they existed, for this connection only.
 * Returns 0, or -1 after a message.
 */
int store_add_views(sqlite3 *db);

/*
 * Creates the database at `path`, which must not exist. Returns NULL with a message in `why` if
 * that fails.
 */
struct store *store_create(const char *path, char *why, size_t size);

/* Opens the existing database at `path`. Returns NULL with a message in `why` if that fails. */
struct store *store_open(const char *path, char *why, size_t size);

/* Commits, folds the write-ahead log into the file, closes it and frees `store`. */
int store_close(struct store *store);

/* Returns a description of the first error, or NULL. */
const char *store_error(const struct store *store);

/* Commits everything and returns the connection, for work on finished results. */
sqlite3 *store_database(struct store *store);

/* Returns the connection without committing. */
sqlite3 *store_connection(struct store *store);

int store_run_start(struct store *store, const char *name, const char *command, uint64_t seed);
int store_run_finish(struct store *store, const char *state);
int store_environment(struct store *store, const char *key, const char *value);

/* Sets the state of a run that is still `running` to `cut short`. */
int store_run_cut_short(struct store *store);

/* Deletes all rows of the launch. */
int store_launch_clear(struct store *store, int64_t launch);

/* Discards everything that is not committed. */
int store_rollback(struct store *store);

/*
 * Adds a launch and commits at once. Its state is `running` until store_launch_finish(). Returns
 * its id, or -1.
 */
int64_t store_launch_start(struct store *store, const struct store_launch *launch);
int store_launch_finish(struct store *store, int64_t launch, const struct store_outcome *outcome);

int store_sample(struct store *store, const struct store_row *row, int64_t sample, const char *metric,
                 const char *unit, int64_t value, const char *flags);
int store_check(struct store *store, int64_t launch, const char *kind, const char *name, int64_t parameter,
                int ok, const char *detail);
int store_fact(struct store *store, int64_t launch, const char *name, const char *value, const char *unit);

int store_function(struct store *store, const struct store_function *function);
int store_stack(struct store *store, const struct store_function *stack);

/* Stores the number of VM exits of one reason in a row that took `samples` samples. */
int store_exits(struct store *store, int64_t launch, const char *benchmark, int64_t parameter,
                const char *reason, int64_t exits, int64_t samples);

/* Adds `flag` to every sample of the row. */
int store_flag_row(struct store *store, const struct store_row *row, const char *flag);

/* Commits if the open transaction is older than half a second. The main loop calls it. */
int store_tick(struct store *store);
int store_commit(struct store *store);
