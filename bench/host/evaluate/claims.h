/* SPDX-License-Identifier: MIT */
/*
 * Claims: one file per claim, with a header for readers and one SELECT that decides. docs/claims.md
 * describes the form.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/* A launch that a claim needs in addition to those asked for. */
struct claim_run {
	char strategy[64];
	char bench[64]; /* glob over benchmark names */
	bool alone;     /* `boots:`: a separate boot, even of a strategy that runs anyway */
};

/*
 * Decides every claim in the folder `claims_dir` and replaces the table claims with the verdicts. A
 * file that is not a well-formed claim gets a message on stderr and no row; the others are still
 * decided.
 *
 * Returns 0, or -1 if a file was malformed, the folder unreadable or the database not writable.
 */
int claims_decide(sqlite3 *db, const char *claims_dir);

/*
 * Collects the launches in the `needs:` and `boots:` lines of the claims in `dir`, in the order of
 * the file names. A strategy with a glob that is listed again under the same key counts once. A
 * folder or line that cannot be read is skipped after a message on stderr.
 *
 * Returns how many launches there are; the first `max` of them are stored in `runs`.
 */
size_t claims_needed_runs(const char *dir, struct claim_run *runs, size_t max);
