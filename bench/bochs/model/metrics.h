/* SPDX-License-Identifier: MIT */
/*
 * The metrics of the cycle model. With a profile, the lines of the stream have these metrics after
 * those of bench/bochs/metrics.h (docs/model.md). The model's caches and TLBs have the
 * profile's sizes. Misses are counted for instruction fetches, data and page walks alike.
 *
 * CYCLES_*     Cycles in the three parameter sets, rounded.
 * ITLB_MISSES  Misses of the first-level TLB for code.
 * DTLB_MISSES  Misses of the first-level TLB for data.
 * STLB_MISSES  First-level misses that miss the second-level TLB too: page walks.
 * L1_MISSES    Lines that miss L1I or L1D.
 * L2_MISSES    Lines that miss L1 and L2.
 * L3_MISSES    Lines that miss L1, L2 and L3.
 * MISPREDICTS  Branches that the model's predictor got wrong.
 * DUE_*        Parts of CYCLES_NOMINAL by cause (model_cause in model.h), rounded so that they add
 *              up to it.
 */
#pragma once

#define MODEL_METRICS(X)                        \
	X(CYCLES_LOW, "cycles_low")             \
	X(CYCLES_NOMINAL, "cycles_nominal")     \
	X(CYCLES_HIGH, "cycles_high")           \
	X(ITLB_MISSES, "itlb_misses")           \
	X(DTLB_MISSES, "dtlb_misses")           \
	X(STLB_MISSES, "stlb_misses")           \
	X(L1_MISSES, "l1_misses")               \
	X(L2_MISSES, "l2_misses")               \
	X(L3_MISSES, "l3_misses")               \
	X(MISPREDICTS, "mispredicts")           \
	X(DUE_INSTRUCTIONS, "due_instructions") \
	X(DUE_STRINGS, "due_strings")           \
	X(DUE_DATA, "due_data")                 \
	X(DUE_FETCH, "due_fetch")               \
	X(DUE_TRANSLATION, "due_translation")   \
	X(DUE_MISPREDICTS, "due_mispredicts")   \
	X(DUE_RINGS, "due_rings")               \
	X(DUE_FLUSHES, "due_flushes")           \
	X(DUE_PRIVILEGED, "due_privileged")
