/* SPDX-License-Identifier: MIT */
#include "bench/bochs/measure/entry.h"

#include "bench/bochs/guest.h"
#include "bench/bochs/measure/plan.h"

enum { EQUAL_OF_4 = 3, PUSHED_MAX = 3 };

bool entry_is_code(const struct paging *paging, uint64_t address, const uint8_t *code, unsigned bytes)
{
	uint8_t memory[PLAN_CODE_MAX];
	unsigned equal = 0;

	if (bytes > PLAN_CODE_MAX || !paging_read(paging, guest_frame, address, memory, bytes))
		return false;
	for (unsigned i = 0; i < bytes; i++)
		equal += memory[i] == code[i];
	return 4 * equal >= EQUAL_OF_4 * bytes;
}

uint64_t entry_word(const struct paging *paging, uint64_t address, unsigned bytes)
{
	uint64_t word = 0;

	return paging_read(paging, guest_frame, address, &word, bytes) ? word : 0;
}

bool entry_follows_call(const struct paging *paging, uint64_t address)
{
	uint8_t code[7];

	if (!paging_read(paging, guest_frame, address - sizeof code, code, sizeof code))
		return false;
	if (code[2] == 0xE8)
		return true;
	for (unsigned length = 2; length <= sizeof code; length++) {
		const uint8_t *last = code + sizeof code - length;

		if (last[0] == 0xFF && (last[1] >> 3 & 7) == 2)
			return true;
	}
	return false;
}

bool entry_has_frame(const struct paging *paging, uint64_t rsp, unsigned word,
                     const struct entry_interrupted *last)
{
	for (unsigned pushed = 0; pushed <= PUSHED_MAX; pushed++) {
		uint64_t frame = rsp + pushed * word;

		if (entry_word(paging, frame, word) != last->rip)
			continue;
		if (word == 4 && !last->in_user) /* no stack pointer in the frame */
			return frame + 3 * word == last->rsp;
		if (entry_word(paging, frame + 3 * word, word) == last->rsp)
			return true;
	}
	return false;
}
