/* SPDX-License-Identifier: MIT */
/* A run of the suite from the choice of engines to the last figure. */
#pragma once

#include "bench/host/plan.h"

#include <sqlite3.h>

/* Returns the exit status: 0 done, 1 a launch failed or the run was cut short, 2 it could not begin. */
int session_run(const struct options *options, const char *command);

/*
 * Statistics, claims, files, figures and the report of the samples in `db`, in the folder `run_dir`; prints the tables.
 * Returns 0 when all of them worked; what failed has said so on stderr.
 */
int session_evaluate(sqlite3 *db, const char *run_dir);
