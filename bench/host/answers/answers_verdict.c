/* SPDX-License-Identifier: MIT */
/* Sums up the answers on a topic in a few sentences. */
#define _GNU_SOURCE
#include "bench/host/answers/append.h"

#include <stdio.h>
#include <string.h>

#define NAMED 3 /* if more strategies than this are fastest, or need more, not all are named */

/* Returns true if the answer decides which strategies need the least, and that others need more. */
static bool is_decided(const struct answer *answer)
{
	return answer->with[ANSWER_OPEN] == 0 && answer->with[ANSWER_MORE] > 0;
}

/* Writes what the answer says without its numbers: "heap is fastest". Returns `text`. */
static char *write_outcome(const struct answers *answers, const struct answer *answer,
                           char text[ANSWER_TEXT_MAX])
{
	const bool time = strcmp(answers->view->metric, "instructions") != 0;
	const size_t best = answer->with[ANSWER_SAME] + 1;
	size_t left = best;

	text[0] = '\0';
	if (answer->count == 1) {
		append(text, "only %s was measured", answer->strategy[0].name);
	} else if (best == answer->count) {
		append(text, "all strategies need the same");
	} else if (!is_decided(answer)) {
		append(text, "it is not decided which strategy %s", time ? "is fastest" : "needs the least");
	} else {
		for (size_t i = 0; i < answer->count && left > 0; i++) {
			if (answer->strategy[i].order != ANSWER_SAME && i != answer->least)
				continue;
			append(text, "%s%s",
			       left == best ? ""
			       : left == 1  ? " and "
			                    : ", ",
			       answer->strategy[i].name);
			left--;
			if (best > NAMED) {
				append(text, " and %zu others", left);
				left = 0;
			}
		}
		append(text, best == 1 ? (time ? " is fastest" : " needs the least")
		                       : (time ? " are fastest" : " need the least"));
	}
	return text;
}

/* Writes a ratio without its interval. Returns `text`. */
static char *write_ratio(const struct answer_strategy *strategy, char text[24])
{
	snprintf(text, 24, "%.*f", answers_decimals(strategy), strategy->ratio);
	return text;
}

/* Appends the ratios of the strategies that need more: "; window needs 1.38 times as many, random
 * 1.51". If `again` is true, leaves out the words "needs" and "times as many". */
static void append_ratios(const struct answer *answer, bool again, char *text)
{
	const struct answer_strategy *low = NULL, *high = NULL;
	const bool named = answer->with[ANSWER_MORE] <= NAMED;
	bool first = true;
	char ratio[24], most[24];

	for (size_t i = 0; i < answer->count; i++) {
		const struct answer_strategy *strategy = &answer->strategy[i];

		if (strategy->order != ANSWER_MORE)
			continue;
		if (!low || strategy->ratio < low->ratio)
			low = strategy;
		if (!high || strategy->ratio > high->ratio)
			high = strategy;
		if (named)
			append(text, "%s%s %s%s%s", first ? "; " : ", ", strategy->name,
			       first && !again ? "needs " : "", write_ratio(strategy, ratio),
			       first && !again ? " times as many" : "");
		first = false;
	}
	if (!low || named)
		return;
	append(text, "; the others %s%s", again ? "" : "need ", write_ratio(low, ratio));
	if (strcmp(ratio, write_ratio(high, most)) != 0)
		append(text, " to %s", most);
	append(text, again ? "" : " times as many");
}

/* Appends the names of the topic's answers that have this outcome. Unless it is not decided, also
 * appends their numbers: " for 4 KiB (5,184 modelled cycles; window needs 1.38 times as many) and
 * 16 MiB (5,090 k; window 1.17)". */
static void append_answers(const struct answers *answers, enum answer_topic topic, const char *outcome,
                           char *text)
{
	const char *unit = "";
	size_t left = 0, all;
	bool again = false;
	char own[ANSWER_TEXT_MAX], number[NUMBER_TEXT_MAX];

	for (size_t i = 0; i < answers->count; i++)
		left += answers->answer[i].topic == topic &&
		        strcmp(write_outcome(answers, &answers->answer[i], own), outcome) == 0;
	all = left;
	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *answer = &answers->answer[i];
		const double least = answer->strategy[answer->least].median;

		if (answer->topic != topic || strcmp(write_outcome(answers, answer, own), outcome) != 0)
			continue;
		append(text, "%s%s", left == all ? " for " : left == 1 ? " and " : ", ", answer->name);
		left--;
		if (answer->with[ANSWER_OPEN] > 0)
			continue;
		append(text, " (%s", answers_number(least, least, number));
		if (strcmp(unit, answer->unit) != 0)
			append(text, " %s", answer->unit);
		unit = answer->unit;
		append_ratios(answer, again, text);
		append(text, ")");
		again = true;
	}
}

