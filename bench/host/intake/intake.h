/* SPDX-License-Identifier: MIT */
/*
 * Interprets the records of one launch: checks them against each other and against the launch that
 * was asked for, joins the counts of the instrumentation library to samples, and stores the records
 * that pass the checks.
 */
#pragma once

#include "bench/host/engine/strategy.h"
#include "bench/host/intake/stream.h"
#include "bench/host/intake/unpriced.h"
#include "bench/host/store/store.h"

struct intake;

/*
 * The timed samples that get counts from the instrumentation library: none, some or all. COUNTS_ALL
 * is for Bochs. With COUNTS_ALL a sample without counts gets the flag `no-counts`. COUNTS_ALL also
 * drops the metric tsc, because the TSC of Bochs counts instructions, not time.
 */
enum intake_counts { COUNTS_NONE, COUNTS_SOME, COUNTS_ALL };

struct intake_setup {
	struct store *store; /* NULL: nothing is stored */
	int64_t launch;
	const struct strategy *strategy; /* the image must report this strategy and its compiler */
	const char *mode;                /* the kernel must report this mode: bench, test or list */
	bool pcid;                       /* if true, the kernel must report that PCIDs are on */
	enum intake_counts counts;
	const char *engine_flag; /* the engine's flag, which every sample gets; NULL: none */
	const char *variant;     /* the engine's variant, also a flag of every sample; NULL: none */
	/* NULL, or called for each record from the guest that record_check_names() accepts. */
	void (*observe)(void *context, const struct record *record);
	void *context;
};

/* The state of the launch so far. */
struct intake_report {
	bool hello; /* a hello record came */
	bool ended; /* a correct end record came */
	/*
	 * The instrumentation library ended the engine because a requirement of the library is not
	 * met (status 2).
	 */
	bool refused;
	const char *flood; /* the limit that the guest exceeded, such as "4096 rows", or NULL */
	/* Number of lines that the stream accepted, including those of the library. */
	uint64_t records;
	uint64_t rows;               /* number of benchmark rows started, plus those skipped */
	uint64_t failed;             /* number of checks and tests that failed */
	uint64_t damaged;            /* number of faults of the stream, plus records refused */
	char failure[400];           /* why the launch failed (wrong image, panic, failed checks), or "" */
	char damage[192];            /* description of the first damage */
	char unpriced[UNPRICED_MAX]; /* instructions without a price (unpriced.h) */
	char revision[64];           /* revision of the source, as the kernel reports it */
	char compiler[64];
	char row[64];       /* name of the newest row, or "" */
	uint64_t index, of; /* the row is number `index` of `of` rows; 0: unknown */
};

/*
 * Returns a new intake, which intake_free() frees, or NULL if out of memory. `setup` is copied; the
 * objects that it points to must outlive the intake.
 */
struct intake *intake_new(const struct intake_setup *setup);
void intake_free(struct intake *intake);

/* Processes the next `length` bytes of the engine's output. A call may end within a line. */
void intake_feed(struct intake *intake, const char *bytes, size_t length);

/*
 * Ends the intake after the last byte. If the newest row has fewer samples than announced, gives
 * its samples the flag `cut-short`.
 */
void intake_finish(struct intake *intake);

/* Returns the intake's report, brought up to date by this call. intake_free() frees it. */
const struct intake_report *intake_report(struct intake *intake);
