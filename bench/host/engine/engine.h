/* SPDX-License-Identifier: MIT */
/*
 * Engines: the machines that boot an image. Each is one row of engine_table; adding one means a file with
 * its functions and a row.
 */
#pragma once

#include "bench/host/base/process.h"
#include "bench/host/engine/strategy.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define ENGINE_WHY_MAX 400

/* One boot, as an engine sees it. */
struct engine_boot {
	const struct strategy *strategy;
	const char *directory;    /* of this boot: the engine runs in it, and its files are made there */
	const char *command_line; /* for the kernel */
	const char
	        *profile; /* of the cycle model, or NULL; engines without one ignore it, and the next two */
	bool functions;   /* counts per function without a profile too */
	bool trace;       /* write directory/trace.txt */
	const char *variant; /* of the engine, or NULL when it has none */
	unsigned cpus;
	unsigned memory;       /* MiB */
	uint64_t module_limit; /* bytes: larger boot modules are left out; 0: none is */
	bool linux_programs;   /* the archive with programs of Linux is one more module, if it was made */
};

/* How to start it; see struct process_spec. */
struct engine_command {
	struct arguments arguments;
	struct arguments environment;
	int output;
};

struct engine {
	const char *name;
	const char *meaning; /* what its numbers mean, for --list */
	unsigned rounds;     /* boots per image when the user does not say */
	unsigned timeout;    /* seconds per boot, likewise */
	bool exclusive;      /* its times are real: nothing else may run beside it */
	bool needs_probe;    /* it can run only where probe_kvm() finds KVM usable */
	bool counts;         /* it has the instrumentation library */
	bool some_counts;    /* some of its boots have, and some regions in them are counted */
	bool self_test;   /* the kernel's self-tests boot before the benchmarks, unless --bench chose some */
	unsigned quiet;   /* seconds without a byte after which a guest counts as hung; 0: LAUNCH_QUIET */
	const char *flag; /* of every sample; NULL: none */

	/* Machines that it can be, NULL after the last, each booted in turn; NULL: one that has no name. Those from
	 * `variants_full` on only with --full. */
	const char *const *variants;
	unsigned variants_full;

	/* Checks that the programs and files it needs are there. Returns 0, or -1 with the reason in `why`. */
	int (*can_run)(char *why, size_t size);

	/* Makes what the boot needs in boot->directory. Returns 0, or -1 with the reason in `why`. */
	int (*prepare)(const struct engine_boot *boot, struct engine_command *command, char *why,
	               size_t size);

	/* Removes what prepare made and nobody needs any more. */
	void (*tidy)(const char *directory);

	/* What the engine itself says about a boot that did not end well. Returns 0 with the words in `text`, or -1
	 * when it says nothing. NULL: it never does. */
	int (*explain)(const char *directory, char *text, size_t size);
};

extern const struct engine engine_bochs, engine_kvm, engine_kvm_emulated, engine_tcg;

/* The engine called `name`, or NULL; and all of them in turn, NULL after the last. */
const struct engine *engine_find(const char *name);
const struct engine *engine_at(size_t index);

/* Path of a strategy's image; `suffix` is "elf" or "elf32". */
void engine_image_path(char path[PATH_MAX], const struct strategy *strategy, const char *suffix);

/* Names of the boot modules that this boot gets (files of build/programs/ without .elf), sorted. Returns 0, or -1 with the reason. */
int engine_modules(const struct engine_boot *boot, struct arguments *names, char *why, size_t size);

/* Whether this boot gets the archive with programs of Linux. */
bool engine_has_archive(const struct engine_boot *boot);

/* Makes or replaces a symbolic link. Returns 0, or -1 with the reason in `why`. */
int engine_link(const char *target, const char *directory, const char *name, char *why, size_t size);

/* Removes directory/name. */
void engine_unlink(const char *directory, const char *name);

/* Writes the file directory/name. Returns 0, or -1 with the reason in `why`. */
int engine_write_file(const char *directory, const char *name, const char *text, char *why, size_t size);
