/* SPDX-License-Identifier: MIT */
/* Writes results of an earlier run in a format of another program. */
#pragma once

#include "bench/host/session/options.h"

/*
 * Exports the run in options->folder[0] with perf_script_write(): the rows that --bench and
 * --strategy choose. Prints where the files are. The run need not have ended normally.
 *
 * Returns the exit status: 0 if at least one file was written, 1 if not all files could be written,
 * 2 if the folder has no readable results, or none that can be exported.
 */
int export_run(const struct options *options);
