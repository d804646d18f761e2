/* SPDX-License-Identifier: MIT */
/*
 * A cache of one CPU's decoded instructions. An entry is found by the host address of the
 * instruction, and holds the bytes that it was decoded from. If these have changed, the instruction
 * is decoded again.
 */
#pragma once

#include <stdint.h>
#include <string.h>

#include "bench/bochs/model/decode.h"
#include "bench/bochs/model/translation.h"

enum { CODE_ENTRIES = 4096, CODE_WORDS = 2, CODE_PAGE_BYTES = 4096 };

struct code_entry {
	const uint8_t *at;
	uint64_t word[CODE_WORDS]; /* the instruction's bytes; 0 after the end of the page */
	struct decoded decoded;
};

struct code {
	struct code_entry entry[CODE_ENTRIES];
	struct decoded apart; /* result for an instruction that crosses into another page */
};

static inline struct code_entry *code_entry(struct code *code, const uint8_t *at)
{
	return &code->entry[((uintptr_t)at ^ (uintptr_t)at >> 12) % CODE_ENTRIES];
}

/* Like code_at(), but without its short cut for an instruction that was looked up before. */
const struct decoded *code_look_up(struct code *code, const struct translation *translation,
                                   const uint8_t *frame, uint64_t rip);

/* Decodes the instruction at `rip`, whose page is at `frame`. If `frame` is NULL, all bytes of the
 * page are taken as 0. The result is valid until the next call. */
static inline const struct decoded *code_at(struct code *code, const struct translation *translation,
                                            const uint8_t *frame, uint64_t rip)
{
	const uint64_t offset = rip % CODE_PAGE_BYTES;
	const struct code_entry *entry;
	const uint8_t *at;
	uint64_t word[CODE_WORDS];

	if (!frame || offset > CODE_PAGE_BYTES - sizeof word)
		return code_look_up(code, translation, frame, rip);
	at = frame + offset;
	entry = code_entry(code, at);
	memcpy(word, at, sizeof word);
	if (entry->at != at || entry->word[0] != word[0] || entry->word[1] != word[1])
		return code_look_up(code, translation, frame, rip);
	return &entry->decoded;
}
