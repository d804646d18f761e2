/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/debugger.h"

#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bochs/hooks.h"
#include "bench/bochs/output.h"

/* The functions that look for breakpoints. The first returns true if execution must stop. */
static const char *const functions[] = {
	"_ZN8BX_CPU_C22dbg_instruction_epilogEv", /* after each instruction */
	"_Z24bx_dbg_lin_memory_accessjmmjjjPh",   /* after each access to a linear address */
	"_Z24bx_dbg_phy_memory_accessjmjjjjPh",   /* after each access to a physical address */
};

enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* 32-bit variables of Bochs. All are 0 if the debugger has nothing to look for. The first word of
 * bx_guard has a bit for each kind of breakpoint, and one for a number of steps. */
static const char *const words[] = { "bx_guard", "num_read_watchpoints", "num_write_watchpoints",
	                             "dbg_show_mask" };

static enum { KEEP, SKIP_IF_POSSIBLE, SKIP } wanted;

void debugger_open(void)
{
	const char *text = getenv("PALIMPSEST_DEBUGGER");

	wanted = SKIP_IF_POSSIBLE;
	if (text && strcmp(text, "keep") == 0)
		wanted = KEEP;
	else if (text && strcmp(text, "skip") == 0)
		wanted = SKIP;
	else if (text)
		output_fail(2, "PALIMPSEST_DEBUGGER is neither keep nor skip: %s", text);
}

/* Returns true if the debugger has nothing to look for. */
static bool is_idle(void)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const uint32_t *word = dlsym(RTLD_DEFAULT, words[i]);

		if (!word || *word)
			return false;
	}
	return true;
}

void debugger_skip(bool one_cpu)
{
	static const unsigned char code[] = { 0x31, 0xC0, 0xC3 }; /* xor eax, eax; ret */
	unsigned char *start[FUNCTIONS];
	bool possible = one_cpu && is_idle();

	for (size_t i = 0; i < FUNCTIONS; i++) {
		start[i] = dlsym(RTLD_DEFAULT, functions[i]);
		possible = possible && start[i];
	}
	if (wanted == SKIP && !possible)
		output_fail(2, "Bochs's debugger has something to do here, or is not the one of package "
		               "bochs of Debian 12; without PALIMPSEST_DEBUGGER=skip it stays as it is");
	if (wanted == KEEP || !possible)
		return;
	for (size_t i = 0; i < FUNCTIONS; i++) {
		hook_make_writable(start[i], sizeof code, functions[i]);
		memcpy(start[i], code, sizeof code);
	}
	signal(SIGINT, SIG_DFL);
}

void debugger_skip_state(void)
{
	static const char *const lists[] = { "_ZN8BX_CPU_C14register_stateEv",
		                             "_ZN8BX_MEM_C14register_stateEv" };
	static const unsigned char code[] = { 0xC3 }; /* ret */

	for (size_t i = 0; i < sizeof lists / sizeof *lists && wanted != KEEP; i++) {
		unsigned char *start = dlsym(RTLD_DEFAULT, lists[i]);

		if (start) {
			hook_make_writable(start, sizeof code, lists[i]);
			memcpy(start, code, sizeof code);
		} else if (wanted == SKIP) {
			output_fail(2,
			            "Bochs has no function %s; without PALIMPSEST_DEBUGGER=skip the run only "
			            "takes longer",
			            lists[i]);
		}
	}
}
