/* SPDX-License-Identifier: MIT */
/* The first part of the report: the answers in sentences, and a figure for each topic. */
#define _GNU_SOURCE
#include "bench/host/answers/answers.h"
#include "bench/host/evaluate/stats.h"
#include "bench/host/report/html.h"
#include "bench/host/report/report_parts.h"

#include <string.h>

#define LISTED 5 /* strategies; a longer list is folded */

static const struct {
	const char *id, *heading, *by, *figure; /* `by` comes after the heading */
} topics[ANSWER_TOPICS] = {
	[ANSWER_EXEC] = { "exec", "Starting a program", ", by its size", "exec" },
	[ANSWER_IRQ] = { "irq", "An interrupt", "", "irq-entry" },
	[ANSWER_SWITCH] = { "switch", "A context switch", ", by the pages that each task touches", "switch" },
};

/*
 * Writes the paragraph below the verdicts: the unit of the numbers, what is in parentheses and in
 * brackets, and when a strategy is said to need more than another.
 */
static void write_unit(const struct report *report, const struct answers *answers)
{
	const bool is_cycles = !strcmp(answers->view->metric, "cycles_nominal");
	const bool enough = answers->rounds >= STATS_FEWEST;
	char profile[64];

	fputs("<p>", report->out);
	if (is_cycles)
		html_format(
		        report->out,
		        "Numbers are cycles that a model of the processor %s computes from what happens in "
		        "an emulator; nothing was timed on a processor. Below, in parentheses, are the "
		        "numbers with the model's low and high parameters. These parameters are the same for "
		        "all strategies, so that strategies whose numbers overlap may still differ. ",
		        report_fact(report->db, "run.profile", profile, sizeof profile));
	else
		html_format(report->out, "Numbers are %s; below, their intervals are in parentheses. ",
		            answers->view->sized_unit);
	html_format(report->out,
	            "Each strategy was booted in %zu round%s, and each round lays out memory differently. A "
	            "ratio is the median of the rounds' ratios, so it may differ from the ratio of two shown "
	            "numbers. In square brackets is the %s of a ratio over the rounds%s. %s",
	            answers->rounds, answers->rounds == 1 ? "" : "s", enough ? "95 % interval" : "range",
	            is_cycles ? " and over the model's parameters" : "",
	            enough ? "It is decided that a strategy needs more if this interval is above 1."
	                   : "There are too few rounds to decide that a strategy needs more.");
	fputs("</p>\n", report->out);
}

/* Returns true if a strategy of the answer has this name. */
static bool is_strategy(const struct answer *answer, const char *word, size_t length)
{
	for (size_t i = 0; i < answer->count; i++)
		if (strlen(answer->strategy[i].name) == length &&
		    !strncmp(answer->strategy[i].name, word, length))
			return true;
	return false;
}

/* Returns true if the word is "k" or "M", which must stay on the line of the number before it. */
static bool is_scale(const char *word, size_t length)
{
	return length == 1 && (*word == 'k' || *word == 'M');
}

/* Writes a sentence in which the names of strategies, such as "best", are bold. */
static void write_sentence(FILE *out, const struct answer *answer, const char *text)
{
	for (bool first = true; *text; first = false) {
		size_t length, name;

		text += strspn(text, " ");
		length = strcspn(text, " ");
		name = length;
		while (name > 0 && strchr(",.:;()", text[name - 1]))
			name--;
		fputs(first ? "" : is_scale(text, name) ? "&nbsp;" : " ", out);
		fputs(is_strategy(answer, text, name) ? "<b>" : "", out);
		html_format(out, "%.*s", (int)name, text);
		fputs(is_strategy(answer, text, name) ? "</b>" : "", out);
		html_format(out, "%.*s", (int)(length - name), text + name);
		text += length;
	}
}

/* Writes one answer: a sentence about the strategy that needs least, and a list of those that need
 * more, or may need more. */
static void write_answer(const struct report *report, const struct answers *answers,
                         const struct answer *answer)
{
	const size_t others = answer->with[ANSWER_MORE] + answer->with[ANSWER_OPEN];
	const bool folded = others > LISTED;
	char text[ANSWER_TEXT_MAX];

	fputs("<li>", report->out);
	write_sentence(report->out, answer, answers_sentence(answers, answer, text));
	if (folded)
		fprintf(report->out, "<details><summary>the other %zu strategies</summary>", others);
	fputs(others > 0 ? "\n<ul>\n" : "", report->out);
	for (size_t i = 0; i < answer->count; i++) {
		const struct answer_strategy *strategy = &answer->strategy[i];

		if (strategy->order != ANSWER_MORE && strategy->order != ANSWER_OPEN)
			continue;
		fputs("<li>", report->out);
		write_sentence(report->out, answer, answers_more_sentence(answer, strategy, text));
		fputs("</li>\n", report->out);
	}
	fputs(others > 0 ? "</ul>" : "", report->out);
	fputs(folded ? "</details></li>\n" : "</li>\n", report->out);
}

/* begin_topic() writes the heading of a topic, end_topic() its figures. The sentences between the
 * two are list items. */
static void begin_topic(const struct report *report, const char *id, const char *heading)
{
	fprintf(report->out, "<h3 id=\"answer-%s\">%s</h3>\n<ul class=\"answers\">\n", id, heading);
}

static void end_topic(const struct report *report, const char *figure)
{
	fputs("</ul>\n", report->out);
	report_figures_of(report, figure);
}

