/* SPDX-License-Identifier: MIT */
/* Reads and checks the file of a claim. docs/claims.md describes the format of the file. */
#pragma once

#include "bench/host/evaluate/claim_register.h"

#define CLAIM_VALUE_MAX 1024 /* bytes of a value with its final NUL */

enum {
	CLAIM_ID,
	CLAIM_SEED,
	CLAIM_QUOTE,
	CLAIM_ASKS,
	CLAIM_METRIC,
	CLAIM_MARGIN,
	CLAIM_FIGURE,
	CLAIM_REQUIRED_KEYS,
	CLAIM_NEEDS = CLAIM_REQUIRED_KEYS,
	CLAIM_BOOTS,
	CLAIM_KIND,
	CLAIM_NOT_MEASURED,
	CLAIM_KEYS
};

struct claim {
	const char *file; /* name without its folder, for messages */
	char *text;       /* the whole file, or NULL; the caller of claim_load() frees it */
	char values[CLAIM_KEYS][CLAIM_VALUE_MAX];
	int id;
	char margin_set[MARGIN_SET_MAX]; /* set by claims.c (claim_register_find()) */
};

/* Prints "claim FILE: WHAT: DETAIL", without DETAIL if that is "". Returns -1. */
int claim_malformed(const struct claim *claim, const char *what, const char *detail);

/*
 * Reads the file claim->file in the folder `dir`, parses its header, and checks that the claim's
 * quote is in the note <dir>/notes/<seed>. Returns 0, or -1 after a message. The caller frees
 * claim->text in either case.
 */
int claim_load(struct claim *claim, const char *dir);
