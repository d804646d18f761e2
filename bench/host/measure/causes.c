/* SPDX-License-Identifier: MIT */
#include "bench/host/measure/causes.h"

const struct cause causes[CAUSES] = {
	{ "due_instructions", "instructions", "#999999" },
	{ "due_strings", "REP MOVS and STOS", "#56b4e9" },
	{ "due_data", "data cache misses", "#0072b2" },
	{ "due_fetch", "code cache misses", "#cc79a7" },
	{ "due_translation", "TLB misses and walks", "#d55e00" },
	{ "due_mispredicts", "mispredicted branches", "#7f6000" },
	{ "due_rings", "delivery, IRET, SYSCALL, SYSRET", "#009e73" },
	{ "due_flushes", "TLB flushes (INVLPG, CR3)", "#e69f00" },
	{ "due_privileged", "port I/O, LOCK, CLI, STI, others", "#000000" },
};
