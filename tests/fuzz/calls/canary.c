/* SPDX-License-Identifier: MIT */
/*
 * The canary, a task that only computes and sleeps. Nothing that other tasks do may change its
 * memory or registers. If something has changed, `which` of the reported fault is
 *
 *   0 to 13       a general register, by its place in canary_in
 *   100 + n       x87 register n
 *   200 + n       byte n of the XMM registers
 *   300 + n       selector n (DS, ES, FS, GS)
 *   1000          a word of memory
 */
#include "tests/fuzz/calls/fuzz.h"

#define SIZE_OF_MEMORY (2UL << 20)
#define WORDS          (SIZE_OF_MEMORY / sizeof(uint64_t))
#define PART           (WORDS / 64) /* words of memory that a round checks and rewrites */

static uint64_t pattern(uint64_t word, uint64_t round)
{
	return (word + round * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
}

static void look(uint64_t which, uint64_t wanted, uint64_t got)
{
	if (wanted != got) {
		report(FUZZ_CANARY, which, wanted, got);
		leave(1);
	}
}

static void check_registers(uint64_t rounds)
{
	for (size_t i = 0; i < CANARY_GENERAL; i++)
		canary_in.general[i] = random_number() * 0x9e3779b97f4a7c15;
	for (size_t i = 0; i < CANARY_X87; i++) /* doubles from 1 to 2, which x87 keeps exactly */
		canary_in.x87[i] = 0x3ff0000000000000 | (random_number() & 0xfffffffffffff);
	for (size_t i = 0; i < sizeof canary_in.vectors; i++)
		canary_in.vectors[i] = (uint8_t)random_number();
	canary_spin(rounds);
	for (size_t i = 0; i < CANARY_GENERAL; i++)
		look(i, canary_in.general[i], canary_out.general[i]);
	for (size_t i = 0; i < CANARY_X87; i++)
		look(100 + i, canary_in.x87[i], canary_out.x87[i]);
	for (size_t i = 0; i < sizeof canary_in.vectors; i++)
		look(200 + i, canary_in.vectors[i], canary_out.vectors[i]);
	for (size_t i = 0; i < 4; i++)
		look(300 + i, 0, canary_out.selectors[i]);
}

void canary(void)
{
	uint64_t *memory = (uint64_t *)call6(SYS_mmap, 0, SIZE_OF_MEMORY, PROT_READ | PROT_WRITE,
	                                     MAP_PRIVATE | MAP_ANONYMOUS, ~0UL, 0);
	uint64_t round[WORDS / PART] = { 0 };

	if ((long)memory < 0)
		leave(0);
	for (uint64_t i = 0; i < WORDS; i++)
		memory[i] = pattern(i, 0);
	for (unsigned part = 0;; part = (part + 1) % (WORDS / PART)) {
		check_registers(10000);
		for (uint64_t i = part * PART; i < (part + 1) * PART; i++)
			look(1000, pattern(i, round[part]), memory[i]);
		round[part]++;
		for (uint64_t i = part * PART; i < (part + 1) * PART; i++)
			memory[i] = pattern(i, round[part]);
		SHARED->checks++;
		call(SYS_nanosleep, (uintptr_t)(const uint64_t[2]){ 0, 20000000 }, 0, 0);
	}
}
