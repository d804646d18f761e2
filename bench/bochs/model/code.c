/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/code.h"

#include <string.h>

enum { PAGE_BYTES = CODE_PAGE_BYTES, WORD_BYTES = sizeof(uint64_t) * CODE_WORDS };

_Static_assert((int)DECODE_BYTES <= (int)WORD_BYTES, "an entry holds a whole instruction");

/* Decodes an instruction that may continue in the next page. Bytes that cannot be read are taken as
 * 0. */
static struct decoded decode_across(const struct translation *translation, const uint8_t *frame, uint64_t rip)
{
	uint8_t bytes[DECODE_BYTES] = { 0 };
	unsigned here = PAGE_BYTES - (unsigned)(rip % PAGE_BYTES);
	const uint8_t *next = NULL;
	uint64_t physical;

	if (here > DECODE_BYTES)
		here = DECODE_BYTES;
	if (frame)
		memcpy(bytes, frame + rip % PAGE_BYTES, here);
	if (translation_peek(translation, rip + here, &physical))
		next = translation->frame_of(physical);
	if (next)
		memcpy(bytes + here, next, DECODE_BYTES - here);
	return decode(bytes, translation->mode32);
}

const struct decoded *code_look_up(struct code *code, const struct translation *translation,
                                   const uint8_t *frame, uint64_t rip)
{
	const uint8_t *at = frame ? frame + rip % PAGE_BYTES : NULL;
	struct code_entry *entry = code_entry(code, at);
	unsigned here = PAGE_BYTES - (unsigned)(rip % PAGE_BYTES);
	uint64_t word[CODE_WORDS] = { 0 };

	if (!frame) {
		code->apart = decode_across(translation, frame, rip);
		return &code->apart;
	}
	if (here >= WORD_BYTES)
		memcpy(word, at, WORD_BYTES);
	else
		memcpy(word, at, here);
	if (entry->at != at || entry->word[0] != word[0] || entry->word[1] != word[1]) {
		entry->at = at;
		memcpy(entry->word, word, sizeof word);
		entry->decoded = decode((const uint8_t *)word, translation->mode32);
	}
	if (entry->decoded.seen <= here)
		return &entry->decoded;
	code->apart = decode_across(translation, frame, rip);
	return &code->apart;
}
