/* SPDX-License-Identifier: MIT */
/* The rows of the screen. A row has a strategy, its number and its ratio. If the strategy needs
 * more than the best one, the row also has the cause. */
#define _GNU_SOURCE
#include "bench/host/base/text.h"
#include "bench/host/evaluate/series.h"
#include "bench/host/terminal/screen.h"

#include <string.h>

#define TITLE_WIDTH 11 /* the longest title of an answer */
#define NOTE_WIDTH  26 /* room for a cause such as "INVLPG 114 %, rest -14 %" */

static const struct {
	const char *heading, *note; /* the note is left out where the heading names the columns */
} headings[ANSWER_TOPICS] = {
	[ANSWER_EXEC] = { "start a program", "" },
	[ANSWER_IRQ] = { "interrupt", "; from user: IRQ entry from user mode" },
	[ANSWER_SWITCH] = { "16 context switches",
	                    ", sum; the cost of touching the pages by itself is subtracted" },
};

#define WHY "why more: % of the difference"

/* Widths of the columns, 0 if a column is left out. */
struct columns {
	size_t name, number, range, ratio, note;
};

/* The name of a preset is one word. Other names are STACK+LOADER+ISOLATION. */
static bool is_preset(const struct answer_strategy *strategy)
{
	return strchr(strategy->name, '+') == NULL;
}

static size_t index_of_most(const struct answer *answer)
{
	size_t most = 0;

	for (size_t i = 0; i < answer->count; i++)
		if (answer->strategy[i].median > answer->strategy[most].median)
			most = i;
	return most;
}

/*
 * Returns true if the strategy with this index gets a row. If there are too few rows, they go to
 * the strategy that needs the least, the one that needs the most, presets, and others, in this
 * order.
 */
static bool is_chosen(const struct screen_rows *rows, const struct answer *answer, size_t index)
{
	const size_t most = index_of_most(answer);
	size_t room = rows->strategies - 1 - (most != answer->least);

	if (answer->count <= rows->strategies || index == answer->least || index == most)
		return true;
	for (int preset = 1; preset >= 0; preset--)
		for (size_t i = 0; i < answer->count && room > 0; i++) {
			if (i == answer->least || i == most || is_preset(&answer->strategy[i]) != preset)
				continue;
			if (i == index)
				return true;
			room--;
		}
	return false;
}

size_t screen_rows_of(const struct screen_rows *rows, const struct answer *answer)
{
	return answer->count < rows->strategies ? answer->count : rows->strategies;
}

/* Writes a strategy's median with the marks of its flags. Returns `text`. */
static char *number(const struct answer_strategy *strategy, char text[2 * NUMBER_TEXT_MAX])
{
	char digits[NUMBER_TEXT_MAX], marks[NUMBER_MARKS_MAX];

	answers_number(strategy->median, strategy->median, digits);
	number_marks(strategy->flags, marks);
	snprintf(text, (size_t)2 * NUMBER_TEXT_MAX, "%s%s", digits, marks);
	return text;
}

/* Writes the name without ISOLATION if that is the usual one, `shared`. Returns `text`. */
static const char *name(const struct answer_strategy *strategy, char text[sizeof strategy->name])
{
	static const char common[] = "+shared";
	const size_t length = strlen(strategy->name);

	snprintf(text, sizeof strategy->name, "%s", strategy->name);
	if (length > strlen(common) && strcmp(text + length - strlen(common), common) == 0)
		text[length - strlen(common)] = '\0';
	return text;
}

static void widen(size_t *width, const char *text)
{
	if (strlen(text) > *width)
		*width = strlen(text);
}

/* Determines the columns of the answers that are shown. */
static struct columns measure(const struct screen_rows *rows)
{
	struct columns columns = { .number = strlen("cycles") };
	size_t used;

	for (size_t i = 0; i < rows->answers->count; i++) {
		const struct answer *answer = &rows->answers->answer[i];

		for (size_t j = 0; j < answer->count && rows->is_shown[i]; j++) {
			char text[ANSWER_TEXT_MAX], short_name[sizeof answer->strategy->name];

			if (!is_chosen(rows, answer, j))
				continue;
			widen(&columns.name, name(&answer->strategy[j], short_name));
			widen(&columns.number, number(&answer->strategy[j], text));
			widen(&columns.range, answers_range(&answer->strategy[j], text));
			widen(&columns.ratio, answers_ratio(&answer->strategy[j], text));
		}
	}
	used = 2 + TITLE_WIDTH + 1 + columns.name + 2 + columns.number + 2 + columns.ratio + 2;
	if (!rows->has_range)
		columns.range = 0;
	if (columns.range > 0)
		used += columns.range + 2;
	columns.note = used < rows->width ? rows->width - used : 0;
	return columns;
}

void screen_rows_choose_range(struct screen_rows *rows)
{
	for (size_t i = 0; i < rows->answers->count; i++)
		rows->is_shown[i] = true;
	rows->strategies = SCREEN_STRATEGIES;
	rows->has_range = true;
	rows->has_range = measure(rows).range > 0 && measure(rows).note >= NOTE_WIDTH;
}

/* Writes the last column: the cause if the strategy needs more than the best one, otherwise
 * "fastest", "the same" and so on. Returns `text`. */
