/* SPDX-License-Identifier: MIT */
/* One CPU of the model; private to the model's files. */
#pragma once

#include "bench/bochs/model/caches.h"
#include "bench/bochs/model/code.h"
#include "bench/bochs/model/dataflow.h"
#include "bench/bochs/model/fills.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/model/sharing.h"
#include "bench/bochs/model/stores.h"
#include "bench/bochs/model/translation.h"
#include "bench/bochs/model/waits.h"
#include "bench/bochs/model/walkers.h"

enum { REGISTER_RCX = 1, REGISTER_RSI = 6, REGISTER_RDI = 7 };

#define CR3_KEEP (1ULL << 63)

/* Time and counts just before a load that may poll (waits.h). */
struct poll {
	struct cost now;
	struct model_counts *sink, counts; /* the sink, and what it was */
};

struct core {
	const uint64_t *registers;
	struct model_counts *sink; /* `counted` or `ignored` */
	const struct decoded *decoded;
	uint64_t line;       /* number of the 64-byte line last fetched (virtual); ~0: none */
	const uint8_t *code; /* the frame of that line, or NULL */
	/* If the price of the instruction depends on a register: the value of that register before
	 * the instruction. */
	uint64_t operand;
	uint64_t access; /* physical address of the last data access */
	unsigned cpu;
	unsigned entry_left; /* number of instructions that still cost cpi_entry */
	bool in_user;        /* CPL is 3 */
	bool stopped;        /* model_stop() was called after the last model_start() */
	bool fetched;        /* `fetch` holds costs that no sink has received yet */
	bool flushed;        /* the instruction's write to CR4 flushed the TLBs */
	/* True while `dataflow` tracks the loads of the current instruction: its class is
	 * CLASS_PLAIN, no delivery of an interrupt or exception has begun since it started, and the
	 * model is not stopped. */
	bool follows;
	struct model_counts counted, ignored, fetch;
	struct dataflow dataflow;
	struct walkers walkers;
	struct fills fills;
	struct stores stores;
	struct translation translation;
	struct caches caches;
	struct branches branches;
	struct code decodings;
	/* The rest is used only if there are several CPUs (several.h). */
	bool measures;              /* model_start() was called, and model_stop() was not */
	uint32_t destination;       /* ID in the high half of the ICR */
	struct shared_line *shared; /* line that is being written, or NULL */
	struct waits waits;
	struct poll polls[POLLS];
};
