/* SPDX-License-Identifier: MIT */
/*
 * The machine and the tools of a run. A value that cannot be determined is recorded as "unknown:
 * <reason>", never guessed.
 */
#pragma once

#include "bench/host/session/options.h"
#include "bench/host/store/store.h"

#define ENVIRONMENT_MAX       160
#define ENVIRONMENT_VALUE_MAX 600

struct environment {
	size_t count;
	struct {
		char key[72];
		char value[ENVIRONMENT_VALUE_MAX];
	} item[ENVIRONMENT_MAX];
};

/* Adds one entry, or replaces the one with this key. A value that is too long is truncated. */
__attribute__((format(printf, 3, 4))) void environment_add(struct environment *environment, const char *key,
                                                           const char *format, ...);

/* Adds the first line of a file. */
void environment_add_file(struct environment *environment, const char *key, const char *path);

/* Adds facts about the host, KVM, the tools and the source. */
void environment_collect(struct environment *environment);

/* Writes all entries to the store's table. Returns 0 or -1 as the store does. */
int environment_store(const struct environment *environment, struct store *store);

/* Writes all entries to a JSON file: one object of strings. Returns 0, or -1 with errno. */
int environment_write_json(const struct environment *environment, const char *path);
