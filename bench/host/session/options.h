/* SPDX-License-Identifier: MIT */
/* The command line of run-bench.sh. */
#pragma once

#include "bench/host/base/option.h"
#include "bench/host/compare/series_changes.h"
#include "bench/host/engine/strategy.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPTIONS_ENGINES_MAX 8

#define EXPORT_PERF_SCRIPT  "perf-script" /* the format of --export */

enum options_mode {
	MODE_RUN,
	MODE_LIST,
	MODE_PROBE,
	MODE_HELP,
	MODE_COMPARE,
	MODE_REPRODUCES,
	MODE_RECOVER,
	MODE_REPORT,
	MODE_EXPORT,
	MODE_CALIBRATE,
	MODE_IMPORT,
};

struct options {
	enum options_mode mode;
	/* Used by run-bench.sh: only print what must be built (print_builds() in main.c). */
	bool print_builds;
	bool engines_auto; /* `auto` is among the engines given, or none are given */
	size_t engines;
	/* Names of engines in the order given, each once, without `auto`. */
	const char *engine[OPTIONS_ENGINES_MAX];
	bool strategies_given;
	bool strategies_all; /* `all` is given; `strategies` has the other names given */
	struct strategy_list strategies;
	struct compiler_list compilers; /* each builds the images, and gets its own set of results */
	bool bench_given;
	const char *bench; /* globs of benchmark names, separated by commas */
	bool quick;        /* fewer samples */
	bool full;         /* boot all variants of engine kvm-emulated */
	unsigned rounds;   /* boots per image; 0: the engine's default */
	bool fixed_layout; /* boot every round with the kernel's fixed layout */
	unsigned cpus;
	unsigned memory;  /* MiB */
	unsigned jobs;    /* boots at the same time; 0: the number of CPUs online */
	unsigned timeout; /* seconds per launch; 0: the engine's default */
	uint64_t seed;
	bool pcid;          /* context switches use PCIDs; a launch fails if the CPU has none */
	bool flush_cr3;     /* the loading window is unmapped with a CR3 load, not with INVLPG */
	bool exits;         /* on kvm: count VM exits, in one more launch per image */
	bool profile_guest; /* on kvm: record the guest with perf, in one more launch per image */
	bool profile_given;
	/* On bochs: name of the cycle model's profile, not checked; NULL: count events only, not cycles. */
	const char *profile;
	bool functions;        /* on bochs: count per kernel function, even without a profile */
	bool trace;            /* on bochs: write a trace of events */
	bool level1;           /* also boot kernels in the level-1 environment (launch/level1.h) */
	const char *calibrate; /* name of the profile that --calibrate writes */
	bool isolated_given;
	unsigned isolated; /* the CPU that --calibrate measures on, if one is given */
	bool quiet, verbose;
	bool tables;        /* print all tables before the last screen */
	const char *format; /* the format given to --export */
	/* Folders for --compare, --reproduces, --recover, --report and --export; the file for --import. */
	const char *folder[2];
	bool threshold_given;
	struct thresholds thresholds; /* thresholds for --compare and --reproduces */
	/* Folder for the results; NULL: results/<UTC time>-<engines>. */
	const char *out;
};

/*
 * Parses the command line. Strings in `options` point into `argv` or to constants. Returns 0, or -1
 * with a message in `why` that says what is wrong and what would be valid.
 */
int options_parse(struct options *options, int argc, char *const argv[], char why[OPTION_WHY_MAX]);

/* Prints a summary of the options, without explanations. */
void options_usage(FILE *out);
/* Prints the summary and an explanation of each option. */
void options_help(FILE *out);
