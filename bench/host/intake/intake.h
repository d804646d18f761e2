/* SPDX-License-Identifier: MIT */
/*
 * The meaning of one launch's records: they are checked against each other and against what was
 * asked for, the instrumentation library's counts are joined to samples, and what is plausible is
 * stored.
 */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/intake/stream.h"
#include "bench/host/store/store.h"

struct intake;

/*
 * Which timed samples the instrumentation library counts. With COUNTS_ALL a sample without counts
 * is marked, and time stamps are dropped, because they would be instructions, not time.
 */
enum intake_counts { COUNTS_NONE, COUNTS_SOME, COUNTS_ALL };

struct intake_setup {
	struct store *store; /* NULL: nothing is stored */
	int64_t launch;
	const struct strategy *strategy; /* the image must report this strategy */
	const char *mode;                /* the kernel must report this mode: bench, test or list */
	bool pcid;                       /* the kernel must report that PCIDs are on */
	enum intake_counts counts;
	const char *engine_flag; /* added to every sample; or NULL */
	const char *variant;     /* added to every sample; or NULL */
	/* Called for each record of the guest; or NULL. */
	void (*observe)(void *context, const struct record *record);
	void *context;
};

/* The state of the launch so far. */
struct intake_report {
	bool hello; /* a hello record came */
	bool ended; /* a correct end record came */
	/*
	 * The instrumentation library ended the engine because a requirement is not met (status 2).
	 */
	bool refused;
	const char *flood; /* what the guest sent too much of, or NULL */
	uint64_t records;  /* lines accepted */
	uint64_t rows;     /* benchmark rows started, and rows skipped */
	uint64_t failed;   /* checks and tests that failed */
	uint64_t damaged;  /* lines dropped or missing, samples refused */
	char failure[400]; /* why the launch failed (wrong image, panic, failed checks), or "" */
	char damage[192];  /* description of the first damage */
	char revision[64]; /* as the kernel reports it */
	char compiler[64];
	char row[64];       /* name of the running row, or "" */
	uint64_t index, of; /* its place among the rows; 0: unknown */
};

/*
 * Returns NULL if out of memory. `setup` is copied; the objects that it points to must outlive the
 * intake.
 */
struct intake *intake_new(const struct intake_setup *setup);
void intake_free(struct intake *intake);

/* Takes bytes as the engine sends them. */
void intake_feed(struct intake *intake, const char *bytes, size_t length);

/* Call after the last byte. Marks the samples of a row that was cut off. */
void intake_finish(struct intake *intake);

/* Returns the report, which further calls update. */
const struct intake_report *intake_report(struct intake *intake);
