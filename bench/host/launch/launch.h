/* SPDX-License-Identifier: MIT */
/*
 * Launches: a launch is one boot of one image on one engine. These functions start the engine, read
 * its output, stop it at a limit, and decide how the launch ended.
 *
 * The launch's folder has records.txt (the engine's output, unchanged), engine.log (the engine's
 * messages) and serial.log (the guest's console).
 */
#pragma once

#include "bench/host/engine/engine.h"
#include "bench/host/intake/intake.h"

#define LAUNCH_WHY_MAX     512

/* A guest counts as hung if it sends no byte for LAUNCH_QUIET seconds, or for the timeout divided
 * by LAUNCH_QUIET_SHARE if that is longer. */
#define LAUNCH_QUIET       120
#define LAUNCH_QUIET_SHARE 4

struct launch_setup {
	const struct engine *engine;
	const struct strategy *strategy;
	const char *directory; /* created by launch_start() */
	const char *variant;   /* the engine's variant, or NULL */
	const char *mode;      /* value of the kernel's option run=: bench, test or list */
	const char *bench;     /* globs of benchmarks, separated by commas */
	const char *samples;   /* value of the kernel's option samples=: quick, few, full, one or brief */
	const char *rows;      /* value of the kernel's option rows=; NULL: its default */
	bool pcid, flush_cr3;  /* as in struct options */
	const char *profile;   /* as in struct engine_boot */
	bool functions, trace; /* as in struct engine_boot */
	unsigned cpus;
	unsigned memory;       /* MiB */
	uint64_t module_limit; /* as in struct engine_boot */
	bool linux_programs;   /* as in struct engine_boot */
	unsigned timeout;      /* seconds */
	uint64_t seed;         /* seed for the kernel */
	size_t share;          /* value of the kernel's option share= */
	uint32_t layout;       /* the kernel's option layout=; 0: the fixed layout */
	bool exits;            /* count VM exits, and store these instead of samples */
	bool profile_guest;    /* record the guest with perf, and store its functions instead of samples */
	struct store *store;   /* NULL: store nothing */
	int64_t id;            /* id in the table launches */
	/* As in struct intake_setup. */
	void (*observe)(void *context, const struct record *record);
	void *context;
};

/* Why the harness stopped an engine. */
enum launch_stop {
	STOP_NONE,
	STOP_TIMEOUT,   /* the launch took longer than its timeout */
	STOP_QUIET,     /* the guest sent nothing for too long */
	STOP_LINGER,    /* the engine did not end after the end record */
	STOP_FLOOD,     /* the guest exceeded a limit of the intake */
	STOP_DISK,      /* results could not be written */
	STOP_INTERRUPT, /* the user interrupted the run */
	STOP_STUCK      /* the engine's messages say that its guest has stopped */
};

struct launch;

/* Returns which samples get counts from the instrumentation library on this engine. */
enum intake_counts launch_counts(const struct engine *engine);

/* Returns the number of seconds without output after which a guest counts as hung, if its launch may
 * take `timeout` seconds. */
unsigned launch_quiet_limit(const struct engine *engine, unsigned timeout);

/*
 * Creates the launch's folder and starts the engine. Returns the launch, which launch_free() frees,
 * or NULL with the reason in `why`. `setup` and the text of setup->directory are copied; other
 * objects that `setup` points to must outlive the launch.
 */
struct launch *launch_start(const struct launch_setup *setup, char *why, size_t size);

/* Returns the descriptor of the engine's output, for poll(), or -1 if it is closed. */
int launch_descriptor(const struct launch *launch);

/*
 * Reads the engine's output, and stops the engine when a limit is reached. Never blocks. Call it
 * until it returns true, which means that the launch is over.
 */
bool launch_pump(struct launch *launch);

/*
 * Stops the engine with SIGTERM. If it still runs two seconds later, launch_pump() sends SIGKILL.
 * Continue to call launch_pump() until the launch is over.
 */
void launch_stop(struct launch *launch, enum launch_stop cause);

/* Returns the intake's report on the launch so far. */
const struct intake_report *launch_report(struct launch *launch);

/*
 * Fills in the outcome, after launch_pump() has returned true. outcome->reason points to `reason`,
 * and outcome->revision and ->compiler point into the launch.
 */
void launch_outcome(struct launch *launch, struct store_outcome *outcome, char reason[LAUNCH_WHY_MAX]);

/* Kills the engine if it still runs, removes files that only the engine needed, and frees the
 * launch. */
void launch_free(struct launch *launch);

/*
 * Performs a whole launch and waits for its end; an interrupt stops it. Returns 0 after filling in
 * `outcome` and `reason` as launch_outcome() does, but with the revision and compiler "". Returns
 * -1 with the reason in `reason` if the engine cannot be started.
 */
int launch_alone(const struct launch_setup *setup, struct store_outcome *outcome,
                 char reason[LAUNCH_WHY_MAX]);
