/* SPDX-License-Identifier: MIT */
/* What a run that was killed measured. */
#pragma once

#include "bench/host/store/store.h"

/*
 * Takes every launch that never ended from its raw records, which hold all that came until the end, and marks it and
 * the run as cut short. Where the records hold less than the database (a full disk), the database is kept.
 *
 * Returns how many launches were taken up, or -1 after a message on stderr.
 */
int recover_launches(struct store *store, const char *folder);
