/* SPDX-License-Identifier: MIT */
/*
 * One boot of one image on one engine, from the start of the engine to the verdict on it.
 *
 * Its folder keeps records.txt (the stream as it came), engine.log and serial.log.
 */
#pragma once

#include "bench/host/engine/engine.h"
#include "bench/host/intake/intake.h"

#define LAUNCH_WHY_MAX 512
#define LAUNCH_QUIET   120 /* seconds without a byte after which a guest counts as hung */

struct launch_setup {
	const struct engine *engine;
	const struct strategy *strategy;
	const char *directory; /* created by launch_start() */
	const char *variant;   /* of the engine, or NULL */
	const char *mode;      /* the kernel's run=: bench, test or list */
	const char *bench;
	bool quick;
	bool pcid, flush_cr3; /* see options.h */
	const char *profile;  /* see options.h */
	bool functions, trace;
	unsigned cpus;
	unsigned memory;       /* MiB */
	uint64_t module_limit; /* see engine.h, also for the next */
	bool linux_programs;
	unsigned timeout; /* seconds */
	uint64_t seed;
	bool exits;          /* count VM exits and store them instead of samples */
	struct store *store; /* NULL: nothing is stored */
	int64_t id;          /* of the launch in the store */
	void (*observe)(void *context, const struct record *record); /* or NULL */
	void *context;
};

/* Why the harness stopped an engine. */
enum launch_stop {
	STOP_NONE,
	STOP_TIMEOUT,
	STOP_QUIET,
	STOP_LINGER,
	STOP_FLOOD,
	STOP_DISK,
	STOP_INTERRUPT,
	STOP_STUCK
};

struct launch;

/* Returns which samples of the engine have counts. */
enum intake_counts launch_counts(const struct engine *engine);

/*
 * Starts the engine. Returns NULL with the reason in `why` if that fails. `setup` is copied; the
 * objects that it points to must outlive the launch.
 */
struct launch *launch_start(const struct launch_setup *setup, char *why, size_t size);

/* Returns the descriptor to wait on for reading, or -1. */
int launch_descriptor(const struct launch *launch);

/*
 * Reads the engine's output, and stops the engine when a limit is reached. Never waits. Returns
 * true once the launch is over.
 */
bool launch_pump(struct launch *launch);

/*
 * Stops the engine with SIGTERM, and with SIGKILL after two seconds. Keep calling launch_pump()
 * until the launch is over.
 */
void launch_stop(struct launch *launch, enum launch_stop cause);

const struct intake_report *launch_report(struct launch *launch);

/*
 * Fills in the outcome, after launch_pump() has returned true. outcome->reason points to `reason`.
 */
void launch_outcome(struct launch *launch, struct store_outcome *outcome, char reason[LAUNCH_WHY_MAX]);

/* Removes files that only the engine needed and frees the launch. */
void launch_free(struct launch *launch);

/*
 * Performs a whole launch; an interrupt ends it. Returns 0 with the outcome as above, or -1 with
 * `reason` if the engine could not be started.
 */
int launch_alone(const struct launch_setup *setup, struct store_outcome *outcome,
                 char reason[LAUNCH_WHY_MAX]);
