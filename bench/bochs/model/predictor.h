/* SPDX-License-Identifier: MIT */
/*
 * A branch predictor with a long history, as processors have had since about 2013. The tables of
 * processors are not published. This predictor has the shape of TAGE and ITTAGE (Seznec and Michaud
 * 2006, Seznec 2011).
 *
 * Several tables are looked up. The index into each is a hash of the branch's address and of a part
 * of the history, which is longer in each further table. Of the entries whose tags match, the one
 * with the longest history predicts. If no tag matches, a table that knows only the address
 * predicts. After a mispredict an entry with a longer history replaces the one in its place. In a
 * quarter of the cases it is made in the table after the next. Otherwise two branches with the same
 * place would replace each other's entries for ever.
 *
 * Most branches of a long loop need no history. For the sake of speed, the tables with history are
 * left out if the table that knows only the address is right, and if both it and the whole predictor
 * were right the last PREDICTOR_QUIET times.
 *
 * How much is remembered differs between processors. It is measured with random sequences of
 * outcomes that repeat, as the length of the sequence up to which at most half of what must be
 * remembered is mispredicted. A processor that remembers all of a sequence remembers hardly anything
 * of one that is four times as long. So do these tables, because entries are replaced whether they
 * have been useful or not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	PREDICTOR_TABLES = 5,
	PREDICTOR_OUTCOMES_MOST = 1 << 16,
	PREDICTOR_SHARE = 6, /* outcomes that are remembered for each entry of a table */
	PREDICTOR_BASE = 1 << 14,
	PREDICTOR_HISTORY_WORDS = 5,
	PREDICTOR_QUIET = 250, /* so that the end of a shorter loop is learned */
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
	uint8_t useful; /* 0 to 3: was right when a shorter history was wrong */
};

struct predictor_target {
	uint64_t target;
	uint16_t tag;       /* 0: none */
	uint8_t confidence; /* 0 to 3 */
};

struct predictor {
	uint64_t history[PREDICTOR_HISTORY_WORDS]; /* the newest outcome is bit 0 of word 0 */
	struct predictor_base base[PREDICTOR_BASE];
	unsigned entries; /* of each of these tables */
	struct predictor_entry table[PREDICTOR_TABLES][PREDICTOR_OUTCOMES_MOST / PREDICTOR_SHARE];
	uint64_t last[PREDICTOR_TARGETS]; /* last target, by address */
	uint64_t random;                  /* state of a sequence of pseudo-random numbers */
	struct predictor_target targets[PREDICTOR_TARGET_TABLES][PREDICTOR_TARGETS];
};

/* Bits of history that each table uses. */
extern const unsigned predictor_length[PREDICTOR_TABLES];
extern const unsigned predictor_target_length[PREDICTOR_TARGET_TABLES];

/* Empties the predictor, and makes it so large that it remembers a random sequence of `outcomes`
 * outcomes, at most PREDICTOR_OUTCOMES_MOST. */
void predictor_make(struct predictor *predictor, unsigned outcomes);

/* Record a conditional branch, or an indirect jump or call, and learn from it. Both return true if
 * it was mispredicted. */
bool predictor_conditional(struct predictor *predictor, uint64_t from, bool taken);
bool predictor_indirect(struct predictor *predictor, uint64_t from, uint64_t to);
