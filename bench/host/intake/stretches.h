/* SPDX-License-Identifier: MIT */
/*
 * Stretches of timed code during which interrupts were off. The instrumentation library reports a
 * stretch in an `!off` line just before the sample of its region. The longest stretch of the open
 * row is kept.
 */
#pragma once

#include "bench/host/intake/record.h"
#include "bench/host/intake/rows.h"
#include "bench/host/store/store.h"

#define STRETCH_TEXT_MAX 160 /* bytes of a function or an address, with the NUL */

struct stretch {
	int64_t region; /* 0: none */
	int64_t ticks;
	char from_function[STRETCH_TEXT_MAX], from_address[STRETCH_TEXT_MAX];
	char to_function[STRETCH_TEXT_MAX], to_address[STRETCH_TEXT_MAX];
};

struct stretches {
	struct stretch last;    /* the stretch of the last `!off` line */
	struct stretch longest; /* the row's longest; the first one if several are equally long */
};

/* Keeps the stretch of a `!off` line. Returns NULL, or a description of what is wrong with it. */
const char *stretches_add(struct stretches *stretches, const struct record *record);

/* Notes that the sample of `region` arrived. Stretches of warm-up and overhead samples are
 * dropped. */
void stretches_take(struct stretches *stretches, int64_t region, enum row_class class);

/* Stores the longest stretch of the row, if it has one, and clears it for the next row. */
void stretches_store(struct stretches *stretches, struct store *store, const struct store_row *row);
