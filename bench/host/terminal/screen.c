/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/terminal/screen.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"
#include "bench/host/base/text.h"
#include "bench/host/evaluate/compilers.h"
#include "bench/host/evaluate/stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART         "screen"
#define WIDTH_LEAST  80
#define FLUSH_LABEL  22 /* columns before the first number of the block on TLB flushes */
#define FLUSH_COLUMN 7
#define LABEL        10 /* columns before the text of the last blocks */

/* A part of the screen, printed to memory first, so that its lines can be counted. */
struct block {
	char *text;
	size_t size;
	struct terminal to; /* how to print to it */
};

struct screen {
	sqlite3 *db;
	struct answers answers;
	struct screen_rows rows;
	struct terminal terminal; /* its width is that of the screen */
	const char *run_dir;
};

/* Opens a block. Returns 0, or -1 after a message if out of memory. */
static int begin(const struct screen *screen, struct block *block)
{
	*block = (struct block){ .to = screen->terminal };
	block->to.out = open_memstream(&block->text, &block->size);
	return block->to.out ? 0 : complain(PART, "out of memory");
}

/* Closes a block and returns the number of its lines. */
static size_t end(struct block *block)
{
	size_t lines = 0;

	fclose(block->to.out);
	for (const char *at = block->text; at && (at = strchr(at, '\n')); at++)
		lines++;
	return lines;
}

static bool is_cycles(const struct screen *screen)
{
	return strcmp(screen->answers.view->metric, "cycles_nominal") == 0;
}

static void print_label(const struct terminal *to, const char *label)
{
	fprintf(to->out, "%s%-*s%s", to->colour ? "\033[1m" : "", LABEL, label, to->colour ? "\033[0m" : "");
}

static void print_wrapped(const struct terminal *to, const char *text)
{
	terminal_print_wrapped(to, text, LABEL, to->width - LABEL);
}

/* Writes the unit of the screen's numbers in words. Returns `text`. */
static const char *meaning(const struct screen *screen, char *text, size_t size)
{
	char profile[64];

	if (is_cycles(screen)) {
		if (!sql_value(screen->db, "SELECT value FROM environment WHERE key = 'run.profile'", NULL,
		               profile, sizeof profile))
			snprintf(profile, sizeof profile, "an unknown profile");
		snprintf(text, size, "modelled cycles (%s), an estimate", profile);
	} else if (strcmp(screen->answers.view->metric, "tsc") == 0) {
		snprintf(text, size, "ticks of the time stamp counter");
	} else {
		snprintf(text, size, "counts of instructions, with REP rounds by size; not time");
	}
	return text;
}

/* Prints what the presets that are compared do, in brief, as kernel/axes.txt says. */
static void print_presets(const struct screen *screen, const struct terminal *to)
{
#define BRIEF(name, brief, text) { name, brief },
	static const struct {
		const char *name, *brief;
	} presets[] = { PRESETS_ABOUT(BRIEF) };
	char text[600] = "";

	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
		const size_t used = strlen(text);

		if (*presets[i].brief &&
		    answers_have(&screen->answers, presets[i].name, strlen(presets[i].name)))
			snprintf(text + used, sizeof text - used, "%s%s: %s", used > 0 ? "; " : "",
			         presets[i].name, presets[i].brief);
	}
	if (*text)
		terminal_print_wrapped(to, text, 0, to->width);
}

/* Prints what was compared, in which unit, and what the columns mean. `some`: an answer does not show
 * all strategies. */
