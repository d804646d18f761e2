/* SPDX-License-Identifier: MIT */
/* Recovers the results of a run whose harness was killed. */
#pragma once

#include "bench/host/store/store.h"

/*
 * Recovers every launch of the run in `folder` that is still `running`: replaces its rows with the
 * contents of its raw records (records.txt), which include output that was not committed. If the
 * records have fewer samples than the database, because the disk was full, the rows in the database
 * are kept. Sets the state of these launches and of the run to `cut short`.
 *
 * Returns the number of these launches, or -1 after a message on stderr.
 */
int recover_launches(struct store *store, const char *folder);
