/* SPDX-License-Identifier: MIT */
/* Sums up the answers on a topic in one sentence. */
#define _GNU_SOURCE
#include "bench/host/answers/append.h"

#include <stdio.h>
#include <string.h>

#define NAMED 3 /* if more strategies than this are fastest, only the first is named */

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

/* Appends the titles of the topic's answers that have this outcome. If the outcome is decided, also
 * appends the range of the ratios of the strategies that need more: " for 4 KiB and 16 MiB (the
 * others need 1.09 to 1.54 times as many)". */
static void append_answers(const struct answers *answers, enum answer_topic topic, const char *outcome,
                           char *text)
{
	double low = 0, high = 0;
	size_t left = 0, all;
	char own[ANSWER_TEXT_MAX];

	for (size_t i = 0; i < answers->count; i++)
		left += answers->answer[i].topic == topic &&
		        strcmp(write_outcome(answers, &answers->answer[i], own), outcome) == 0;
	all = left;
	for (size_t i = 0; i < answers->count; i++) {
		const struct answer *answer = &answers->answer[i];

		if (answer->topic != topic || strcmp(write_outcome(answers, answer, own), outcome) != 0)
			continue;
		append(text, "%s%s", left == all ? " for " : left == 1 ? " and " : ", ", answer->title);
		left--;
		for (size_t j = 0; j < answer->count && is_decided(answer); j++) {
			const struct answer_strategy *strategy = &answer->strategy[j];

			if (strategy->order != ANSWER_MORE)
				continue;
			low = low == 0 || strategy->ratio < low ? strategy->ratio : low;
			high = strategy->ratio > high ? strategy->ratio : high;
		}
	}
	if (high > 0 && high - low < 0.005)
		append(text, " (the others need %.2f times as many)", high);
	else if (high > 0)
		append(text, " (the others need %.2f to %.2f times as many)", low, high);
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
	if (*text)
		append(text, ".");
	return text;
}
