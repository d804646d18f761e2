/* SPDX-License-Identifier: MIT */
/*
 * Engines: the machines that boot an image. To add one, write a file with its functions and add a
 * row to engine_table.
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
	const char *directory;    /* of this boot; the engine runs and writes its files here */
	const char *command_line; /* for the kernel */
	/*
	 * Profile of the cycle model, or NULL. Engines without the model ignore it and the next
	 * two.
	 */
	const char *profile;
	bool functions;      /* count per function even without a profile */
	bool trace;          /* write directory/trace.txt */
	const char *variant; /* of the engine, or NULL if it has none */
	unsigned cpus;
	unsigned memory;       /* MiB */
	uint64_t module_limit; /* bytes: larger boot modules are left out; 0: no limit */
	bool linux_programs;   /* add the archive of Linux programs as a module, if it exists */
};

/* How to start an engine; see struct process_spec. */
struct engine_command {
	struct arguments arguments;
	struct arguments environment;
	int output;
};

struct engine {
	const char *name;
	const char *meaning; /* what its numbers mean, for --list */
	unsigned rounds;     /* boots per image by default */
	unsigned timeout;    /* seconds per boot by default */
	bool exclusive;      /* its times are real: nothing else may run at the same time */
	bool needs_probe;    /* it runs only if probe_kvm() finds KVM usable */
	bool counts;         /* it runs the instrumentation library */
	bool some_counts;    /* some of its boots run it, for some regions */
	bool self_test;      /* self-tests boot before the benchmarks, unless --bench is given */
	unsigned quiet;      /* seconds without output that mean a hung guest; 0: LAUNCH_QUIET */
	const char *flag;    /* added to every sample; or NULL */

	/*
	 * The machines that it emulates, booted in turn, ending with NULL; NULL for a single
	 * machine without a name. Those at index `variants_full` and above boot only with --full.
	 */
	const char *const *variants;
	unsigned variants_full;

	/*
	 * Checks that all programs and files it needs exist. Returns 0, or -1 with the reason in
	 * `why`.
	 */
	int (*can_run)(char *why, size_t size);

	/*
	 * Creates the files that the boot needs in boot->directory and fills in `command`. Returns
	 * 0, or -1 with the reason in `why`.
	 */
	int (*prepare)(const struct engine_boot *boot, struct engine_command *command, char *why,
	               size_t size);

	/* Removes files made by prepare() that are not worth keeping. */
	void (*tidy)(const char *directory);

	/*
	 * Writes the engine's own explanation of a failed boot to `text`. Returns 0, or -1 if it
	 * has none. May be NULL.
	 */
	int (*explain)(const char *directory, char *text, size_t size);
};

extern const struct engine engine_bochs, engine_kvm, engine_kvm_emulated, engine_tcg;

/* Return the engine called `name`, or the one at `index`; NULL if there is none. */
const struct engine *engine_find(const char *name);
const struct engine *engine_at(size_t index);

/* Writes the path of a strategy's image; `suffix` is "elf" or "elf32". */
void engine_image_path(char path[PATH_MAX], const struct strategy *strategy, const char *suffix);

/*
 * Adds the sorted names of this boot's modules to `names`: the files of build/programs/, without
 * .elf. Returns 0, or -1 with the reason in `why`.
 */
int engine_modules(const struct engine_boot *boot, struct arguments *names, char *why, size_t size);

/* Returns true if this boot gets the archive of Linux programs. */
bool engine_has_archive(const struct engine_boot *boot);

/* Creates or replaces a symbolic link. Returns 0, or -1 with the reason in `why`. */
int engine_link(const char *target, const char *directory, const char *name, char *why, size_t size);

/* Removes directory/name. */
void engine_unlink(const char *directory, const char *name);

/* Writes the file directory/name. Returns 0, or -1 with the reason in `why`. */
int engine_write_file(const char *directory, const char *name, const char *text, char *why, size_t size);
