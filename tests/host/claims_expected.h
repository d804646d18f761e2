/* SPDX-License-Identifier: MIT */
/* Made-up results for each claim, and the verdict that the claim must get with them. */
#pragma once

#include "tests/host/claims_expected_bouncing.h"
#include "tests/host/claims_results.h"

static const struct expectation expectations[] = {
	{ 1, "confirmed", "0 on fixed-ist, 1 on heap-sw",
	  RSP_WRITES("window", "0") RSP_WRITES("random", "0") RSP_WRITES("heap", "1") },
	/* One fixed-ist image that switches stacks is enough to refute. */
	{ 1, "refuted", "2 on fixed-ist",
	  RSP_WRITES("window", "0") RSP_WRITES("random", "2") RSP_WRITES("heap", "1") },
	{ 1, "inconclusive", "finds no RSP write on heap-sw",
	  RSP_WRITES("window", "0") RSP_WRITES("heap", "0") },
	{ 1, "not measured", "missing: rsp_writes of a heap-sw image", RSP_WRITES("window", "0") },
	{ 1, "not measured", "missing: rsp_writes of a fixed-ist image", RSP_WRITES("heap", "1") },

	{ 2, "confirmed",
	  "of 16 switches back to a context on a fixed stack it was lost in 1 when another had run with the "
	  "same PML4, in 0",
	  SHARED_PML4("window", "1", "0") SHARED_PML4("heap", "0", "0") },
	/* The claim does not concern heap stacks. */
	{ 2, "confirmed", "lost in 1", SHARED_PML4("random", "1", "0") SHARED_PML4("heap", "7", "7") },
	{ 2, "refuted", "lost in 0", SHARED_PML4("window", "0", "0") SHARED_PML4("heap", "7", "0") },
	/* In one of two builds, separate PML4s do not help. */
	{ 2, "refuted", "of 32 switches back to a context on a fixed stack it was lost in 16 when another",
	  SHARED_PML4("window", "16", "0") SHARED_PML4("random", "0", "1") },
	{ 2, "inconclusive", "of 15", CONTROLLED("window", "pitfall.shared_pml4", "0", "0", "15") },
	{ 2, "not measured", "missing: pitfall.shared_pml4 on a fixed stack", SHARED_PML4("heap", "1", "0") },
	{ 2, "not measured", "missing", CONTROLLED("window", "pitfall.shared_pml4", "0", "0", "0") },
	{ 2, "not measured", "missing", TRIES("bochs", "window", "pitfall.shared_pml4", "1 !", "16 !") },
	{ 2, "not measured", "missing", TRIES("tcg", "window", "pitfall.shared_pml4", "1", "16") },

	{ 3, "confirmed", "of 16 tries each: 16 on a fixed stack (8 ended in an exception",
	  CR3_IN_C("window", "16", "8", "0", "0", "16") },
	/* The results on the scratch stack decide nothing. */
	{ 3, "confirmed", "16 on a fixed stack", CR3_IN_C("window", "16", "8", "0", "16", "16") },
	{ 3, "confirmed", "of 32 tries each: 32 on a fixed stack",
	  CR3_IN_C("window", "16", "8", "0", "0", "16") CR3_IN_C("heap", "16", "8", "0", "0", "16") },
	{ 3, "refuted", "15 on a fixed stack", CR3_IN_C("window", "15", "8", "0", "0", "16") },
	{ 3, "refuted", "0 on a fixed stack", CR3_IN_C("window", "0", "0", "0", "16", "16") },
	/* Switches on a heap stack are the control: if one of them fails, nothing is decided. */
	{ 3, "inconclusive", "1 on a heap stack", CR3_IN_C("window", "16", "8", "1", "0", "16") },
	{ 3, "not measured", "missing: pitfall.cr3_in_c", CR3_IN_C("window", "0", "0", "0", "0", "0") },
	{ 3, "not measured", "missing", CR3_IN_C("window", "16 !", "8 !", "0 !", "16 !", "16 !") },
	{ 3, "not measured", "missing", "tcg window pitfall.cr3_in_c 0 tries 16\n" },

	{ 4, "confirmed", "1 RSP writes in the entry stub, against 1",
	  RSP_WRITES(RSP0, "1") RSP_WRITES("heap", "1") RSP0_RAN },
	{ 4, "refuted", "heap-rsp0 14", RSP_WRITES(RSP0, "0") RSP_WRITES("heap", "1") RSP0_RAN },
	{ 4, "refuted", "ticks on KVM: heap-rsp0 500",
	  RSP_WRITES(RSP0, "0") RSP_WRITES("heap", "1") "kvm " RSP0 " irq.entry.user 0 tsc 500*9\n" },
	{ 4, "inconclusive", "finds no RSP write on heap-sw",
	  RSP_WRITES(RSP0, "0") RSP_WRITES("heap", "0") RSP0_RAN },
	{ 4, "not measured", "which shows that it works", RSP_WRITES(RSP0, "0") RSP_WRITES("heap", "1") },
	{ 4, "not measured", "which shows that it works",
	  RSP_WRITES(RSP0, "0") RSP_WRITES("heap", "1") "bochs " RSP0
	                                                " irq.entry.user 0 instructions 14 14 !\n" },
	{ 4, "not measured", "missing: rsp_writes of a heap-sw", RSP_WRITES(RSP0, "0") RSP0_RAN },
	{ 4, "not measured", "missing: rsp_writes of a heap-rsp0", RSP_WRITES("heap", "1") RSP0_RAN },

	/* Verdicts on measured times. */
	{ 5, "confirmed", "over 9 boots: 4 KiB 1.000 … 1.000 same, 1 MiB 1.040 … 1.040 same",
	  TIME("window", CR3, SMALL, "1000*9") TIME("heap", "", SMALL, "1000*9")
	          TIME("window", CR3, LARGE, "1040*9") TIME("heap", "", LARGE, "1000*9") },
	{ 5, "refuted", "1.200",
	  TIME("window", CR3, SMALL, "1000*9") TIME("heap", "", SMALL, "1000*9")
	          TIME("window", CR3, LARGE, "1200*9") TIME("heap", "", LARGE, "1000*9") },
	{ 5, "refuted", "0.500",
	  TIME("window", CR3, SMALL, "500*9") TIME("heap", "", SMALL, "1000*9")
	          TIME("window", CR3, LARGE, "1000*9") TIME("heap", "", LARGE, "1000*9") },
	/* The 95 % interval (ranks 2 and 8 of 9) includes the margin. */
	{ 5, "inconclusive", "1.000 … 1.100",
	  TIME("window", CR3, SMALL, "1000*4 1040 1100*4") TIME("heap", "", SMALL, "1000*9")
	          TIME("window", CR3, LARGE, "1000*9") TIME("heap", "", LARGE, "1000*9") },
	/* Five rounds are too few for an interval. */
	{ 5, "inconclusive", "; under 6 boots give no interval",
	  TIME("window", CR3, SMALL, "1200*5") TIME("heap", "", SMALL, "1000*5")
	          TIME("window", CR3, LARGE, "1200*5") TIME("heap", "", LARGE, "1000*5") },
	{ 5, "inconclusive", "1.000",
	  TIME("window", CR3, SMALL, "1000*5") TIME("heap", "", SMALL, "1000*5")
	          TIME("window", CR3, LARGE, "1000*5") TIME("heap", "", LARGE, "1000*5") },
	/* The cycle model: a verdict needs all three parameter sets to agree. */
	{ 5, "confirmed", "over 7 boots: 4 KiB 0.980 … 1.040 same, 1 MiB 0.980 … 1.040 same",
	  CYCLES("window", CR3, SMALL, "98", "100", "104") CYCLES("heap", "", SMALL, "100", "100", "100")
	          CYCLES("window", CR3, LARGE, "98", "100", "104")
	                  CYCLES("heap", "", LARGE, "100", "100", "100") },
	{ 5, "refuted", "1.100 … 1.300",
	  CYCLES("window", CR3, SMALL, "110", "120", "130") CYCLES("heap", "", SMALL, "100", "100", "100")
	          CYCLES("window", CR3, LARGE, "110", "120", "130")
	                  CYCLES("heap", "", LARGE, "100", "100", "100") },
	{ 5, "inconclusive", "0.900 … 1.200",
	  CYCLES("window", CR3, SMALL, "90", "110", "120") CYCLES("heap", "", SMALL, "100", "100", "100")
	          CYCLES("window", CR3, LARGE, "90", "110", "120")
	                  CYCLES("heap", "", LARGE, "100", "100", "100") },
	/* Each size is compared by itself. If the costs of one size differ, the claim is refuted. */
	{ 5, "refuted",
	  "4 KiB 0.800 … 0.900 faster, 1 MiB 0.980 … 1.040 same; same: the whole interval in 0.95 … 1.05",
	  CYCLES("window", CR3, SMALL, "80", "85", "90") CYCLES("heap", "", SMALL, "100", "100", "100")
	          CYCLES("window", CR3, LARGE, "98", "100", "104")
	                  CYCLES("heap", "", LARGE, "100", "100", "100") },
	/* Each boot has another memory layout. If boots differ in the order, nothing is decided. */
	{ 5, "inconclusive", "4 KiB 0.900 … 1.110 undecided",
	  BOOTS("window", CR3, SMALL, "cycles_low", "90*3 111*4")
	          BOOTS("window", CR3, SMALL, "cycles_nominal", "90*3 111*4")
	                  BOOTS("window", CR3, SMALL, "cycles_high", "90*3 111*4")
	                          CYCLES("heap", "", SMALL, "100", "100", "100")
	                                  CYCLES("window", CR3, LARGE, "100", "100", "100")
	                                          CYCLES("heap", "", LARGE, "100", "100", "100") },
	/* Two parameter sets are not enough. */
	{ 5, "not measured", "missing: exec.load",
	  EVENT("window", CR3, SMALL, "cycles_low", "110") EVENT("heap", "", SMALL, "cycles_low", "100")
	          EVENT("window", CR3, SMALL, "cycles_high", "110")
	                  EVENT("heap", "", SMALL, "cycles_high", "100")
	                          EVENT("window", CR3, LARGE, "cycles_low", "110")
	                                  EVENT("heap", "", LARGE, "cycles_low", "100")
	                                          EVENT("window", CR3, LARGE, "cycles_high", "110")
	                                                  EVENT("heap", "", LARGE, "cycles_high", "100") },
	/* Verdicts on counted events. */
	{ 5, "confirmed", "events on Bochs, not time", EQUAL_EVENTS(SMALL) EQUAL_EVENTS(LARGE) },
	{ 5, "refuted", "1 MiB 2.000 … ∞ more",
	  EQUAL_EVENTS(SMALL) EVENT("window", CR3, LARGE, "instructions", "200 200") EVENT(
	          "heap", "", LARGE, "instructions", "100 100") EVENT("window", CR3, LARGE, "invlpg", "9")
	          EVENT("window", CR3, LARGE, "cr3_writes", "0") EVENT("heap", "", LARGE, "invlpg", "0")
	                  EVENT("heap", "", LARGE, "cr3_writes", "0") },
	/* window has more of one event and fewer of another. The cost of neither event is known. */
	{ 5, "inconclusive", "invlpg 9 to 0",
	  EQUAL_EVENTS(SMALL) EVENT("window", CR3, LARGE, "instructions", "100 100") EVENT(
	          "heap", "", LARGE, "instructions", "100 100") EVENT("window", CR3, LARGE, "invlpg", "9")
	          EVENT("heap", "", LARGE, "invlpg", "0") EVENT("window", CR3, LARGE, "cr3_writes", "0")
	                  EVENT("heap", "", LARGE, "cr3_writes", "2") },
	/* If time was measured, the times decide, and events are ignored. */
	{ 5, "refuted",
	  "window (exec.load.flush_cr3: unmapped by one CR3 load) / heap (exec.load) in time, over 9 boots: "
	  "4 KiB 1.200 … 1.200 slower",
	  EQUAL_EVENTS(SMALL) EQUAL_EVENTS(LARGE) TIME("window", CR3, SMALL, "1200*9")
	          TIME("heap", "", SMALL, "1000*9") TIME("window", CR3, LARGE, "1200*9")
	                  TIME("heap", "", LARGE, "1000*9") },
	{ 5, "confirmed", "in time, over 9 boots: ",
	  EVENT("window", CR3, SMALL, "instructions", "9") EVENT("heap", "", SMALL, "instructions", "1")
	          TIME("window", CR3, SMALL, "1000*9") TIME("heap", "", SMALL, "1000*9")
	                  TIME("window", CR3, LARGE, "1000*9") TIME("heap", "", LARGE, "1000*9") },
	{ 5, "not measured", "measured 4096 … 4096 bytes", EQUAL_EVENTS(SMALL) },
	{ 5, "not measured", "measured 1048576 … 1048576 bytes", EQUAL_EVENTS(LARGE) },
	{ 5, "not measured", "missing: exec.load",
	  "tcg window exec.load 4096 tsc 5*9\ntcg heap exec.load 4096 tsc 5*9\n"
	  "tcg window exec.load 1048576 tsc 5*9\ntcg heap exec.load 1048576 tsc 5*9\n" },
	{ 5, "not measured", "measured 4096 … 4096 bytes",
	  EQUAL_EVENTS(SMALL) EVENT("window", CR3, LARGE, "instructions", "100 !")
	          EVENT("heap", "", LARGE, "instructions", "100") },

	/* Verdicts on measured times. */
	{ 6, "confirmed", "in time: 0.800 … 0.900", TIMES("800*9", "1000*9", "900*9", "1000*9") },
	{ 6, "refuted", "in time: 1.000 … 1.200", TIMES("1000*9", "1000*9", "1200*9", "1000*9") },
	{ 6, "inconclusive", "in time", TIMES("800*9", "1000*9", "1200*9", "1000*9") },
	{ 6, "inconclusive", "in time", TIMES("900*4 1000 1100*4", "1000*9", "900*9", "1000*9") },
	{ 6, "inconclusive", "too few for a 95 % interval", TIMES("800*5", "1000*5", "800*5", "1000*5") },
	{ 6, "inconclusive", "in time", TIMES("1200*5", "1000*5", "1200*5", "1000*5") },
	/* The cycle model: an order counts only if it is the same with all three parameter sets. */
	{ 6, "confirmed", "in modelled cycles: 0.800 … 0.950",
	  EVENTS("cycles_low", "80", "100", "90", "100") EVENTS("cycles_nominal", "80", "100", "90", "100")
	          EVENTS("cycles_high", "90", "100", "95", "100") },
	{ 6, "refuted", "in modelled cycles: 1.100 … 1.300",
	  EVENTS("cycles_low", "110", "100", "110", "100")
	          EVENTS("cycles_nominal", "120", "100", "120", "100")
	                  EVENTS("cycles_high", "130", "100", "130", "100") },
	{ 6, "inconclusive", "in modelled cycles: 0.800 … 1.010",
	  EVENTS("cycles_low", "80", "100", "80", "100") EVENTS("cycles_nominal", "90", "100", "90", "100")
	          EVENTS("cycles_high", "101", "100", "101", "100") },
	{ 6, "inconclusive", "in modelled cycles: 0.900 … 1.300",
	  EVENTS("cycles_low", "90", "100", "90", "100") EVENTS("cycles_nominal", "120", "100", "120", "100")
	          EVENTS("cycles_high", "130", "100", "130", "100") },
	{ 6, "not measured", "missing: exec.load", EVENTS("cycles_nominal", "80", "100", "80", "100") },
	/* Verdicts on counted events. */
	{ 6, "confirmed", "instructions on Bochs (events, not time): 0.800 … 0.900",
	  EVENTS("instructions", "80 80", "100 100", "90 90", "100 100")
	          EVENTS("invlpg", "1 1", "1 1", "1 1", "2 2") },
	{ 6, "refuted", "1.000 … 1.200", EVENTS("instructions", "100 100", "100 100", "120 120", "100 100") },
	/* Fewer instructions, but more page-walk reads. */
	{ 6, "inconclusive", "walk_reads 7 to 5",
	  EVENTS("instructions", "80 80", "100 100", "90 90", "100 100")
	          EVENTS("walk_reads", "7 7", "5 5", "7 7", "5 5") },
	/* The preset window is faster when cold, but slower when warm. */
	{ 6, "inconclusive", "", EVENTS("instructions", "120 120", "100 100", "90 90", "100 100") },
	{ 6, "not measured", "missing: exec.load.cold",
	  EVENT("window", CR3, SMALL, "instructions", "80")
	          EVENT("random", CR3, SMALL, "instructions", "100") },
	{ 6, "not measured", "missing: exec.load.flush_cr3 of both",
	  EVENT("window", ".cold", SMALL, "instructions", "80")
	          EVENT("random", ".cold", SMALL, "instructions", "100") },

	{ 7, "confirmed", "0 of 16 spawn calls were interrupted in the loader",
	  CALL_IRQ("window", "0", "0", "8") CALL_IRQ("random", "0", "0", "8") },
	/* The results of pitfall.window_irq decide nothing. */
	{ 7, "confirmed", "0 of 16 spawn calls",
	  CALL_IRQ("window", "0", "0", "16") WINDOW_IRQ("window", "1", "16", "8") },
	{ 7, "refuted", "1 of 16 spawn calls",
	  CALL_IRQ("window", "0", "0", "8") CALL_IRQ("random", "1", "0", "8") },
	{ 7, "refuted", "1 of 2 spawn calls",
	  CALL_IRQ("window", "1", "0", "2") WINDOW_IRQ("window", "0", "16", "8") },
	{ 7, "inconclusive", "1 with interrupts off", CALL_IRQ("window", "16", "1", "16") },
	{ 7, "inconclusive", "0 of 15 spawn calls", CALL_IRQ("window", "0", "0", "15") },
	{ 7, "not measured", "missing: pitfall.call_irq", CALL_IRQ("window", "0", "0", "0") },
	/* Builds without a window are not what the note proposes. */
	{ 7, "not measured", "missing: pitfall.call_irq", CALL_IRQ("heap", "16", "0", "16") },
	{ 7, "not measured", "missing", CALL_IRQ("window", "1 !", "0 !", "16 !") },
	{ 7, "not measured", "missing", TRIES("tcg", "window", "pitfall.call_irq", "0", "16") },

	{ 8, "confirmed",
	  "9 words with kernel addresses on a program's stack after 32 interrupts out of user mode taken "
	  "there; "
	  "0 after",
	  USER_STACK("heap", "9", "0", "16") USER_STACK("window", "0", "0", "16") },
	{ 8, "refuted", "0 words", USER_STACK("heap", "0", "0", "16") USER_STACK("window", "0", "0", "16") },
	{ 8, "inconclusive", "1 after as many regular ones",
	  USER_STACK("heap", "9", "0", "16") USER_STACK("window", "9", "1", "16") },
	{ 8, "inconclusive", "after 15 interrupts",
	  CONTROLLED("heap", "pitfall.user_stack_irq", "0", "0", "15") },
	{ 8, "not measured", "missing: pitfall.user_stack_irq",
	  CONTROLLED("heap", "pitfall.user_stack_irq", "0", "0", "0") },
	{ 8, "not measured", "missing", TRIES("bochs", "heap", "pitfall.user_stack_irq", "9 !", "16 !") },
	{ 8, "not measured", "missing", TRIES("tcg", "heap", "pitfall.user_stack_irq", "9", "16") },

	{ 9, "confirmed", "0 violations over 9 address spaces, 2 strategies",
	  TRIES("bochs", "window", "window.same_frame", "0", "5")
	          TRIES("kvm", "random", "window.same_frame", "0", "4") },
	{ 9, "refuted", "1 violations",
	  TRIES("bochs", "window", "window.same_frame", "0", "5")
	          TRIES("bochs", "random", "window.same_frame", "1", "5") },
	{ 9, "not measured", "1 address spaces, wanted 2",
	  TRIES("bochs", "window", "window.same_frame", "0", "1") },
	{ 9, "not measured", "missing", TRIES("tcg", "window", "window.same_frame", "0", "5") },
	{ 9, "not measured", "missing",
	  TRIES("bochs", "fixed-ist+window+private", "window.same_frame", "0", "5") },

	{ 19, "confirmed", "0 violations over 6 tries",
	  TRIES("bochs", "heap", "isolation.tags", "0 0", "3 3") },
	{ 19, "refuted", "1 violations over 6 tries",
	  TRIES("bochs", "heap", "isolation.tags", "0 1", "3 3") },
	{ 19, "not measured", "missing: tries", TRIES("bochs", "heap", "isolation.tags", "0", "0") },
	{ 19, "not measured", "missing", TRIES("tcg", "heap", "isolation.tags", "0", "5") },

	{ 20, "confirmed",
	  "as written, stacks overlap from PID 2 on; with PID times 64 KiB they never overlap",
	  FORMULA("2", "0", "0") },
	{ 20, "confirmed", "as written, stacks never overlap; with PID times 64 KiB from PID 65537 on",
	  FORMULA("0", "65537", "0") },
	/* The largest valid PID, and the first invalid one. */
	{ 20, "confirmed", "never overlap and leave the user half at PID 2147483647",
	  FORMULA("0", "0", "2147483647") },
	{ 20, "refuted", "at PID 2147483648", FORMULA("0", "0", "2147483648") },
	{ 20, "refuted", "they never overlap", FORMULA("0", "0", "0") },
	{ 20, "not measured", "missing: arith.stack_formula",
	  COUNT("heap", "arith.stack_formula", "first_overlap_as_written", "2") },
	{ 20, "not measured", "missing", FORMULA("2 !", "0 !", "0 !") },
	{ 20, "not measured", "missing", "tcg heap arith.stack_formula 0 first_overlap_as_written 2\n" },

	{ 21, "confirmed",
	  "images over 5000 bytes reach it: 0 of the images here; in this kernel 0 overlaps over 18",
	  OVERLAP("heap", "0", "0") OVERLAP("window", "0", "0") },
	/* The claim is about the layout that the note describes, so overlaps there decide. */
	{ 21, "confirmed", "2 overlaps over 9 tries", OVERLAP("heap", "0", "2") },
	{ 21, "refuted", "1 of the images here", OVERLAP("heap", "1", "0") },
	{ 21, "not measured", "missing: user.stack_overlap",
	  TRIES("bochs", "heap", "user.stack_overlap", "0", "9") },
	{ 21, "not measured", "missing", COUNT("heap", "user.stack_overlap", "note_overlaps", "1") },
	{ 21, "not measured", "missing",
	  OVERLAP("heap", "1 !", "0 !") TRIES("tcg", "heap", "user.stack_overlap", "0", "9") },

	{ 22, "confirmed",
	  "on heap stacks 0 of 16 handlers that ran during a spawn call stored into the wrong address space, "
	  "0 when the loader was entered with interrupts off, 12 when they were forced on; 10 of 10 damaged",
	  SANDWICH("heap", "0", "12", "0", "10") },
	{ 22, "refuted", "1 of 16 handlers", SANDWICH("heap", "1", "12", "0", "10") },
	{ 22, "refuted", "1 frames leaked", SANDWICH("heap", "0", "12", "1", "10") },
	/* The worse of two builds with heap stacks decides; fixed stacks decide nothing. */
	{ 22, "refuted", "9 of 10 damaged",
	  SANDWICH("heap", "0", "12", "0", "10") SANDWICH(RSP0, "0", "12", "0", "9") },
	{ 22, "confirmed", "0 of 16 handlers",
	  SANDWICH("heap", "0", "12", "0", "10") SANDWICH("fixed-ist+sandwich+shared", "1", "0", "0", "10") },
	{ 22, "inconclusive", "0 when they were forced on", SANDWICH("heap", "0", "0", "0", "10") },
	{ 22, "not measured", "missing: pitfall.sandwich_irq of a build with the sandwich on heap stacks",
	  SANDWICH("fixed-ist+sandwich+shared", "1", "12", "0", "10") },
	{ 22, "not measured", "missing", SANDWICH("window", "1", "12", "0", "10") },
	{ 22, "not measured", "missing", TRIES("bochs", "heap", "pitfall.sandwich_irq", "0", "0") },
	{ 22, "not measured", "missing", TRIES("bochs", "heap", "pitfall.sandwich_irq", "0 !", "16 !") },
	{ 22, "not measured", "missing", TRIES("tcg", "heap", "pitfall.sandwich_irq", "0", "16") },

	{ 23, "confirmed", "0 frames of difference over 10000 rounds",
	  TRIES("bochs", "heap", "leak.spawn", "0", "6000")
	          TRIES("bochs", "window", "leak.spawn", "0", "4000") },
	{ 23, "refuted", "2 frames of difference", TRIES("bochs", "heap", "leak.spawn", "2", "10000") },
	/* To confirm the claim, 10000 rounds are needed. To refute it, one leak in any round is enough. */
	{ 23, "refuted", "1 frames of difference", TRIES("bochs", "heap", "leak.spawn", "1", "3") },
	{ 23, "inconclusive", "wanted 10000 rounds", TRIES("bochs", "heap", "leak.spawn", "0", "9999") },
	{ 23, "not measured", "missing: tries", TRIES("bochs", "heap", "leak.spawn", "0", "0") },

	{ 24, "confirmed", "poison: 1 over 32 teardowns before the switch, 0 after",
	  TEARDOWN("heap", "1", "0") TEARDOWN("window", "0", "0") },
	{ 24, "refuted", "poison: 0 over 16", TEARDOWN("heap", "0", "0") },
	{ 24, "inconclusive", "1 after it", TEARDOWN("heap", "16", "0") TEARDOWN("window", "16", "1") },
	{ 24, "not measured", "missing: teardown.order",
	  CONTROLLED("heap", "teardown.order", "0", "0", "0") },
	{ 24, "not measured", "missing", TRIES("bochs", "heap", "teardown.order", "1 !", "16 !") },
	{ 24, "not measured", "missing", TRIES("tcg", "heap", "teardown.order", "1", "16") },

	{ 25, "confirmed", "0 violations over 100000 operations, 2 strategies",
	  TRIES("bochs", "heap", "heap.fuzz", "0", "60000")
	          TRIES("kvm", "window", "heap.fuzz", "0", "40000") },
	/* One counter-example is enough, however few operations were tried. */
	{ 25, "refuted", "1 violations over 3 operations", TRIES("bochs", "heap", "heap.fuzz", "1", "3") },
	{ 25, "refuted", "1 violations", TRIES("bochs", "heap", "heap.fuzz", "0*15 1", "9999*16") },
	{ 25, "inconclusive", "; wanted 100000", TRIES("bochs", "heap", "heap.fuzz", "0", "99999") },
	{ 25, "not measured", "missing: heap.fuzz", TRIES("bochs", "heap", "heap.fuzz", "0", "0") },
	{ 25, "not measured", "missing", TRIES("bochs", "heap", "heap.fuzz", "1 !", "9 !") },
	{ 25, "not measured", "missing", TRIES("tcg", "heap", "heap.fuzz", "0", "100000") },

	{ 26, "confirmed", "1826816 bytes (1.74 MiB), as by arithmetic",
	  BOOT_LAYOUT("largest_kernel_1k", "1826816", "1826816") },
	{ 26, "refuted", "1822720 bytes", BOOT_LAYOUT("largest_kernel_1k", "1822720", "1822720") },
	{ 26, "inconclusive", "has 1822720 bytes, but by arithmetic it has 1826816",
	  BOOT_LAYOUT("largest_kernel_1k", "1822720", "1826816") },
	{ 26, "not measured", "missing: level1.layout, which run-bench.sh --level1 boots",
	  COMPUTED("largest_kernel_1k", "1826816") },
	{ 26, "not measured", "missing: arith.boot_layout",
	  LEVEL1("layout", "largest_kernel_1k", "1826816") },
	{ 26, "not measured", "missing: level1", BOOT_LAYOUT("largest_kernel_1k", "1826816 !", "1826816") },

	{ 27, "confirmed", "at most 254 CPUs, as by arithmetic", BOOT_LAYOUT("most_cpus_8k", "254", "254") },
	{ 27, "refuted", "at most 256 CPUs", BOOT_LAYOUT("most_cpus_8k", "256", "256") },
	{ 27, "inconclusive", "up to 253 CPUs, but by arithmetic with up to 254",
	  BOOT_LAYOUT("most_cpus_8k", "253", "254") },
	{ 27, "not measured", "missing: level1.layout", COMPUTED("most_cpus_8k", "254") },
	{ 27, "not measured", "missing: arith.boot_layout", LEVEL1("layout", "most_cpus_8k", "254") },

	{ 28, "confirmed", "leave 1016 KiB", BOOT_LAYOUT("largest_kernel_4k", "1040384", "1040384") },
	{ 28, "refuted", "leave 1024 KiB", BOOT_LAYOUT("largest_kernel_4k", "1048576", "1048576") },
	{ 28, "inconclusive", "1020 KiB for the kernel that booted, but 1016 KiB",
	  BOOT_LAYOUT("largest_kernel_4k", "1044480", "1040384") },
	{ 28, "not measured", "missing: level1.layout", COMPUTED("largest_kernel_4k", "1040384") },
	{ 28, "not measured", "missing: arith.boot_layout",
	  LEVEL1("layout", "largest_kernel_4k", "1040384") },

	{ 29, "refuted", "at most 1024 of 1024 bytes of stack; the whole boot took 392",
	  SMALL_STACK("heap", "136", "1") SMALL_STACK("window", "1024", "1")
	          COUNT("heap", "pitfall.small_stack", "boot_high_water", "392") },
	{ 29, "confirmed", "at most 1032",
	  SMALL_STACK("heap", "136", "1") SMALL_STACK("window", "1032", "1") },
	{ 29, "not measured", "missing: pitfall.small_stack", SMALL_STACK("heap", "136", "0") },
	{ 29, "not measured", "missing", SMALL_STACK("heap", "136 !", "1 !") },

	{ 30, "confirmed", "of 32 each: 32 with the code at its new place alone, 0 with it at both",
	  MOVED("heap", "16", "0") MOVED("window", "16", "0") },
	{ 30, "refuted", "0 with the code", MOVED("heap", "0", "0") },
	{ 30, "inconclusive", "15 with the code", MOVED("heap", "15", "0") },
	{ 30, "inconclusive", "1 with it at both", MOVED("heap", "16", "1") },
	{ 30, "not measured", "missing: pitfall.moved_kernel",
	  COUNT("heap", "pitfall.moved_kernel", "tries", "16") },

	{ 31, "confirmed",
	  "the stack takes 20 lines, moving the kernel 30; of 12 faults each, they survive 2 and 2",
	  PLANS("30", "20", "2", "2", "1") },
	{ 31, "refuted", "takes 31 lines", PLANS("30", "31", "2", "1", "1") },
	{ 31, "inconclusive", "takes 20 lines", PLANS("30", "20", "2", "1", "1") },
	{ 31, "inconclusive", "takes 30 lines", PLANS("30", "30", "1", "2", "1") },
	{ 31, "inconclusive", "takes 31 lines", PLANS("30", "31", "2", "2", "1") },
	{ 31, "inconclusive", "does not work", PLANS("30", "20", "2", "2", "0") },
	{ 31, "not measured", "missing: level1.plans", LEVEL1("plans", "kernel_lines", "30") },

	{ 33, "confirmed",
	  "0 accesses go wrong and 0 frames leak over 100000 unmaps of parts of regions; without it, over "
	  "500 "
	  "each, 7 frames leak if a region stays and 5 accesses fault",
	  FUZZ("0 0", "0 0", "2 3", "4 3", "50000 50000") },
	{ 33, "refuted", "with splitting 1 accesses", FUZZ("1", "0", "5", "7", "100000") },
	{ 33, "refuted", "and 1 frames leak over 3", FUZZ("0", "1", "5", "7", "3") },
	/* Nothing goes wrong with or without splitting, so splitting makes no difference. */
	{ 33, "refuted", "0 frames leak if", FUZZ("0", "0", "0", "0", "100000") },
	{ 33, "inconclusive", "0 accesses fault", FUZZ("0", "0", "0", "1", "100000") },
	{ 33, "inconclusive", "0 frames leak if", FUZZ("0", "0", "1", "0", "100000") },
	{ 33, "inconclusive", "; wanted 100000", FUZZ("0", "0", "5", "7", "99999") },
	{ 33, "not measured", "missing: regions.fuzz",
	  TRIES("bochs", "heap", "regions.fuzz", "0", "100000") },
	{ 33, "not measured", "missing", FUZZ("0 !", "0 !", "5 !", "7 !", "100000 !") },
	{ 33, "not measured", "missing", TRIES("tcg", "heap", "regions.fuzz", "1", "100000") },

	{ 34, "confirmed",
	  "16 of 16 files mapped to the end of their last page with zeros after their last byte; of the "
	  "mappings "
	  "of one page more, 16 were refused and 0 made",
	  FILE_END("16", "16", "0", "0", "16") },
	/* The claim is refuted if mmap() of one page too many succeeds, as it does on Linux. */
	{ 34, "refuted", "0 were refused and 16 made", FILE_END("16", "0", "16", "0", "16") },
	{ 34, "refuted", "15 were refused and 1 made", FILE_END("16", "15", "0", "1", "16") },
	{ 34, "refuted", "15 of 16 files", FILE_END("15", "16", "0", "0", "16") },
	{ 34, "inconclusive", "15 were refused and 0 made", FILE_END("16", "15", "0", "0", "16") },
	{ 34, "inconclusive", "; wanted 16 files", FILE_END("15", "15", "0", "0", "15") },
	{ 34, "not measured", "missing: map.file_end", FILE_END("0", "0", "0", "0", "0") },
	{ 34, "not measured", "missing", FILE_END("16 !", "0 !", "16 !", "0 !", "16 !") },
	{ 34, "not measured", "missing", TRIES("tcg", "heap", "map.file_end", "1", "16") },

	{ 32, "confirmed",
	  "with a read-write lock, 1.0 % of the checks block, with a mutex 90.0 %; the rate is 1.06 … 1.06 "
	  "times as high",
	  VALIDATED("900", "10", "106*7", "100*7") },
	{ 32, "inconclusive", "1.00 … 1.20 times", VALIDATED("900", "10", "100*4 120*3", "100*7") },
	{ 32, "inconclusive", "too few for a 95 % interval",
	  VALIDATED("900", "10", "190 200 210 205 195", "100*5") },
	{ 32, "refuted", "1.04 … 1.04 times", VALIDATED("900", "10", "104*7", "100*7") },
	{ 32, "refuted", "with a mutex 90.0 %", VALIDATED("900", "900", "200*7", "100*7") },
	{ 32, "not measured", "missing: validate.rate",
	  CHECK_CYCLES("mutex", "200*7") CHECK_CYCLES("rwlock", "100*7") },
	{ 32, "not measured", "missing", VALIDATED("900 !", "10 !", "106*7 !", "100*7 !") },

	{ 35, "confirmed",
	  "1 of 30 wake-ups are lost if a CPU releases the lock and then blocks, 0 of 10000000 if it does "
	  "both at once",
	  WAKE_UPS("5000000 5000000", "0 0", "10 20", "1 0") },
	{ 35, "refuted", "1 of 2 if it does both", WAKE_UPS("2", "1", "30", "1") },
	{ 35, "refuted", "0 of 10000000 wake-ups are lost if", WAKE_UPS("10000000", "0", "10000000", "0") },
	{ 35, "inconclusive", "0 of 9999999 wake-ups are lost if",
	  WAKE_UPS("10000000", "0", "9999999", "0") },
	{ 35, "inconclusive", "0 of 9999999 if it does both", WAKE_UPS("9999999", "0", "30", "1") },
	{ 35, "not measured", "missing: block.lost on 2 CPUs (docs/cpus.md)", WAKE_UPS("0", "0", "30", "1") },
	{ 35, "not measured", "missing", WAKE_UPS("10000000 !", "0 !", "30 !", "1 !") },
	{ 35, "not measured", "missing", COUNT("heap", "block.lost", "lost", "1") },

	{ 36, "confirmed",
	  "8 of 8 segments are read when a scan comes to their keys; with them 0 over 4096 keys, and 8 by",
	  SHM_SCAN("0", "8", "8", "8", "4096") },
	{ 36, "refuted", "0 of 8 segments", SHM_SCAN("0", "0", "8", "8", "4096") },
	{ 36, "inconclusive", "with them 1 over", SHM_SCAN("1", "8", "8", "8", "4096") },
	{ 36, "inconclusive", "7 of 8", SHM_SCAN("0", "7", "8", "8", "4096") },
	{ 36, "inconclusive", "7 by their owner", SHM_SCAN("0", "8", "8", "7", "4096") },
	{ 36, "inconclusive", "over 4095 keys", SHM_SCAN("0", "8", "8", "8", "4095") },
	{ 36, "not measured", "missing: shm.scan", SHM_SCAN("0", "8", "8", "8", "0") },
	{ 36, "not measured", "missing", SHM_SCAN("0 !", "8 !", "8 !", "8 !", "4096 !") },
	{ 36, "not measured", "missing", TRIES("tcg", "heap", "shm.scan", "1", "4096") },

	{ 37, "confirmed",
	  "of 1000 bytes that files do not need 500 come back (0 of a kernel that gives nothing back), 0 of "
	  "100",
	  GIVE_BACK("0", "500", "0", "0", "100") },
	{ 37, "refuted", "499 come back", GIVE_BACK("0", "499", "0", "0", "100") },
	/* A kernel that gives nothing back would have these results. */
	{ 37, "refuted", "do not need 0 come back", GIVE_BACK("0", "0", "0", "0", "100") },
	{ 37, "refuted", "1 of 3 files differ", GIVE_BACK("1", "900", "0", "0", "3") },
	{ 37, "refuted", "2 frames are lost", GIVE_BACK("0", "900", "0", "2", "100") },
	{ 37, "inconclusive", "(1 of a kernel", GIVE_BACK("0", "900", "1", "0", "100") },
	{ 37, "inconclusive", "0 of 99 files", GIVE_BACK("0", "900", "0", "0", "99") },
	{ 37, "not measured", "missing: modules.give_back", GIVE_BACK("0", "900", "0", "0", "0") },
	{ 37, "not measured", "missing", GIVE_BACK("0 !", "900 !", "0 !", "0 !", "100 !") },
	{ 37, "not measured", "missing", GIVE_BACK("0", "900", "0 !", "0", "100") },
	{ 37, "not measured", "missing", TRIES("tcg", "heap", "modules.give_back", "1", "100") },

	{ 38, "confirmed", "they take fewer up to 63 CPUs, 629 against 630; all CPUs start",
	  CPUS_MEMORY("629", "700", "0") },
	{ 38, "refuted",
	  "at 63 CPUs, of 10 numbers up to 64, structures made at run time take at least as many bytes",
	  CPUS_MEMORY("630", "700", "0") },
	{ 38, "refuted", "1 CPUs did not start", CPUS_MEMORY("629", "700", "1") },
	{ 38, "not measured", "missing: cpus.memory", CPUS_MEMORY("629", "700 !", "0") },
	{ 38, "not measured", "missing: cpus.memory", CPUS_MEMORY("629", "700", "0 !") },
	{ 38, "not measured", "missing: cpus.memory", CPU_MEMORY("64", "629", "630") },

	{ 39, "confirmed", "1 overflows went on in the neighbour", OVERFLOW("1", "7", "8", "8", "1", "8") },
	{ 39, "confirmed", "1 overflows", OVERFLOW("1", "0", "0", "0", "0", "1") },
	{ 39, "refuted",
	  "0 overflows went on in the neighbour; of 8 each, 8 of the program's own stack and 8 of a stack "
	  "with",
	  OVERFLOW("0", "8", "8", "8", "1", "8") },
	{ 39, "inconclusive", "7 of the program's own", OVERFLOW("0", "7", "8", "8", "1", "8") },
	{ 39, "inconclusive", "7 of a stack with", OVERFLOW("0", "8", "7", "8", "1", "8") },
	/* If nothing is overwritten even without a guard page, the experiment misses overflows. */
	{ 39, "inconclusive", "0 overflows", OVERFLOW("0", "8", "8", "0", "1", "8") },
	{ 39, "inconclusive", "of 7 each", OVERFLOW("0", "7", "7", "7", "0", "7") },
	{ 39, "not measured", "missing: user.stack_overflow",
	  TRIES("bochs", "heap", "user.stack_overflow", "0", "8") },
	{ 39, "not measured", "missing", OVERFLOW("0", "8", "8", "8", "1", "0") },
	{ 39, "not measured", "missing", OVERFLOW("0 !", "8 !", "8 !", "8 !", "1 !", "8 !") },

	{ 40, "confirmed", "0 misses over 248 pages looked up, 0 programs failed; 9 misses with",
	  ELF_ORDER("0", "0", "9", "248") },
	{ 40, "refuted", "1 misses over", ELF_ORDER("1", "0", "9", "248") },
	{ 40, "refuted", "1 programs failed", ELF_ORDER("0", "1", "9", "31") },
	{ 40, "inconclusive", "0 misses with", ELF_ORDER("0", "0", "0", "248") },
	{ 40, "inconclusive", "; wanted 248 pages", ELF_ORDER("0", "0", "9", "247") },
	{ 40, "not measured", "missing: regions.elf_order",
	  TRIES("bochs", "heap", "regions.elf_order", "0", "248") },
	{ 40, "not measured", "missing", ELF_ORDER("0 !", "0 !", "9 !", "248 !") },
};

#define OTHERS       (sizeof expectations / sizeof expectations[0])
#define EXPECTATIONS (OTHERS + sizeof bouncing_expectations / sizeof bouncing_expectations[0])

static inline const struct expectation *expectation(size_t i)
{
	return i < OTHERS ? &expectations[i] : &bouncing_expectations[i - OTHERS];
}
