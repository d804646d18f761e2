/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/repeat.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/guest.h"
#include "bench/bochs/output.h"
#include "bench/bochs/rip.h"

enum { LINE_BYTES = 64, PAGE_BYTES = 4096 };

enum { REGISTER_RCX = 1, REGISTER_RSI = 6, REGISTER_RDI = 7 };

/* Limits of the search for the countdown: the most words that can be searched, the number of
 * successive iterations in which the countdown must have fallen by 1, and the number of iterations
 * after which the search is given up. */
enum { WORDS_MAX = 4096, ROUNDS = 8, TRIES = 100000 };

/* Bochs's functions for the instructions, by the logarithm of the element's size. A decoded
 * instruction of Bochs begins with the address of its function. */
static const char *const symbols[2][4] = {
	{ "_ZN8BX_CPU_C14REP_STOSB_YbALEP15bxInstruction_c",
	  "_ZN8BX_CPU_C14REP_STOSW_YwAXEP15bxInstruction_c",
	  "_ZN8BX_CPU_C15REP_STOSD_YdEAXEP15bxInstruction_c",
	  "_ZN8BX_CPU_C15REP_STOSQ_YqRAXEP15bxInstruction_c" },
	{ "_ZN8BX_CPU_C14REP_MOVSB_YbXbEP15bxInstruction_c",
	  "_ZN8BX_CPU_C14REP_MOVSW_YwXwEP15bxInstruction_c",
	  "_ZN8BX_CPU_C14REP_MOVSD_YdXdEP15bxInstruction_c",
	  "_ZN8BX_CPU_C14REP_MOVSQ_YqXqEP15bxInstruction_c" },
};

static const void *function[2][4];
static enum { BULK_NEVER, BULK_IF_POSSIBLE, BULK_ALWAYS } wanted;
static bool executed; /* an iteration was executed in bulk */

/* Bochs's object for time. */
static uint32_t *words;
static size_t word_count;

/* The search for the countdown. A word is a candidate if it fell by 1 in each of the last `rounds`
 * iterations. `before` has the values of all words after the last iteration. */
static bool candidate[WORDS_MAX];
static uint32_t before[WORDS_MAX];
static unsigned rounds, tries;
static uint32_t *countdown; /* NULL until it is found */

/* Finds Bochs's object for time. Returns false if it is missing. */
static bool find_time(void)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	words = dlsym(RTLD_DEFAULT, "bx_pc_system");
	if (!words || !dladdr1(words, &info, (void **)&symbol, RTLD_DL_SYMENT) || !symbol)
		return false;
	word_count = symbol->st_size / sizeof *words;
	return word_count <= WORDS_MAX;
}

static bool find_functions(void)
{
	bool found = true;

	for (unsigned kind = 0; kind < 2; kind++)
		for (unsigned size = 0; size < 4; size++) {
			function[kind][size] = dlsym(RTLD_DEFAULT, symbols[kind][size]);
			found = found && function[kind][size];
		}
	return found;
}

void repeat_open(void)
{
	const char *text = getenv("PALIMPSEST_REP");

	wanted = BULK_IF_POSSIBLE;
	if (text && strcmp(text, "each") == 0)
		wanted = BULK_NEVER;
	else if (text && strcmp(text, "bulk") == 0)
		wanted = BULK_ALWAYS;
	else if (text)
		output_fail(2, "PALIMPSEST_REP is neither each nor bulk: %s", text);
	if (wanted == BULK_NEVER || (guest_memory_found() && find_time() && find_functions()))
		return;
	if (wanted == BULK_ALWAYS)
		output_fail(2, "this Bochs lacks what iterations of REP in bulk need; package bochs of "
		               "Debian 12 has it");
	wanted = BULK_NEVER;
}

void repeat_close(void)
{
	if (wanted == BULK_ALWAYS && !executed)
		output_fail(2, "no iteration of REP was executed in bulk");
}

bool repeat_wanted(void)
{
	return wanted != BULK_NEVER;
}

/* Keeps the candidates that fell by 1 since the previous iteration. If the previous iteration
 * belonged to another instruction, or a timer went off, no candidate is left, and the search starts
 * again. */