static char *note(const struct screen_rows *rows, const struct answer *answer,
                  const struct answer_strategy *strategy, size_t width, char text[ANSWER_TEXT_MAX])
{
	const bool time = strcmp(rows->answers->view->metric, "instructions") != 0;
	size_t hidden = 0;

	text[0] = '\0';
	if (strategy->order == ANSWER_MORE)
		return answers_cause(answer, strategy, width, text);
	if (strategy->order == ANSWER_SAME)
		return strcpy(text, "the same");
	if (strategy->order == ANSWER_OPEN)
		return strcpy(text,
		              flags_have(strategy->ratio_flags, "few") ? "too few rounds" : "not decided");
	if (answer->count == 1)
		return text;
	if (answer->with[ANSWER_OPEN] > 0)
		return strcpy(text, "lowest");
	for (size_t i = 0; i < answer->count; i++)
		hidden += answer->strategy[i].order == ANSWER_SAME && !is_chosen(rows, answer, i);
	snprintf(text, ANSWER_TEXT_MAX, "%s",
	         answer->with[ANSWER_MORE] == 0 ? "no difference"
	         : time                         ? "fastest"
	                                        : "least");
	if (hidden > 0)
		snprintf(text + strlen(text), ANSWER_TEXT_MAX - strlen(text), ", also for %zu more", hidden);
	return text;
}

static void print_row(const struct screen_rows *rows, const struct columns *columns,
                      const struct answer *answer, size_t index, bool first, FILE *out)
{
	const struct answer_strategy *strategy = &answer->strategy[index];
	char value[2 * NUMBER_TEXT_MAX], range[ANSWER_TEXT_MAX], ratio[NUMBER_TEXT_MAX];
	char words[ANSWER_TEXT_MAX], short_name[sizeof strategy->name];
	const bool best = strategy->order == ANSWER_LEAST && answer->with[ANSWER_MORE] > 0 &&
	                  answer->with[ANSWER_OPEN] == 0;

	text_print(out, "  %-*s %-*s  %*s", TITLE_WIDTH, first ? answer->title : "", (int)columns->name,
	           name(strategy, short_name), (int)columns->number, number(strategy, value));
	if (columns->range > 0)
		fprintf(out, "  %*s", (int)columns->range, answers_range(strategy, range));
	answers_ratio(strategy, ratio);
	if (rows->answers->strategies == 1)
		ratio[0] = '\0';
	note(rows, answer, strategy, columns->note, words);
	if (strlen(words) > columns->note)
		words[0] = '\0';
	if (*words)
		fprintf(out, "  %-*s  %s%s%s\n", (int)columns->ratio, ratio,
		        rows->colour && best ? "\033[32m" : "", words, rows->colour && best ? "\033[0m" : "");
	else
		fprintf(out, "%s%s\n", *ratio ? "  " : "", ratio);
}

/* Prints how many instructions of an interrupt's entry switch stacks, if there is room after `used`
 * columns. */
static void print_stack_switch(const struct screen_rows *rows, size_t used, FILE *out)
{
	const struct answer_stack_switch *found = &rows->answers->stack_switch;
	char text[160];

	snprintf(text, sizeof text, "; %.0f of %s's %.0f instructions switch stacks",
	         found->with - found->without, found->strategy, found->with);
	if (*found->strategy && used + strlen(text) <= rows->width)
		fputs(text, out);
}

/* Prints the heading of a topic; the first one also names the columns. */
static void print_heading(struct screen_rows *rows, const struct columns *columns, enum answer_topic topic,
                          FILE *out)
{
	const char *heading = headings[topic].heading;
	const char *metric = rows->answers->view->metric;
	const char *unit = !strcmp(metric, "cycles_nominal") ? "cycles"
	                   : !strcmp(metric, "tsc")          ? "ticks"
	                                                     : "count";

	fprintf(out, "%s%s%s", rows->colour ? "\033[1m" : "", heading, rows->colour ? "\033[0m" : "");
	if (!rows->headings_shown) {
		const size_t before =
		        2 + TITLE_WIDTH + 1 + columns->name + 2 + columns->number - strlen(heading);

		fprintf(out, "%*s", (int)before, unit);
		if (columns->range > 0)
			fprintf(out, "  %*s", (int)columns->range, "low - high");
		if (rows->answers->strategies > 1)
			fprintf(out, "  %-*s  %s", (int)columns->ratio, "ratio",
			        columns->note < strlen(WHY) ? "why more" : WHY);
	} else {
		fputs(headings[topic].note, out);
		if (topic == ANSWER_IRQ)
			print_stack_switch(rows, strlen(heading) + strlen(headings[topic].note), out);
	}
	rows->headings_shown = true;
	putc('\n', out);
}

void screen_rows_print(struct screen_rows *rows, enum answer_topic topic, FILE *out)
{
	const struct columns columns = measure(rows);
	bool any = false;

	for (size_t i = 0; i < rows->answers->count; i++) {
		const struct answer *answer = &rows->answers->answer[i];
		bool first = true;

		if (answer->topic != topic || !rows->is_shown[i])
			continue;
		if (!any)
			print_heading(rows, &columns, topic, out);
		any = true;
		for (size_t j = 0; j < answer->count; j++) {
			if (!is_chosen(rows, answer, j))
				continue;
			print_row(rows, &columns, answer, j, first, out);
			first = false;
		}
	}
	if (any)
		putc('\n', out);
}
