/* SPDX-License-Identifier: MIT */
/* The command line of run-bench.sh. */
#pragma once

#include "bench/host/compare/series_changes.h"
#include "bench/host/engine/strategy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPTIONS_ENGINES_MAX 8
#define OPTIONS_WHY_MAX     512

enum options_mode {
	MODE_RUN,
	MODE_LIST,
	MODE_PROBE,
	MODE_HELP,
	MODE_COMPARE,
	MODE_REPRODUCES,
	MODE_RECOVER,
	MODE_REPORT,
};

struct options {
	enum options_mode mode;
	bool no_usage;     /* the error is in a file, so the usage would not help */
	bool print_builds; /* for run-bench.sh: only print the builds that are needed */
	bool engines_auto;
	size_t engines;
	const char *engine[OPTIONS_ENGINES_MAX]; /* in the order given, each once */
	bool strategies_given;
	bool strategies_all; /* `all` is among them; strategy_list_add_all() adds the rest */
	struct strategy_list strategies;
	bool bench_given;
	const char *bench; /* glob, or several with commas */
	bool quick;
	bool full;       /* kvm-emulated: all its variants */
	unsigned rounds; /* 0: the engine's default */
	unsigned cpus;
	unsigned memory;  /* MiB */
	unsigned jobs;    /* 0: as many as CPUs online */
	unsigned timeout; /* seconds per launch; 0: the engine's default */
	uint64_t seed;
	bool pcid;           /* the context switch uses PCIDs if the CPU has them */
	bool flush_cr3;      /* the loading window is unmapped with a CR3 load, not with INVLPG */
	bool exits;          /* kvm: one more launch per image counts VM exits, if permitted */
	const char *profile; /* of the cycle model on bochs; NULL: counts only */
	bool functions;      /* counts per function on bochs even without a profile */
	bool trace;          /* trace of events, on bochs */
	bool quiet, verbose;
	const char *folder[2]; /* of --compare, --reproduces, --recover and --report */
	bool threshold_given;
	struct thresholds thresholds; /* of --compare */
	const char *out;              /* NULL: results/<time>-<engines> */
};

/*
 * Parses the command line; strings point into argv or to constants. Returns 0, or -1 with what is
 * wrong and what would be valid in `why`.
 */
int options_parse(struct options *options, int argc, char *const argv[], char why[OPTIONS_WHY_MAX]);

/* Prints the usage, one line. */
void options_usage(FILE *out);
/* Prints the help. */
void options_help(FILE *out);