static void search(void)
{
	size_t left = 0, found = 0;

	for (size_t i = 0; i < word_count; i++) {
		candidate[i] = words[i] == before[i] - 1 && (!rounds || candidate[i]);
		before[i] = words[i];
		if (candidate[i]) {
			left++;
			found = i;
		}
	}
	rounds = left ? rounds + 1 : 0;
	if (rounds >= ROUNDS && left == 1)
		countdown = &words[found];
	else if (++tries == TRIES && wanted == BULK_IF_POSSIBLE)
		wanted = BULK_NEVER;
}

/* Returns the number of whole elements between the accessed element and the end of its 64-byte
 * line. The last element of the page is not among them. Returns 0 if the accessed element is not
 * wholly in one line. */
static uint64_t left_in_line(const struct repeat_access *access)
{
	uint64_t end = access->physical % LINE_BYTES + access->length;
	uint64_t count;

	if (end >= LINE_BYTES)
		return 0;
	count = (LINE_BYTES - end) / access->length;
	return count - ((access->physical + access->length * (count + 1)) % PAGE_BYTES == 0);
}

/* Returns true if `reg` points to the element after the accessed one. */
static bool moves_up(const struct repeat_access *access, uint64_t reg)
{
	return reg == access->linear + access->length;
}

/* Returns true if this was an iteration of REP STOS or REP MOVS and its registers moved up (DF =
 * 0). */
static bool is_plain(const void *instruction, const uint64_t *registers, const struct repeat_iteration *last)
{
	bool copies = last->accesses == 2;
	const struct repeat_access *source = &last->access[0], *target = &last->access[copies];
	const void *its_function;

	if (last->accesses != 1 && !copies)
		return false;
	if (!target->write || !moves_up(target, registers[REGISTER_RDI]))
		return false;
	if (copies &&
	    (source->write || source->length != target->length || !moves_up(source, registers[REGISTER_RSI])))
		return false;
	memcpy(&its_function, instruction, sizeof its_function);
	return target->length <= 8 && its_function == function[copies][__builtin_ctz(target->length)] &&
	       target->length == 1U << __builtin_ctz(target->length);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t repeat_count(unsigned cpu, const void *instruction, const uint64_t *registers,
                      const struct repeat_iteration *last)
{
	/* With an address size of 16 bits, only these bits of RCX are the count. With a larger
	 * address size, `left` is a lower bound of the count. */
	uint64_t left = registers[REGISTER_RCX] & 0xFFFF;
	uint64_t count;

	if (wanted == BULK_NEVER || rip_several_cpus() || rip_breakpoints(cpu))
		return 0;
	if (!countdown) {
		search();
		return 0;
	}
	if (left < 2 || *countdown < 2 || !is_plain(instruction, registers, last))
		return 0;
	count = least(left - 1, *countdown - 1);
	for (unsigned i = 0; i < last->accesses; i++)
		count = least(count, left_in_line(&last->access[i]));
	return count;
}

/* Returns true if the address may be memory, and false if it may be that of a device. */
static bool may_be_memory(uint64_t physical)
{
	return physical < 0xA0000 || (physical >= 0x100000 && physical < 0xC0000000) || physical >> 32;
}

/* Returns the address in this process of the element after the accessed one, or NULL. */
static uint8_t *next_element(const struct repeat_access *access)
{
	uint8_t *frame =
	        may_be_memory(access->physical) ? guest_frame_for(access->physical, access->write) : NULL;

	return frame ? frame + access->physical % PAGE_BYTES + access->length : NULL;
}

bool repeat_execute(uint64_t *registers, const struct repeat_iteration *last, uint64_t count)
{
	bool copies = last->accesses == 2;
	const struct repeat_access *target = &last->access[copies];
	uint64_t bytes = count * target->length;
	uint8_t *to = next_element(target);
	uint8_t *from = next_element(&last->access[0]);

	/* If Bochs does not hold all guest memory at once, finding one frame may move another. */
	if (!to || !from || to != next_element(target))
		return false;
	if (copies) {
		if (to < from + bytes && from < to + bytes)
			return false;
		memcpy(to, from, bytes);
		registers[REGISTER_RSI] += bytes;
	} else {
		for (uint64_t at = 0; at < bytes; at += target->length)
			memcpy(to + at, to - target->length, target->length);
	}
	registers[REGISTER_RDI] += bytes;
	registers[REGISTER_RCX] -= count;
	*countdown -= (uint32_t)count;
	return executed = true;
}
