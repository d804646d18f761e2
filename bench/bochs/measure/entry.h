/* SPDX-License-Identifier: MIT */
/* Looks at the guest's memory when the first instruction of a watched function executes: is it the
 * function, and how was it entered? */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bench/bochs/measure/paging.h"

/* Where the CPU was before an interrupt or exception was delivered. */
struct entry_interrupted {
	uint64_t rip, rsp, cr3;
	bool in_user;
};

/* Returns true if the code at the address is `code` (`bytes` bytes, at most PLAN_CODE_MAX). Up to a
 * quarter of the bytes may differ, because kernels patch calls and NOPs into their code. */
bool entry_is_code(const struct paging *paging, uint64_t address, const uint8_t *code, unsigned bytes);

/* Returns a number of 4 or 8 bytes, or 0 if it cannot be read. */
uint64_t entry_word(const struct paging *paging, uint64_t address, unsigned bytes);

/* Returns true if the instruction before the address is a CALL. */
bool entry_follows_call(const struct paging *paging, uint64_t address);

/* Returns true if the frame of the last interrupt or exception is on top of the stack. A stub may
 * have pushed up to 3 words after the frame. `word` is the size of a word in bytes. */
bool entry_has_frame(const struct paging *paging, uint64_t rsp, unsigned word,
                     const struct entry_interrupted *last);
