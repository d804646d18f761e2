/* SPDX-License-Identifier: MIT */
/* One CPU of the model, for the model's own files. */
#pragma once

#include "bench/bochs/model/caches.h"
#include "bench/bochs/model/code.h"
#include "bench/bochs/model/dataflow.h"
#include "bench/bochs/model/model.h"
#include "bench/bochs/model/translation.h"

enum { REGISTER_RCX = 1, REGISTER_RSI = 6, REGISTER_RDI = 7 };

#define CR3_KEEP (1ULL << 63)

struct core {
	const uint64_t *registers;
	struct model_counts *sink; /* one of `counted` and `ignored` */
	const struct decoded *decoded;
	uint64_t line;       /* of the last fetch, virtual; ~0: none */
	const uint8_t *code; /* the frame that it was from, or NULL */
	uint64_t operand;    /* the general register that matters, before the instruction */
	uint64_t access;     /* physical address of the last data access */
	unsigned cpu;
	unsigned entry_left; /* instructions at the entry's CPI */
	bool fetched;        /* `fetch` has something that no sink has yet */
	bool flushed;        /* the instruction wrote CR4 and flushed */
	bool follows;        /* the instruction's loads are part of the dataflow: a plain one, no delivery */
	struct model_counts counted, ignored, fetch;
	struct dataflow dataflow;
	struct translation translation;
	struct caches caches;
	struct branches branches;
	struct code decodings;
};