static void print_header(const struct screen *screen, bool some, const struct terminal *to)
{
	const struct answers *answers = &screen->answers;
	const bool enough = answers->rounds >= STATS_FEWEST;
	char text[400], what[160];

	snprintf(text, sizeof text, "%zu strateg%s on %s, %zu round%s; %s", answers->strategies,
	         answers->strategies == 1 ? "y" : "ies", answers->view->engine, answers->rounds,
	         answers->rounds == 1 ? "" : "s", meaning(screen, what, sizeof what));
	terminal_print_wrapped(to, text, 0, to->width);
	print_presets(screen, to);
	if (screen->rows.has_range && is_cycles(screen))
		fputs("low - high: with the model's low and high parameters, common to all strategies\n",
		      to->out);
	if (answers->strategies > 1) {
		snprintf(text, sizeof text, "ratio to lowest%s [%s, rounds%s]: %s",
		         answers->rounds > 1 ? ", median of rounds" : "", enough ? "95 % interval" : "range",
		         is_cycles(screen) ? " and parameters" : "",
		         enough ? "decided if 1 is outside" : "too few rounds to decide an order");
		terminal_print_wrapped(to, text, 0, to->width);
	}
	if (some)
		fputs("each block has some of the strategies: least, most, presets\n", to->out);
	putc('\n', to->out);
}

/* Returns true if the block on flushes shows row i of `flush`. If not all rows fit (`step` is above
 * 1), the block shows every `step`th row and the second row, where the costs often cross. */
static bool is_column(size_t i, size_t step)
{
	return i % step == 0 || i == 1;
}

/* Prints a row of the block on flushes. `kind`: 'i' INVLPG, 'c' the CR3 load, 'r' the load and reads. */
static void print_costs(const struct answer_flush *flush, size_t step, const char *label, char kind,
                        FILE *out)
{
	fprintf(out, "  %-*s", FLUSH_LABEL - 2, label);
	for (size_t i = 0; i < flush->count; i++) {
		const struct answer_flush_row *row = &flush->row[i];
		const double value = kind == 'i' ? row->invlpg : kind == 'c' ? flush->cr3 : row->refill;
		char number[NUMBER_TEXT_MAX];

		if (is_column(i, step))
			fprintf(out, "%*s", FLUSH_COLUMN,
			        value < 0 ? "-" : answers_number(value, value, number));
	}
	putc('\n', out);
}

static void print_flush(const struct screen *screen, const struct terminal *to)
{
	const struct answer_flush *flush = &screen->answers.flush;
	const size_t room = (to->width - FLUSH_LABEL) / FLUSH_COLUMN;
	size_t step = 1;
	char text[ANSWER_TEXT_MAX], pages[NUMBER_TEXT_MAX];

	if (flush->count == 0)
		return;
	while ((flush->count + step - 1) / step + (step > 1) > room)
		step++;
	fprintf(to->out, "%sTLB flush%s%*s", to->colour ? "\033[1m" : "", to->colour ? "\033[0m" : "",
	        FLUSH_LABEL - (int)strlen("TLB flush"), "pages");
	for (size_t i = 0; i < flush->count; i++)
		if (is_column(i, step))
			fprintf(to->out, "%*s", FLUSH_COLUMN,
			        number_digits((double)flush->row[i].pages, pages, sizeof pages));
	putc('\n', to->out);
	print_costs(flush, step, "INVLPG of each page", 'i', to->out);
	if (flush->alone.measured)
		print_costs(flush, step, "one CR3 load", 'c', to->out);
	if (flush->refill.measured)
		print_costs(flush, step, "CR3 load and reads", 'r', to->out);
	fputs("  ", to->out);
	terminal_print_wrapped(to, answers_flush_sentence(&screen->answers, text), 2, to->width - 2);
	putc('\n', to->out);
}

static int64_t count(const struct screen *screen, const char *sql)
{
	return sql_number(screen->db, PART, sql);
}

static void print_claims(const struct screen *screen, const struct terminal *to)
{
	static const char counts[] =
	        "SELECT group_concat(n || ' ' || verdict, ', ') FROM (SELECT count(*) AS n, verdict FROM "
	        "claims"
	        " GROUP BY verdict ORDER BY instr('confirmed refuted inconclusive not measured', verdict))";
	static const char wrong[] =
	        "SELECT group_concat(id || ' ' || name, ', ') FROM (SELECT id, name FROM claims"
	        " WHERE verdict = 'refuted' ORDER BY id)";
	char text[4000], all[4100];

	if (!sql_value(screen->db, counts, NULL, text, sizeof text))
		return;
	print_label(to, "claims");
	print_wrapped(to, text);
	if (sql_value(screen->db, wrong, NULL, text, sizeof text)) {
		snprintf(all, sizeof all, "refuted, from design notes (docs/claims.md): %s", text);
		fprintf(to->out, "%*s", LABEL, "");
		print_wrapped(to, all);
	}
}

