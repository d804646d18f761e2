/* SPDX-License-Identifier: MIT */
/*
 * What the records of one launch mean: checks them against each other and against what was asked for, joins
 * the instrumentation library's counts to samples, and stores what is plausible.
 */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/intake/stream.h"
#include "bench/host/store/store.h"

struct intake;

/*
 * Which timed samples the instrumentation library counts. With COUNTS_ALL a sample without counts
 * is marked, and time stamps are dropped: they would be instructions, not time.
 */
enum intake_counts { COUNTS_NONE, COUNTS_SOME, COUNTS_ALL };

struct intake_setup {
	struct store *store; /* NULL: nothing is stored */
	int64_t launch;
	const struct strategy *strategy; /* the image must report this strategy */
	const char *mode;                /* the kernel must report this mode: bench, test or list */
	bool pcid;                       /* the kernel must report that PCIDs are on */
	enum intake_counts counts;
	const char *engine_flag; /* of every sample; or NULL */
	const char *variant;     /* likewise */
	void (*observe)(void *context,
	                const struct record *record); /* sees each record of the guest; or NULL */
	void *context;
};

/* The state of the launch so far. */
struct intake_report {
	bool hello; /* a hello record came */
	bool ended; /* a correct end record came */
	bool refused; /* the instrumentation library ended the engine because a requirement is not met (status 2) */
	const char *flood; /* what the guest sent too much of, or NULL */
	uint64_t records;  /* lines accepted */
	uint64_t rows;     /* benchmark rows started, and rows skipped */
	uint64_t failed;   /* checks and tests that failed */
	uint64_t damaged;  /* lines dropped or missing, samples refused */
	char failure[400]; /* why the launch failed (wrong image, panic, failed checks), or "" */
	char damage[192];  /* the first damage in words */
	char revision[64]; /* as the kernel says */
	char compiler[64];
	char row[64];       /* name of the row that runs, or "" */
	uint64_t index, of; /* its place among the rows; 0: not known */
};

/* Returns NULL without memory. `setup` is copied; what it points to must live on. */
struct intake *intake_new(const struct intake_setup *setup);
void intake_free(struct intake *intake);

/* Takes bytes as they came from the engine. */
void intake_feed(struct intake *intake, const char *bytes, size_t length);

/* Call after the last byte. Marks the samples of a row that was cut off. */
void intake_finish(struct intake *intake);

const struct intake_report *intake_report(struct intake *intake);
