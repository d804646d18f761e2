/* SPDX-License-Identifier: MIT */
/* What can be done with the folder of an earlier run. */
#pragma once

/*
 * Draws the figures of the run in `run_dir` and writes its report.html again. The samples of a run that was stopped before
 * it was evaluated are evaluated first, with all files that a run leaves.
 *
 * Returns the exit status: 0 done, 1 something could not be made, 2 the folder holds no results that can be read.
 */
int again_report(const char *run_dir);
