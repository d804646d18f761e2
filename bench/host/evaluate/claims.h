/* SPDX-License-Identifier: MIT */
/*
 * Claims about the builds: one file per claim, with a header and one SELECT that decides the
 * verdict. docs/claims.md describes the format.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

/* A launch that a claim needs. A run adds it to the launches that the user asked for. */
struct claim_run {
	char strategy[64];
	char bench[64];  /* glob over benchmark names */
	bool alone;      /* the launch needs a separate boot: it is from a line `boots:` */
	unsigned rounds; /* in how many rounds it boots, 1 … CLAIM_ROUNDS_MAX */
	unsigned cpus; /* CPUs of the machine, 2 … CLAIM_CPUS_MAX; 0: as many as the run's machines have */
};

#define CLAIM_ROUNDS_MAX 99
#define CLAIM_CPUS_MAX   15 /* the launches are on Bochs, which cannot emulate more */

/*
 * Decides every claim in the folder `claims_dir` and replaces the rows of the table claims with the
 * verdicts. If a file is malformed, prints a message to stderr, writes no row for this file, and
 * still decides the other claims.
 *
 * Returns 0, or -1 if a file was malformed, the folder unreadable or the database not writable.
 */
int claims_decide(sqlite3 *db, const char *claims_dir);

/*
 * Collects the launches in the `needs:` and `boots:` lines of the claims in `dir`, in the order of
 * the file names. Leaves out a launch that was already collected from a line with the same key, but
 * keeps the larger number of rounds. Skips a folder, file or line that cannot be read, after a
 * message on stderr.
 *
 * If `wanted` is not NULL, keeps only claims with a launch for which wanted() returns true.
 *
 * Stores at most `max` launches in `runs`. Returns the number found, which may be more than `max`.
 */
size_t claims_needed_runs(const char *dir, bool (*wanted)(const struct claim_run *run, const void *data),
                          const void *data, struct claim_run *runs, size_t max);
