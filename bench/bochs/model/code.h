/* SPDX-License-Identifier: MIT */
/*
 * Decoded instructions of one CPU, so that each is decoded once. An entry is found by the place of the instruction in the
 * host's memory, and holds the bytes that it was made from: when they are not the same any more, it is made anew.
 */
#pragma once

#include <stdint.h>

#include "bench/bochs/model/decode.h"
#include "bench/bochs/model/translation.h"

enum { CODE_ENTRIES = 4096, CODE_WORDS = 2 };

struct code_entry {
	const uint8_t *at;
	uint64_t word[CODE_WORDS]; /* the bytes, or those up to the end of the page and then 0 */
	struct decoded decoded;
};

struct code {
	struct code_entry entry[CODE_ENTRIES];
	struct decoded apart; /* one that goes on in another page */
};

/* The instruction at `rip`, whose page is at `frame` (NULL: it has none, and all bytes are taken as 0). What is returned is
 * valid until the next call. */
const struct decoded *code_at(struct code *code, const struct translation *translation, const uint8_t *frame,
                              uint64_t rip);
