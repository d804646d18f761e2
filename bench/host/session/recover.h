/* SPDX-License-Identifier: MIT */
/* Recovers the measurements of a run that was killed. */
#pragma once

#include "bench/host/store/store.h"

/*
 * Reads every launch that had not ended when the run was killed from its raw records, which hold
 * everything up to that moment, and marks the launch and the run as cut short. If the records hold
 * less than the database, because the disk was full, the rows in the database are kept.
 *
 * Returns how many launches were recovered, or -1 after a message on stderr.
 */
int recover_launches(struct store *store, const char *folder);
