/* SPDX-License-Identifier: MIT */
/* Runs the suite: chooses engines, boots images, evaluates the results and draws figures. */
#pragma once

#include "bench/host/session/plan.h"

/*
 * Performs a run as the options say. `command` is the command line, for the results. Returns the
 * exit status: 0 if all launches completed and everything was written, 1 if not or if the run was
 * interrupted, 2 if the run cannot begin or the instrumentation library refused to run.
 */
int session_run(const struct options *options, const char *command);

/*
 * Computes the summaries and claims of the run in `folder` again, for each of its compilers, and writes
 * its exports, figures and reports. If the run was killed, first recovers its launches (recover.h).
 * Prints all tables if `tables` is set, and the screen that a run ends with. Returns the exit status:
 * 0 if everything was written, 1 if not, 2 if the folder has no run.
 */
int session_recover(const char *folder, bool tables);
