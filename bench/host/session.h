/* SPDX-License-Identifier: MIT */
/* A run of the suite from the choice of engines to the last figure. */
#pragma once

#include "bench/host/plan.h"

/* Returns the exit status: 0 done, 1 a launch failed or the run was cut short, 2 it could not begin. */
int session_run(const struct options *options, const char *command);
