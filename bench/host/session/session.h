/* SPDX-License-Identifier: MIT */
/* A run of the suite, from the choice of engines to the last figure. */
#pragma once

#include "bench/host/session/plan.h"

/*
 * Returns the exit status: 0 if done, 1 if a launch failed or the run was cut short, 2 if it could
 * not begin.
 */
int session_run(const struct options *options, const char *command);

/*
 * Rewrites the summaries, claims, exports, figures and report of the run in `folder`, and completes
 * a run that was killed. Returns the exit status: 0 if done, 1 if something could not be written, 2
 * if the folder holds no run.
 */
int session_recover(const char *folder);
