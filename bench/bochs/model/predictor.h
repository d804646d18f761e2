/* SPDX-License-Identifier: MIT */
/*
 * A branch predictor with a long history, as processors have had since about 2013. The tables of
 * processors are not published. This predictor has the shape of TAGE and ITTAGE (Seznec and Michaud
 * 2006, Seznec 2011).
 *
 * Several tables are looked up. The index into each is a hash of the branch's address and of a part
 * of the history, which is longer in each further table. Of the entries whose tags match, the one
 * with the longest history predicts. If no tag matches, a table that knows only the address
 * predicts. After a mispredict an entry with a longer history is made, unless all places for it
 * hold entries that have been useful. In a quarter of the cases the first free place is passed
 * over. Otherwise two branches with the same place would replace each other's entries for ever, and
 * no entry would get old enough to be useful. From time to time all entries become less useful, so
 * that those of a program that has ended do not keep their places.
 *
 * Most branches of a long loop need no history. For the sake of speed, the tables with history are
 * left out if the table that knows only the address is right, and if both it and the whole predictor
 * were right the last PREDICTOR_QUIET times.
 *
 * The sizes of the tables follow a measurement on an Emerald Rapids, with random sequences that
 * repeat. That processor remembers nearly all of a sequence of 4000 outcomes, and nearly all of a
 * sequence of 1000 indirect targets. Of sequences that are four times as long, it remembers hardly
 * anything.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	PREDICTOR_TABLES = 5,
	PREDICTOR_ENTRIES = 1 << 10,
	PREDICTOR_BASE = 1 << 14,
	PREDICTOR_HISTORY_WORDS = 3,
	PREDICTOR_AGING = 1 << 16, /* how many look-ups in these tables make their entries less useful */
	PREDICTOR_QUIET = 200,     /* more than the history, so that the end of a shorter loop is learned */
	PREDICTOR_TARGET_TABLES = 3,
	PREDICTOR_TARGETS = 1 << 10,
	PREDICTOR_TARGET_BITS = 3 /* bits of history that an indirect branch adds */
};

struct predictor_base {
	int8_t counter; /* 0 to 3; predicts "taken" from 2 on */
	uint8_t quiet; /* how often in a row this and the whole predictor were right, up to PREDICTOR_QUIET */
};

struct predictor_entry {
	uint16_t tag;   /* 0: none */
	int8_t counter; /* -4 to 3; predicts "taken" from 0 on */
	uint8_t useful; /* 0 to 3 */
};

struct predictor_target {
	uint64_t target;
	uint16_t tag;       /* 0: none */
	uint8_t confidence; /* 0 to 3 */
};

struct predictor {
	uint64_t history[PREDICTOR_HISTORY_WORDS]; /* the newest outcome is bit 0 of word 0 */
	struct predictor_base base[PREDICTOR_BASE];
	struct predictor_entry table[PREDICTOR_TABLES][PREDICTOR_ENTRIES];
	unsigned look_ups;                /* in these tables */
	uint64_t last[PREDICTOR_TARGETS]; /* last target, by address */
	uint64_t random;                  /* state of a sequence of pseudo-random numbers */
	struct predictor_target targets[PREDICTOR_TARGET_TABLES][PREDICTOR_TARGETS];
};

/* Bits of history that each table uses. */
extern const unsigned predictor_length[PREDICTOR_TABLES];
extern const unsigned predictor_target_length[PREDICTOR_TARGET_TABLES];

/* Record a conditional branch, or an indirect jump or call, and learn from it. Both return true if
 * it was mispredicted. */
bool predictor_conditional(struct predictor *predictor, uint64_t from, bool taken);
bool predictor_indirect(struct predictor *predictor, uint64_t from, uint64_t to);
