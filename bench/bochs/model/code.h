/* SPDX-License-Identifier: MIT */
/*
 * A cache of one CPU's decoded instructions. An entry is found by the host address of the
 * instruction, and holds the bytes that it was decoded from. If these have changed, the instruction
 * is decoded again.
 */
#pragma once

#include <stdint.h>

#include "bench/bochs/model/decode.h"
#include "bench/bochs/model/translation.h"

enum { CODE_ENTRIES = 4096, CODE_WORDS = 2 };

struct code_entry {
	const uint8_t *at;
	uint64_t word[CODE_WORDS]; /* the instruction's bytes; 0 after the end of the page */
	struct decoded decoded;
};

struct code {
	struct code_entry entry[CODE_ENTRIES];
	struct decoded apart; /* result for an instruction that crosses into another page */
};

/* Decodes the instruction at `rip`, whose page is at `frame`. If `frame` is NULL, all bytes of the
 * page are taken as 0. The result is valid until the next call. */
const struct decoded *code_at(struct code *code, const struct translation *translation, const uint8_t *frame,
                              uint64_t rip);
