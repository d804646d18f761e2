/* SPDX-License-Identifier: MIT */
/*
 * Engines: the emulators and virtual machines that boot an image. To add an engine, write a file
 * that defines a struct engine, and add this object to engine_table in engine.c.
 */
#pragma once

#include "bench/host/base/process.h"
#include "bench/host/engine/strategy.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define ENGINE_WHY_MAX 400

/* One boot: the data from which an engine prepares its command. */
struct engine_boot {
	const struct strategy *strategy;
	/* The folder of this boot; the engine runs in it and writes its files to it. */
	const char *directory;
	const char *command_line; /* the kernel's command line */
	/*
	 * Profile of the cycle model, or NULL. Engines without the instrumentation library ignore
	 * `profile`, `functions` and `trace`.
	 */
	const char *profile;
	bool functions;      /* count per function even without a profile */
	bool trace;          /* write directory/trace.txt */
	const char *variant; /* the engine's variant, or NULL if it has none */
	unsigned cpus;
	unsigned memory;       /* MiB */
	uint64_t module_limit; /* bytes: larger boot modules are left out; 0: no limit */
	bool linux_programs;   /* add the archive of Linux programs as a module, if it exists */
};

/* The command that starts an engine. The fields are those of struct process_spec. */
struct engine_command {
	struct arguments arguments;
	struct arguments environment;
	int output;
};

struct engine {
	const char *name;
	const char *meaning;   /* the meaning of the engine's numbers, for --list */
	unsigned rounds;       /* boots per image by default */
	unsigned rounds_quick; /* boots per image with --quick; 0: the same as `rounds` */
	unsigned timeout;      /* seconds per boot by default */
	/* The engine measures real time, so nothing else may run at the same time. */
	bool exclusive;
	bool needs_probe; /* the engine can run only if probe_kvm() finds KVM usable */
	bool counts;      /* the instrumentation library counts every region of timed code */
	/*
	 * The instrumentation library counts only some regions of timed code, and only in the boots
	 * of some variants (on kvm-emulated, the variants in Bochs).
	 */
	bool some_counts;
	/* Boot the self-tests before the benchmarks, unless --bench is given. */
	bool self_test;
	/* Seconds, used in place of LAUNCH_QUIET (launch.h) unless 0. */
	unsigned quiet;
	const char *flag; /* added to the flags of every sample; NULL: none */

	/*
	 * The names of the machines that the engine emulates, ending with NULL. A run with --full
	 * boots all of them, any other run only the first `variants_full` of them. The pointer is
	 * NULL if the engine has only one machine, which has no name.
	 */
	const char *const *variants;
	unsigned variants_full;

	/*
	 * Checks that all programs and files that the engine needs exist. Returns 0, or -1 with the
	 * reason in `why`.
	 */
	int (*can_run)(char *why, size_t size);

	/*
	 * Creates the files that the boot needs in boot->directory and fills in `command`. Returns
	 * 0, or -1 with the reason in `why`.
	 */
	int (*prepare)(const struct engine_boot *boot, struct engine_command *command, char *why,
	               size_t size);

	/* Removes the files that prepare() created and that are of no use after the boot. */
	void (*tidy)(const char *directory);

	/*
	 * Writes the engine's own explanation of a failed boot to `text`. Returns 0, or -1 if the
	 * engine has none. The pointer may be NULL.
	 */
	int (*explain)(const char *directory, char *text, size_t size);
};

extern const struct engine engine_bochs, engine_kvm, engine_kvm_emulated, engine_tcg;

/* Return the engine called `name`, or the engine number `index` (from 0); NULL if there is none. */
const struct engine *engine_find(const char *name);
const struct engine *engine_at(size_t index);

/* Writes the path of a strategy's image (strategy->folder). `suffix` is its format: "elf" (64-bit)
 * or "elf32". */
void engine_image_path(char path[PATH_MAX], const struct strategy *strategy, const char *suffix);

/*
 * Adds the names of this boot's modules to `names`, sorted. Each file build/programs/NAME.elf that
 * does not exceed boot->module_limit is a module. Returns 0, or -1 with the reason in `why`.
 */
int engine_modules(const struct engine_boot *boot, struct arguments *names, char *why, size_t size);

/* Returns true if this boot has the archive of Linux programs as a module. */
bool engine_has_archive(const struct engine_boot *boot);

/*
 * Creates or replaces the symbolic link directory/name, which points to `target`. Returns 0, or -1
 * with the reason in `why` if it fails or `target` does not exist.
 */
int engine_link(const char *target, const char *directory, const char *name, char *why, size_t size);

/* Removes directory/name if it exists. */
void engine_unlink(const char *directory, const char *name);

/* Writes `text` to the file directory/name. Returns 0, or -1 with the reason in `why`. */
int engine_write_file(const char *directory, const char *name, const char *text, char *why, size_t size);
