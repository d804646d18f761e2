/* SPDX-License-Identifier: MIT */
/* Redraws the figures and report of an earlier run with the current scripts and page. */
#pragma once

/*
 * Redraws the figures of the run in `run_dir` and rewrites its report.html. A run that was killed
 * before it was evaluated is recovered, which writes all its files.
 *
 * Returns the exit status: 0 if done, 1 if something could not be made, 2 if the folder holds no
 * readable results.
 */
int redraw_report(const char *run_dir);
