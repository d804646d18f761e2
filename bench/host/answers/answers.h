/* SPDX-License-Identifier: MIT */
/*
 * The answers of a run: which strategy is fastest at which task, by how much, and why? From how
 * many pages on is a full TLB flush cheaper than INVLPG? The last screen on the terminal and the
 * first part of report.html show these answers.
 *
 * All answers of a run are in one view (subject.h): TSC ticks on KVM if there are any, else
 * modelled cycles on Bochs, else counts. Only strategies that the user asked for are compared, and
 * only their series without failed checks (the view compared_good of the database).
 *
 * A difference between two strategies is decided if the interval of their ratio excludes 1 (the
 * view `decided` of the database).
 */
#pragma once

#include "bench/host/answers/number.h"
#include "bench/host/answers/subject.h"
#include "bench/host/evaluate/series.h"

#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#define ANSWERS_RANKS    9
#define ANSWER_PARTS_MAX 4    /* maximum number of causes named for a difference */
#define ANSWER_TEXT_MAX  1600 /* bytes of a text in words, with the NUL */

/* The topic of a question. Answers on one topic are next to each other. */
enum answer_topic { ANSWER_EXEC, ANSWER_IRQ, ANSWER_SWITCH, ANSWER_TOPICS };

enum answer_order {
	ANSWER_LEAST, /* this strategy has the lowest median, even if no difference is decided */
	ANSWER_SAME,  /* the ratio to the lowest median and both ends of its interval are 1 */
	ANSWER_OPEN,  /* not decided whether this strategy differs from the ANSWER_LEAST one */
	ANSWER_MORE,  /* decided: this strategy needs more than the ANSWER_LEAST one */
};

/* A cause of a difference. */
struct answer_part {
	const char *what;  /* such as "INVLPG" or "data cache misses" */
	const char *brief; /* the same, in at most 13 columns */
	double more;       /* its part of the difference, in the answer's unit; below 0: a saving */
};

struct answer_strategy {
	char name[64];
	double median;
	/* In modelled cycles: the medians with the model's low and high parameters. Otherwise: the
	 * interval of the median. */
	double low, high;
	char flags[FLAGS_TEXT_MAX]; /* flags of the median */
	enum answer_order order;
	/*
	 * The ratio to the lowest median, and the ends of its interval over the rounds. In modelled
	 * cycles this interval covers the intervals with the model's low, nominal and high
	 * parameters. All three numbers are 1 for ANSWER_LEAST, and 0 if no ratio is known.
	 */
	double ratio, ratio_low, ratio_high;
	int decimals; /* of these three numbers in texts, at least */
	char ratio_flags[FLAGS_TEXT_MAX];
	/*
	 * For ANSWER_MORE: the largest parts of the difference from the lowest median. A part is
	 * named only if it is decided and at least a tenth of the difference. There may be none.
	 */
	size_t parts;
	struct answer_part part[ANSWER_PARTS_MAX];
};

struct answer {
	enum answer_topic topic;
	unsigned rank;     /* 0 to ANSWERS_RANKS - 1; a small screen shows the lowest ranks */
	const char *title; /* short: "16 MiB" */
	const char *name;  /* in a list: "16 MiB", "IRQ entry from user mode" */
	const char *what;  /* in a sentence: "start a program of 16 MiB" */
	unsigned times;    /* how often a sample does `what`; the numbers are per sample */
	const struct subject *subject;
	const char *metric;
	const char *unit;                 /* in words: "modelled cycles" */
	size_t count;                     /* number of strategies that were measured, at least 1 */
	struct answer_strategy *strategy; /* presets first, in their order, then the others by name */
	size_t least;                     /* index of the strategy with ANSWER_LEAST */
	size_t with[ANSWER_MORE + 1];     /* number of strategies with each order */
	/*
	 * For a start of a program: a strategy that needs more, mostly for INVLPG, and what it needs
	 * to load the program if one CR3 load takes the place of the INVLPGs (exec.load.flush_cr3),
	 * relative to a load by the ANSWER_LEAST strategy. The ratio is of medians; 0: not measured.
	 */
	size_t cr3_strategy;
	double cr3_ratio;
};

/*
 * A strategy whose interrupt entry switches stacks in software, and a build that differs from it in
 * STACK alone and does not. `with` and `without` are their instructions from the delivery of an
 * interrupt in user mode to its handler.
 */
struct answer_stack_switch {
	char strategy[64]; /* "" if there is no such pair, or if its counts vary */
	char other[64];
	double with, without;
};

/*
 * For how many pages one CR3 load costs less than INVLPG of each page. Benchmark A costs less than
 * benchmark B if, over all strategies, the highest end of A's intervals is below the lowest end of
 * B's. In modelled cycles this must hold with the low, the nominal and the high parameters.
 */
struct answer_crossing {
	bool measured;
	long long up_to; /* INVLPG costs less up to this many pages; 0: never */
	long long from;  /* the CR3 load costs less from this many pages on; 0: never */
	/* The lowest and the highest number of pages for which it is not decided; 0: none. */
	long long open_low, open_high;
};

struct answer_flush_row {
	long long pages;
	double invlpg; /* median of INVLPG of each page */
	double refill; /* median of a CR3 load and a read of each page; below 0: not measured */
};

