/* SPDX-License-Identifier: MIT */
/* A run of the suite from the choice of engines to the last figure. */
#pragma once

#include "bench/host/session/plan.h"

/* Returns the exit status: 0 done, 1 a launch failed or the run was cut short, 2 it could not begin. */
int session_run(const struct options *options, const char *command);

/*
 * Writes the summaries, claims, exports, figures and the report of the run in `folder` again, and ends a run that was killed.
 * Returns the exit status: 0 done, 1 something could not be written, 2 the folder holds no run.
 */
int session_recover(const char *folder);