/* Writes the sentences and the figures of one topic. Returns false if the run has neither. */
static bool write_topic(const struct report *report, const struct answers *answers, enum answer_topic topic)
{
	char figure[NAME_MAX];
	bool any = report_lead_figure(report, topics[topic].figure, figure);

	for (size_t i = 0; i < answers->count; i++)
		any |= answers->answer[i].topic == topic;
	if (!any)
		return false;
	begin_topic(report, topics[topic].id, topics[topic].heading);
	for (size_t i = 0; i < answers->count; i++)
		if (answers->answer[i].topic == topic)
			write_answer(report, answers, &answers->answer[i]);
	end_topic(report, topics[topic].figure);
	return true;
}

/* Returns true if it is not decided whether INVLPG or a CR3 load costs less for this number of
 * pages. */
static bool is_open(const struct answer_crossing *crossing, long long pages)
{
	return pages > crossing->up_to && (crossing->from == 0 || pages < crossing->from);
}

/* Writes list items: the costs of a CR3 load by itself and of flushes of 1, 64 and 1024 pages. */
static void write_flush_costs(FILE *out, const struct answer_flush *flush, const char *unit)
{
	char invlpg[NUMBER_TEXT_MAX], refill[NUMBER_TEXT_MAX];

	if (flush->cr3 >= 0) {
		answers_number(flush->cr3, flush->cr3, refill);
		fputs("<li>", out);
		html_format(out, "A CR3 load by itself takes %s %s.", refill, unit);
		fputs("</li>\n", out);
	}
	for (size_t i = 0; i < flush->count; i++) {
		const struct answer_flush_row *row = &flush->row[i];

		if (row->pages != 1 && row->pages != 64 && row->pages != 1024)
			continue;
		answers_number(row->invlpg, row->invlpg, invlpg);
		answers_number(row->refill, row->refill, refill);
		fputs("<li>", out);
		html_format(out, "%lld page%s: INVLPG of each takes %s", row->pages,
		            row->pages == 1 ? "" : "s", invlpg);
		if (row->refill >= 0)
			html_format(out, ", a CR3 load followed by a read of each %s%s", refill,
			            is_open(&flush->refill, row->pages) ? " (not decided which is less)"
			                                                : "");
		fputs(".</li>\n", out);
	}
}

/* Writes the part on TLB flushes. Returns false, and writes nothing, if the run measured none. */
static bool write_flush(const struct report *report, const struct answers *answers)
{
	char text[ANSWER_TEXT_MAX];
	char figure[NAME_MAX];

	answers_flush_sentence(answers, text);
	if (!*text && !report_lead_figure(report, "tlb-flush", figure))
		return false;
	begin_topic(report, "flush", "A TLB flush");
	if (*text) {
		fputs("<li>", report->out);
		html_text(report->out, text);
		fputs("\n<ul>\n", report->out);
		write_flush_costs(report->out, &answers->flush, answers->view->unit);
		fputs("</ul></li>\n", report->out);
	}
	end_topic(report, "tlb-flush");
	return true;
}

/* Writes what each preset that is compared does, as kernel/axes.txt says. */
static void write_presets(const struct report *report, const struct answers *answers)
{
#define ABOUT(name, brief, text) { name, text },
	static const struct {
		const char *name, *text;
	} presets[] = { PRESETS_ABOUT(ABOUT) };
	bool any = false;

	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
		if (!*presets[i].text || !answers_have(answers, presets[i].name, strlen(presets[i].name)))
			continue;
		fputs(any ? "" : "<ul>\n", report->out);
		any = true;
		fputs("<li><b>", report->out);
		html_text(report->out, presets[i].name);
		fputs("</b>: ", report->out);
		html_text(report->out, presets[i].text);
		fputs(".</li>\n", report->out);
	}
	fputs(any ? "</ul>\n" : "", report->out);
}

/* Writes a few sentences for each topic that sum up its answers, with a link to them. */
static void write_verdicts(const struct report *report, const struct answers *answers)
{
	char text[ANSWER_TEXT_MAX];

	fputs("<ul class=\"answers\">\n", report->out);
	for (size_t topic = 0; topic < ANSWER_TOPICS; topic++) {
		const struct answer *answer = answers->answer;

		while (answer < answers->answer + answers->count && answer->topic != topic)
			answer++;
		if (answer < answers->answer + answers->count) {
			fprintf(report->out, "<li><a href=\"#answer-%s\">%s</a>%s: ", topics[topic].id,
			        topics[topic].heading, topics[topic].by);
			write_sentence(report->out, answer, answers_verdict(answers, topic, text));
			fputs("</li>\n", report->out);
		}
	}
	if (*answers_flush_sentence(answers, text)) {
		fputs("<li><a href=\"#answer-flush\">A TLB flush</a>: ", report->out);
		html_text(report->out, text);
		fputs("</li>\n", report->out);
	}
	fputs("</ul>\n", report->out);
}

void report_answers(const struct report *report)
{
	struct answers answers, none = { 0 };
	/* If the answers cannot be read, only the figures are written. */
	const struct answers *shown = answers_read(report->db, &answers) ? &none : &answers;
	bool any;

	if (shown->count > 0) {
		write_presets(report, shown);
		write_verdicts(report, shown);
		write_unit(report, shown);
	}
	any = write_topic(report, shown, ANSWER_EXEC);
	any |= write_topic(report, shown, ANSWER_IRQ);
	any |= write_flush(report, shown);
	any |= write_topic(report, shown, ANSWER_SWITCH);
	any |= report_figures_of(report, "where");
	if (!any)
		fputs("<p>This run measured nothing of what is asked here: its engines serve tests only, or "
		      "no "
		      "launch got far enough.</p>\n",
		      report->out);
	answers_free(&answers);
}
