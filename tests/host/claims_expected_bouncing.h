/* SPDX-License-Identifier: MIT */
/* The part of claims_expected.h for the claims about the bouncing kernel (ISOLATION bouncing). */
#pragma once

#include "tests/host/claims_results.h"

static const struct expectation bouncing_expectations[] = {
	{ 10, "confirmed", "K = 1", COUNT(BOUNCING, "window.pages", "pages", "1") },
	{ 10, "refuted", "K = 3; an IDT of 256 gates takes 4096 bytes, the entry code 2609",
	  COUNT(BOUNCING, "window.pages", "pages", "3")
	          COUNT(BOUNCING, "window.pages", "code_bytes", "2609") },
	{ 10, "not measured", "missing: window.pages", COUNT("heap", "window.pages", "pages", "1") },

	{ 11, "confirmed", "3 pages of 2^36", UNAVAILABLE("3", "3", "9") },
	{ 11, "refuted", "20 pages of 2^36 cannot be had, of which 3", UNAVAILABLE("20", "3", "9") },
	{ 11, "inconclusive", "2 pages of 2^36 cannot be had, of which 3", UNAVAILABLE("2", "3", "9") },
	{ 11, "not measured", "missing: window.unavailable", UNAVAILABLE("3", "3", "0") },

	{ 12, "confirmed", "moves in 1200000 accesses of each allocator: sparse 1, random 0, sweeping 2",
	  MOVES("1", "0", "2", "1200000") },
	{ 12, "refuted", "random 2", MOVES("1", "2", "2", "1000000") },
	{ 12, "inconclusive", "1000000 accesses are needed", MOVES("0", "0", "1", "999999") },
	{ 12, "not measured", "missing: window.moves", MOVES("0", "0", "0", "0") },

	{ 13, "confirmed", "over 7 boots: irq.roundtrip.user 3.000 … 3.000 slower, syscall.null 1.060",
	  ENTRIES_COST("300", "106") },
	{ 13, "refuted", "irq.roundtrip.user 1.040 … 1.040 not slower", ENTRIES_COST("104", "90") },
	/*
	 * Inconclusive if a ratio is equal to the margin, or if only one of the two rows is slower.
	 */
	{ 13, "inconclusive", "irq.roundtrip.user 1.050 … 1.050 undecided", ENTRIES_COST("105", "300") },
	{ 13, "inconclusive", "syscall.null 1.000 … 1.000 not slower", ENTRIES_COST("300", "100") },
	{ 13, "not measured", "missing: irq.roundtrip.user and syscall.null",
	  CYCLES_OF(BOUNCING, "syscall.null 0", "300", "300", "300")
	          CYCLES_OF(DIRECT, "syscall.null 0", "100", "100", "100") },
	/* A bouncing kernel is compared only with a shared kernel of the same stack and loader. */
	{ 13, "not measured", "missing",
	  CYCLES_OF(BOUNCING, "syscall.null 0", "300", "300", "300")
	          CYCLES_OF(BOUNCING, "irq.roundtrip.user 0", "300", "300", "300")
	                  CYCLES_OF("heap", "irq.roundtrip.user 0", "100", "100", "100")
	                          CYCLES_OF("heap", "syscall.null 0", "100", "100", "100") },
	/*
	 * Counts of events decide the claim only if the answer is the same whatever each event
	 * costs.
	 */
	{ 13, "confirmed",
	  "events on Bochs, not time, from the event of least to that of largest ratio: "
	  "irq.roundtrip.user 1.500 … ∞ slower, syscall.null 1.200",
	  EVENT_OF(BOUNCING, "irq.roundtrip.user 0", "instructions",
	           "150 150") EVENT_OF(DIRECT, "irq.roundtrip.user 0", "instructions", "100 100")
	          EVENT_OF(BOUNCING, "irq.roundtrip.user 0", "cr3_writes", "2 2")
	                  EVENT_OF(DIRECT, "irq.roundtrip.user 0", "cr3_writes", "0 0")
	                          EVENT_OF(BOUNCING, "syscall.null 0", "instructions", "120 120")
	                                  EVENT_OF(DIRECT, "syscall.null 0", "instructions", "100 100") },
	{ 13, "inconclusive", "syscall.null 1.000 … 1.200 undecided",
	  EVENT_OF(BOUNCING, "irq.roundtrip.user 0", "instructions", "150 150")
	          EVENT_OF(DIRECT, "irq.roundtrip.user 0", "instructions", "100 100")
	                  EVENT_OF(BOUNCING, "syscall.null 0", "instructions", "120 120")
	                          EVENT_OF(DIRECT, "syscall.null 0", "instructions", "100 100")
	                                  EVENT_OF(BOUNCING, "syscall.null 0", "interrupts", "1 1")
	                                          EVENT_OF(DIRECT, "syscall.null 0", "interrupts", "1 1") },

	{ 14, "confirmed", "for an interrupt from user mode: 2, with shared isolation 0",
	  CR3_WRITES(BOUNCING, "2 2") CR3_WRITES("heap", "0 0") },
	{ 14, "refuted", "from user mode: 1;", CR3_WRITES(BOUNCING, "1 1") },
	{ 14, "inconclusive", "1 to 2",
	  CR3_WRITES(BOUNCING, "1 1") CR3_WRITES("heap-sw+window+bouncing", "2 2") },
	{ 14, "not measured", "missing: irq.roundtrip.user", CR3_WRITES("heap", "2 2") },

	{ 15, "confirmed", "over 7 boots: 8 B 3.000 … 3.000 slower, 1 MiB 1.060 … 1.060 slower",
	  COPIES("page", "300", "106") },
	{ 15, "refuted", "8 B 1.050 … 1.050 not slower, 1 MiB 0.900", COPIES("page", "105", "90") },
	{ 15, "inconclusive", "1 MiB 1.000 … 1.000 not slower", COPIES("page", "300", "100") },
	/*
	 * Claim 15 is about copies by temporary mappings (copy.user.page), so other copies do not
	 * count.
	 */
	{ 15, "not measured", "missing: copy.user.page", COPIES("walk", "300", "300") },
	{ 15, "not measured", "missing: sizes of copy.user.page; measured 8 … 8 bytes",
	  CYCLES_OF(BOUNCING, "copy.user.page 8", "300", "300", "300")
	          CYCLES_OF(DIRECT, "copy.user 8", "100", "100", "100") },
	{ 15, "inconclusive",
	  "events on Bochs, not time, from the event of least to that of largest ratio: "
	  "8 B 1.000 … 2.000 undecided, 1 MiB 2.000",
	  EVENT_OF(BOUNCING, "copy.user.page 8", "instructions",
	           "200 200") EVENT_OF(DIRECT, "copy.user 8", "instructions", "100 100")
	          EVENT_OF(BOUNCING, "copy.user.page 8", "rep_iterations", "8 8")
	                  EVENT_OF(DIRECT, "copy.user 8", "rep_iterations", "8 8")
	                          EVENT_OF(BOUNCING, "copy.user.page 1048576", "instructions", "200 200")
	                                  EVENT_OF(DIRECT, "copy.user 1048576", "instructions", "100 100") },

	{ 16, "confirmed", "0 of 10 tasks",
	  TRIES("bochs", BOUNCING, "window.supervisor_pages", "0", "10")
	          COUNT(BOUNCING, "window.supervisor_pages", "pages", "3") },
	{ 16, "refuted", "1 of 10 tasks", TRIES("bochs", BOUNCING, "window.supervisor_pages", "1", "10") },
	{ 16, "not measured", "missing", TRIES("bochs", "heap", "window.supervisor_pages", "0", "10") },

	{ 17, "confirmed",
	  "heap-sw+direct+bouncing: 99 of 1000 lines (9.9 %), 50 of 1000 bytes of code (5.0 %)",
	  CODE(BOUNCING, "99", "50", "1000", "1000") },
	{ 17, "refuted", "100 of 1000 lines (10.0 %)", CODE(BOUNCING, "100", "50", "1000", "1000") },
	{ 17, "refuted", "120 of 1000 bytes of code (12.0 %)",
	  CODE(BOUNCING, "50", "50", "1000", "1000")
	          CODE("heap-sw+window+bouncing", "50", "120", "1000", "1000") },
	{ 17, "not measured", "missing: isolation.code", CODE("heap", "1", "1", "1000", "1000") },
	{ 17, "not measured", "missing", CODE(BOUNCING, "1", "1", "1000", "0") },

	{ 18, "confirmed", "bouncing 0, shared 3", ENTRIES(BOUNCING, "0") ENTRIES("heap", "3") },
	{ 18, "refuted", "bouncing 3, shared 3", ENTRIES(BOUNCING, "3") ENTRIES("heap", "3") },
	{ 18, "inconclusive", "bouncing 0, shared 0", ENTRIES(BOUNCING, "0") ENTRIES("heap", "0") },
	{ 18, "not measured", "with shared isolation", ENTRIES(BOUNCING, "0") },
	{ 18, "not measured", "on a bouncing kernel", ENTRIES("heap", "3") },
};