struct answer_flush {
	size_t count; /* number of rows; 0: not measured, or the view only counts instructions */
	struct answer_flush_row *row;  /* ascending by number of pages */
	double cr3;                    /* a CR3 load; below 0: not measured */
	char strategy[64];             /* `row` and `cr3` hold the medians of this strategy */
	struct answer_crossing alone;  /* INVLPG against the CR3 load alone */
	struct answer_crossing refill; /* INVLPG against a CR3 load plus a read of each page */
};

struct answers {
	const struct view *view; /* NULL: nothing was measured that answers a question */
	size_t strategies;       /* number of strategies that are compared */
	size_t rounds;           /* rounds of boots */
	size_t count;            /* number of answers */
	struct answer *answer;   /* one per question for which some strategy has a median */
	struct answer_flush flush;
	struct answer_stack_switch stack_switch;
};

/*
 * Computes the answers. Returns 0, or -1 after a message. The caller calls answers_free() in both
 * cases.
 */
int answers_read(sqlite3 *db, struct answers *answers);

void answers_free(struct answers *answers);

/* Returns true if an answer has the strategy whose name is the first `length` bytes of `name`. */
bool answers_have(const struct answers *answers, const char *name, size_t length);

/* Sets `flush` of struct answers, for answers_read(). Returns 0, or -1 after a message. */
int answers_read_flush(sqlite3 *db, const struct view *view, struct answer_flush *flush);

/*
 * Sets `cr3_strategy` and `cr3_ratio` of all answers, and `stack_switch`, for answers_read(), after
 * the parts. Returns 0, or -1 after a message.
 */
int answers_read_notes(sqlite3 *db, struct answers *answers);

/* Sets `decimals` of all strategies of an answer, for answers_read(), after their ratios. */
void answers_set_decimals(struct answer *answer);

/*
 * Sets the parts of a strategy with the order ANSWER_MORE, for answers_read(). Returns 0, or -1
 * after a message.
 */
int answers_read_parts(sqlite3 *db, const struct view *view, const struct answer *answer,
                       struct answer_strategy *strategy);

/*
 * Writes a number in a few digits, such as "12,345", "812 k" or "8,123 k". The size of `like`
 * decides between whole numbers, thousands (k) and millions (M), so that numbers that are compared
 * have the same unit. Returns `text`.
 */
char *answers_number(double value, double like, char text[NUMBER_TEXT_MAX]);

/*
 * Writes `low` and `high` of a strategy in the unit (ones, k or M) in which answers_number() writes
 * the median: "711 - 948 k". Writes "" if both give the same text. Returns `text`.
 */
char *answers_range(const struct answer_strategy *strategy, char text[ANSWER_TEXT_MAX]);

/*
 * Writes why a strategy needs more, in at most `width` columns: the largest parts of the difference
 * in percent of it, such as "REP strings 42 %, INVLPG 34 %", as many as fit. If the largest part
 * exceeds the difference, or if all known parts are savings, writes this part and the sum of all
 * others: "INVLPG 114 %, rest -14 %". Writes "" if no cause is known or nothing fits. Returns `text`.
 */
char *answers_cause(const struct answer *answer, const struct answer_strategy *strategy, size_t width,
                    char text[ANSWER_TEXT_MAX]);

/*
 * Writes the ratio and, if its ends differ, its interval: "1.10 [1.08..1.13]". An end that is
 * exactly 1 is written as "1". A decided ratio has 2 to 5 decimals, enough to show that its lower
 * end is not 1. A ratio that is not decided has two decimals, or three if an end of its interval would
 * otherwise be rounded to 1. Both have up to three if different ratios of an answer would otherwise
 * look equal. A ratio of ANSWER_SAME is "1". Writes "-" if no ratio is known. Returns `text`.
 */
char *answers_ratio(const struct answer_strategy *strategy, char text[NUMBER_TEXT_MAX]);

/* Returns how many decimals of a strategy's ratio are written: see answers_ratio(). */
int answers_decimals(const struct answer_strategy *strategy);

/*
 * Writes a sentence that names the strategies that need the least and says how much they need. It
 * then names the strategies for which it is not decided whether they need more. Returns `text`.
 */
char *answers_sentence(const struct answers *answers, const struct answer *answer,
                       char text[ANSWER_TEXT_MAX]);

/*
 * Writes a sentence about a strategy that does not have the lowest median. It gives the ratio of
 * the strategy's median to the lowest one, with the interval of this ratio. For ANSWER_MORE it also
 * gives the difference of the two medians, and all parts of the difference. For ANSWER_OPEN it says
 * that the order is not decided. Returns `text`.
 */
char *answers_more_sentence(const struct answer *answer, const struct answer_strategy *strategy,
                            char text[ANSWER_TEXT_MAX]);

/* Writes a sentence that says from how many pages on one CR3 load costs less than INVLPG of each, and
 * which strategy's numbers `flush` has. Writes "" if the two were not measured. Returns `text`. */
char *answers_flush_sentence(const struct answers *answers, char text[ANSWER_TEXT_MAX]);

/*
 * Writes sentences that sum up the answers on a topic. The first has for each outcome ("heap is
 * fastest") the names of the answers that have it, with their numbers. The others have the largest
 * causes, what a load without INVLPG needs, and what switching stacks in software takes, as far as
 * these are known. Writes "" if there are no answers. Returns `text`.
 */
char *answers_verdict(const struct answers *answers, enum answer_topic topic, char text[ANSWER_TEXT_MAX]);