/* Prints what needs attention, if anything: failed checks, drift, effects of the compiler. */
static void print_warnings(const struct screen *screen, const struct terminal *to)
{
	const int64_t failed = count(screen, "SELECT count(*) FROM checks WHERE ok = 0");
	const int64_t drift = count(screen, "SELECT count(*) FROM drift WHERE flags = 'drift'");
	struct block lines;
	char *rest, *line;

	if (failed > 0)
		fprintf(to->out, "%-*s%" PRId64 " failed; their series are not compared\n", LABEL, "checks",
		        failed);
	if (drift > 0)
		fprintf(to->out, "%-*s%" PRId64 " series change from round to round: see drift.csv\n", LABEL,
		        "drift", drift);
	if (begin(screen, &lines))
		return;
	compilers_print(screen->db, lines.to.out);
	end(&lines);
	rest = lines.text;
	while ((line = strsep(&rest, "\n")))
		if (*line)
			terminal_print_wrapped(to, line, 2, to->width - 2);
	free(lines.text);
}

/* Writes a folder's path. If the folder is below the current folder, writes the path from there.
 * Returns `path`. */
static const char *from_here(const char *folder, char *path, size_t size)
{
	char here[1024];
	const size_t length = getcwd(here, sizeof here) ? strlen(here) : 0;

	snprintf(path, size, "%s",
	         length > 1 && strncmp(folder, here, length) == 0 && folder[length] == '/'
	                 ? folder + length + 1
	                 : folder);
	return path;
}

/* Prints the meaning of the marks that numbers of the shown answers have. */
static void print_marks(const struct screen *screen, const struct terminal *to)
{
	char seen[NUMBER_MARKS_MAX] = { 0 }, words[NUMBER_WORDS_MAX];
	bool any = false;

	for (size_t i = 0; i < screen->answers.count; i++)
		for (size_t j = 0; j < screen->answers.answer[i].count && screen->rows.is_shown[i]; j++) {
			char marks[NUMBER_MARKS_MAX];

			number_marks(screen->answers.answer[i].strategy[j].flags, marks);
			for (const char *mark = marks; *mark; mark++)
				if (!strchr(seen, *mark) && strlen(seen) + 1 < sizeof seen)
					seen[strlen(seen)] = *mark;
		}
	for (const char *mark = seen; *mark; mark++) {
		if (!any)
			print_label(to, "marks");
		fprintf(to->out, "%s%c %s", any ? "   " : "", *mark,
		        number_caveats(number_mark_flag(*mark), words));
		any = true;
	}
	if (any)
		putc('\n', to->out);
}

static void print_rest(const struct screen *screen, const struct terminal *to)
{
	static const char files[] = "report.html, tables.txt, comparisons.csv";
	char buffer[1200];
	const char *path = from_here(screen->run_dir, buffer, sizeof buffer);

	print_label(to, "results");
	if (LABEL + strlen(path) + strlen(": ") + strlen(files) <= to->width)
		text_print(to->out, "%s: %s\n", path, files);
	else
		text_print(to->out, "%s:\n%*s%s\n", path, LABEL, "", files);
}

static void print_tail(const struct screen *screen, const struct terminal *to)
{
	print_claims(screen, to);
	print_warnings(screen, to);
	print_rest(screen, to);
}

/*
 * Chooses the answers that are shown on `room` lines, in the order of their ranks. Returns how many
 * topics have an answer that is shown.
 */
