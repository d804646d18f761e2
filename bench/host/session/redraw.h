/* SPDX-License-Identifier: MIT */
/* Draws the figures and writes the report of an earlier run again, with this version's scripts. */
#pragma once

/*
 * Draws the figures of the run in `run_dir` again, and writes its report.html, answers.txt and
 * tables.txt. If the run was killed before it was evaluated, calls session_recover() instead, which
 * writes all files.
 *
 * Returns the exit status: 0 if everything was written, 1 if not, 2 if the folder has no readable
 * results.
 */
int redraw_report(const char *run_dir);
