/* SPDX-License-Identifier: MIT */
/* The options of `run-bench.sh measure`. */
#pragma once

#include "bench/host/base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define REQUEST_REGIONS_MAX 64
#define REQUEST_WHY_MAX     700
#define REQUEST_UNTIL_MAX   255 /* bytes of --until */

struct request_region {
	char name[NAME_SIZE];
	const char *function;
};

/* The texts are those of argv. An option that was not given is NULL or 0. */
struct request {
	const char *iso, *kernel, *initrd, *disk, *symbols;
	size_t regions;
	struct request_region region[REQUEST_REGIONS_MAX];
	const char *until;
	uint64_t instructions;
	const char *profile; /* NULL: no cycle model */
	const char *out;
	unsigned memory;  /* MiB */
	unsigned timeout; /* seconds */
	bool quiet, help;
};

/* Parses the arguments after the word `measure`. Returns 0, or -1 with the reason in `why`. */
int request_parse(struct request *request, int argc, char *const argv[], char why[REQUEST_WHY_MAX]);

void request_help(FILE *out);