/* Returns the largest part of what the others need more, if it is the same part for all of them,
 * otherwise NULL. */
static const char *common_cause(const struct answer *answer)
{
	const char *cause = NULL;

	for (size_t i = 0; i < answer->count && is_decided(answer); i++) {
		const struct answer_strategy *strategy = &answer->strategy[i];

		if (strategy->order != ANSWER_MORE)
			continue;
		if (strategy->parts == 0 || strategy->part[0].more <= 0 ||
		    (cause && strcmp(cause, strategy->part[0].what) != 0))
			return NULL;
		cause = strategy->part[0].what;
	}
	return cause;
}

/* Appends the common causes of the topic's answers, each with the names of its answers. */
static void append_causes(const struct answers *answers, enum answer_topic topic, char *text)
{
	const struct answer *end = answers->answer + answers->count;
	bool any = false;

	for (const struct answer *answer = answers->answer; answer < end; answer++) {
		const char *cause = answer->topic == topic ? common_cause(answer) : NULL;
		bool is_new = cause;
		size_t left = 0, all;

		for (const struct answer *i = answers->answer; i < end && cause; i++) {
			const char *own = i->topic == topic ? common_cause(i) : NULL;
			const bool same = own && strcmp(own, cause) == 0;

			is_new &= !(same && i < answer);
			left += same;
		}
		if (!is_new)
			continue;
		append(text, "%s%s%s", any ? "; " : " The largest part of what the others need more is ",
		       cause, strcmp(cause, "INVLPG") == 0 ? " of each page" : "");
		any = true;
		all = left;
		for (const struct answer *i = answer; i < end && left > 0; i++) {
			const char *own = i->topic == topic ? common_cause(i) : NULL;

			if (!own || strcmp(own, cause) != 0)
				continue;
			append(text, "%s%s", left == all ? " for " : left == 1 ? " and " : ", ", i->name);
			left--;
		}
	}
	append(text, any ? "." : "");
}

/* Appends what loads need if one CR3 load takes the place of the INVLPGs. */
static void append_cr3(const struct answers *answers, enum answer_topic topic, char *text)
{
	const struct answer *before = NULL;

	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *answer = &answers->answer[i];
		const char *least = answer->strategy[answer->least].name;
		const char *strategy = answer->strategy[answer->cr3_strategy].name;

		if (answer->topic != topic || answer->cr3_ratio == 0)
			continue;
		if (!before)
			append(text,
			       " With one CR3 load in place of these INVLPGs (exec.load.flush_cr3), %s "
			       "loads ",
			       strategy);
		else if (strcmp(strategy, before->strategy[before->cr3_strategy].name) != 0 ||
		         strcmp(least, before->strategy[before->least].name) != 0)
			continue;
		append(text, "%s%s in %.2f", before ? ", " : "", answer->name, answer->cr3_ratio);
		append(text, before ? "" : " times what %s needs", least);
		before = answer;
	}
	append(text, before ? " (medians; claim 5 has intervals)." : "");
}

/* Appends how many instructions of the entry switch stacks. */
static void append_stack_switch(const struct answer_stack_switch *found, char *text)
{
	if (*found->strategy)
		append(text,
		       " Of the %.0f instructions of %s from the interrupt in user mode to its handler, "
		       "%.0f switch stacks: %s, which differs in STACK alone, takes %.0f.",
		       found->with, found->strategy, found->with - found->without, found->other,
		       found->without);
}

char *answers_verdict(const struct answers *answers, enum answer_topic topic, char text[ANSWER_TEXT_MAX])
{
	char outcome[ANSWER_TEXT_MAX], before[ANSWER_TEXT_MAX];

	text[0] = '\0';
	for (size_t i = 0; i < answers->count; i++) {
		bool is_new = answers->answer[i].topic == topic;

		write_outcome(answers, &answers->answer[i], outcome);
		for (size_t j = 0; j < i && is_new; j++)
			is_new = answers->answer[j].topic != topic ||
			         strcmp(write_outcome(answers, &answers->answer[j], before), outcome) != 0;
		if (!is_new)
			continue;
		append(text, "%s%s", *text ? "; " : "", outcome);
		append_answers(answers, topic, outcome, text);
	}
	if (!*text)
		return text;
	append(text, ".");
	append_causes(answers, topic, text);
	append_cr3(answers, topic, text);
	if (topic == ANSWER_IRQ)
		append_stack_switch(&answers->stack_switch, text);
	return text;
}
