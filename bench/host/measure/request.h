/* SPDX-License-Identifier: MIT */
/* The options of `run-bench.sh measure`. */
#pragma once

#include "bench/bochs/measure/plan.h"
#include "bench/host/base/option.h"
#include "bench/host/base/text.h"
#include "bench/host/measure/beside.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define REQUEST_REGIONS_MAX PLAN_REGIONS_MAX
#define REQUEST_DISKS_MAX   2                   /* on the first IDE channel */
#define REQUEST_UNTIL_MAX   (PLAN_TEXT_MAX - 1) /* bytes of --until */

struct request_region {
	char name[NAME_SIZE];
	const char *text;               /* FUNCTION or FROM..TO */
	const struct beside_kind *kind; /* NULL without --as */
};

/* A place in the code: a symbol, or a symbol plus an offset, or an address. */
struct request_place {
	char symbol[256]; /* "" for an address */
	uint64_t offset;  /* bytes after the symbol, or the address */
};

/* The texts are those of argv. An option that was not given is NULL or 0. */
struct request {
	const char *iso, *kernel, *append, *initrd, *symbols;
	const char *disk[REQUEST_DISKS_MAX];
	size_t disks;
	bool symbols_given; /* otherwise `symbols` is the kernel, which may have none */
	size_t regions;
	struct request_region region[REQUEST_REGIONS_MAX];
	bool user_entry, marks;
	unsigned ips; /* instructions per second of the machine's clock */
	const char *input;
	const char *until;
	uint64_t instructions;
	uint64_t offset;     /* added to the addresses of symbols */
	const char *profile; /* NULL: no cycle model */
	const char *out;
	unsigned memory;  /* MiB */
	unsigned timeout; /* seconds */
	bool trace, quiet, help;
};

/* Parses the arguments after the word `measure`. Returns 0, or -1 with the reason in `why`. */
int request_parse(struct request *request, int argc, char *const argv[], char why[OPTION_WHY_MAX]);

/* Splits the text of a region into places. Returns 1 for FUNCTION, 2 for FROM..TO, and 0 if the text
 * is anything else, or TO is the address 0. */
int request_places(const char *text, struct request_place places[2]);

/* Returns the file from which the machine boots: a kernel, a CD image, or else the first disk. */
const char *request_boots(const struct request *request);

/* Returns 0 if the files of the request can be read, or -1 with the option, the file and the reason in
 * `why`. */
int request_files(const struct request *request, char *why, size_t size);

/* Returns true if a region names a symbol. */
bool request_needs_symbols(const struct request *request);

void request_help(FILE *out);