static size_t choose(struct screen *screen, size_t room)
{
	bool has_heading[ANSWER_TOPICS] = { false };
	size_t topics = 0;

	for (size_t i = 0; i < screen->answers.count; i++)
		screen->rows.is_shown[i] = false;
	for (unsigned rank = 0; rank < ANSWERS_RANKS; rank++)
		for (size_t i = 0; i < screen->answers.count; i++) {
			const struct answer *answer = &screen->answers.answer[i];
			/* The first answer of a topic also needs a heading and an empty line. */
			const size_t lines =
			        screen_rows_of(&screen->rows, answer) + (has_heading[answer->topic] ? 0 : 2);

			if (answer->rank != rank || lines > room)
				continue;
			room -= lines;
			topics += !has_heading[answer->topic];
			has_heading[answer->topic] = screen->rows.is_shown[i] = true;
		}
	return topics;
}

/* Chooses which answers are shown, and how many strategies each may show. The screen has answers to
 * the most topics if each answer shows only SCREEN_STRATEGIES_LEAST strategies. Chooses the largest
 * number of strategies that does not reduce the number of topics. */
static void fit(struct screen *screen, size_t room)
{
	size_t topics;

	screen->rows.strategies = SCREEN_STRATEGIES_LEAST;
	topics = choose(screen, room);
	for (size_t more = SCREEN_STRATEGIES; more >= SCREEN_STRATEGIES_LEAST; more--) {
		screen->rows.strategies = more;
		if (choose(screen, room) == topics)
			return;
	}
}

/* Prints all parts. Returns 0, or -1 after a message if out of memory. */
static int print_parts(struct screen *screen, FILE *out)
{
	struct block header, longest_header, flush, tail, marks;
	size_t used = 1; /* lines; this one is for the marks */

	if (begin(screen, &header) || begin(screen, &longest_header) || begin(screen, &flush) ||
	    begin(screen, &tail) || begin(screen, &marks))
		return -1;
	screen_rows_choose_range(&screen->rows);
	print_header(screen, screen->answers.strategies > SCREEN_STRATEGIES_LEAST, &longest_header.to);
	print_flush(screen, &flush.to);
	print_tail(screen, &tail.to);
	used += end(&longest_header) + end(&flush) + end(&tail);
	fit(screen, used < SCREEN_LINES ? SCREEN_LINES - used : 0);
	print_header(screen, screen->answers.strategies > screen->rows.strategies, &header.to);
	print_marks(screen, &marks.to);
	end(&header);
	end(&marks);
	fputs(header.text, out);
	screen_rows_print(&screen->rows, ANSWER_EXEC, out);
	screen_rows_print(&screen->rows, ANSWER_IRQ, out);
	fputs(flush.text, out);
	screen_rows_print(&screen->rows, ANSWER_SWITCH, out);
	fputs(marks.text, out);
	fputs(tail.text, out);
	free(header.text);
	free(longest_header.text);
	free(flush.text);
	free(tail.text);
	free(marks.text);
	return 0;
}

bool screen_print(sqlite3 *db, const char *run_dir, const struct terminal *terminal)
{
	struct screen screen = { .db = db, .terminal = *terminal, .run_dir = run_dir };
	bool shown = false;

	if (terminal->width == 0 || terminal->width > SCREEN_COLUMNS)
		screen.terminal.width = SCREEN_COLUMNS;
	else if (terminal->width < WIDTH_LEAST)
		screen.terminal.width = WIDTH_LEAST;
	if (answers_read(db, &screen.answers) == 0 &&
	    (screen.answers.count > 0 || screen.answers.flush.count > 0)) {
		screen.rows =
		        (struct screen_rows){ .answers = &screen.answers,
			                      .width = screen.terminal.width,
			                      .colour = terminal->colour,
			                      .is_shown = calloc(screen.answers.count + 1, sizeof(bool)) };
		shown = screen.rows.is_shown && print_parts(&screen, terminal->out) == 0;
		free(screen.rows.is_shown);
	}
	answers_free(&screen.answers);
	return shown;
}
