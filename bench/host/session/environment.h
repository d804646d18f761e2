/* SPDX-License-Identifier: MIT */
/*
 * Facts about the machine, the tools and the source of a run. A value that cannot be determined is
 * recorded as "unknown: <reason>"; no value is guessed.
 */
#pragma once

#include "bench/host/session/options.h"
#include "bench/host/store/store.h"

#define ENVIRONMENT_MAX       160  /* entries */
#define ENVIRONMENT_VALUE_MAX 2000 /* bytes of a value, with the NUL */

struct environment {
	size_t count;
	struct {
		char key[72];
		char value[ENVIRONMENT_VALUE_MAX];
	} item[ENVIRONMENT_MAX];
};

/*
 * Adds an entry, or replaces the value of the entry with this key. A value that is too long is
 * truncated. Does nothing if there are ENVIRONMENT_MAX entries already.
 */
__attribute__((format(printf, 3, 4))) void environment_add(struct environment *environment, const char *key,
                                                           const char *format, ...);

/* Adds an entry whose value is the first line of a file. */
void environment_add_file(struct environment *environment, const char *key, const char *path);

/* Adds the name of the images' compiler (compiler.h), and the names of all compilers of the run.
 * Also adds the compiler's version, unless it is gcc: every run records the version of gcc. */
void environment_add_compiler(struct environment *environment, const char *compiler,
                              const struct compiler_list *all);

/* Adds facts about the host, KVM, the tools and the source. */
void environment_collect(struct environment *environment);

/* Writes all entries to the table `environment` and commits. Returns 0, or -1 (store_error()). */
int environment_store(const struct environment *environment, struct store *store);

/* Writes all entries to a JSON file, as an object of strings. Returns 0, or -1 with errno. */
int environment_write_json(const struct environment *environment, const char *path);
