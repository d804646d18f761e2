/* SPDX-License-Identifier: MIT */
#include "bench/host/answers/answers.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART     "answers"
#define KIB      1024LL
#define MIB      (1024 * KIB)

#define SWITCHES 16 /* switches in a sample of switch.pingpong */

static const struct question {
	enum answer_topic topic;
	unsigned rank;
	const char *title, *name;
	struct subject subject; /* its title is used in sentences */
} questions[] = {
	{ ANSWER_EXEC, 0, "4 KiB", "4 KiB", { "exec.spawn", 4 * KIB, NULL, "start a program of 4 KiB" } },
	{ ANSWER_EXEC, 8, "64 KiB", "64 KiB", { "exec.spawn", 64 * KIB, NULL, "start a program of 64 KiB" } },
	{ ANSWER_EXEC, 5, "1 MiB", "1 MiB", { "exec.spawn", MIB, NULL, "start a program of 1 MiB" } },
	{ ANSWER_EXEC, 1, "16 MiB", "16 MiB", { "exec.spawn", 16 * MIB, NULL, "start a program of 16 MiB" } },
	{ ANSWER_IRQ,
	  2,
	  "from user",
	  "IRQ entry from user mode",
	  { "irq.entry.user", 0, NULL, "enter an IRQ's handler from user mode" } },
	{ ANSWER_IRQ,
	  7,
	  "from kernel",
	  "IRQ entry from the kernel",
	  { "irq.entry.kernel", 0, NULL, "enter an IRQ's handler from the kernel" } },
	{ ANSWER_IRQ,
	  3,
	  "round trip",
	  "IRQ round trip",
	  { "irq.roundtrip.user", 0, NULL, "interrupt user mode and return" } },
	{ ANSWER_SWITCH,
	  4,
	  "no pages",
	  "no pages",
	  { "switch.pingpong", 0, NULL, "switch 16 times between two tasks" } },
	{ ANSWER_SWITCH,
	  6,
	  "256 pages",
	  "256 pages",
	  { "switch.pingpong", 256, NULL,
	    "switch 16 times between two tasks that touch 256 pages each, without the touches themselves" } },
};

#define QUESTIONS (sizeof questions / sizeof questions[0])

static bool is_cycles(const struct view *view)
{
	return strcmp(view->metric, "cycles_nominal") == 0;
}

/* Prepares a query and binds ?1 to the engine, ?2 to the benchmark, ?3 to the parameter and ?4 to
 * the metric. Returns NULL after a message. */
static sqlite3_stmt *query(sqlite3 *db, const char *sql, const struct view *view,
                           const struct subject *subject)
{
	sqlite3_stmt *row = sql_prepare(db, PART, NULL, sql);

	if (row) {
		sql_bind(row, 1, view->engine);
		sql_bind(row, 2, subject->benchmark);
		sqlite3_bind_int64(row, 3, subject->parameter);
		sql_bind(row, 4, subject_metric(subject, view));
	}
	return row;
}

/* Reads the medians of the strategies. Returns 0, or -1 after a message. */
static int read_strategies(sqlite3 *db, const struct view *view, struct answer *answer)
{
	static const char sql[] = "SELECT strategy, median, ci_low, ci_high, flags,"
	                          " (SELECT median FROM compared_good l WHERE l.engine = ?1 AND l.benchmark "
	                          "= ?2 AND l.parameter ="
	                          "  ?3 AND l.strategy = s.strategy AND l.metric = 'cycles_low'),"
	                          " (SELECT median FROM compared_good h WHERE h.engine = ?1 AND h.benchmark "
	                          "= ?2 AND h.parameter ="
	                          "  ?3 AND h.strategy = s.strategy AND h.metric = 'cycles_high')"
	                          " FROM compared_good s WHERE engine = ?1 AND benchmark = ?2 AND parameter "
	                          "= ?3 AND metric = ?4"
	                          " ORDER BY " STRATEGY_ORDER("strategy");
	sqlite3_stmt *row = query(db, sql, view, answer->subject);

	if (!row)
		return -1;
	while (sqlite3_step(row) == SQLITE_ROW) {
		struct answer_strategy *more =
		        reallocarray(answer->strategy, answer->count + 1, sizeof *answer->strategy);
		struct answer_strategy *strategy;

		if (!more) {
			sqlite3_finalize(row);
			return complain(PART, "out of memory");
		}
		answer->strategy = more;
		strategy = &answer->strategy[answer->count];
		*strategy = (struct answer_strategy){ .median = sqlite3_column_double(row, 1),
			                              .low = sqlite3_column_double(row, 2),
			                              .high = sqlite3_column_double(row, 3) };
		if (is_cycles(view)) {
			strategy->low = sqlite3_column_double(row, 5);
			strategy->high = sqlite3_column_double(row, 6);
		}
		snprintf(strategy->name, sizeof strategy->name, "%s", sql_text(row, 0));
		snprintf(strategy->flags, sizeof strategy->flags, "%s", sql_text(row, 4));
		if (strategy->median < answer->strategy[answer->least].median)
			answer->least = answer->count;
		answer->count++;
	}
	sqlite3_finalize(row);
	return 0;
}

/*
 * Sets `order` of a strategy, and the ratio of its median to the lowest median. `least` is the name
 * of the strategy with the lowest median. `row` is the query of read_ratios().
 */
static void read_ratio(sqlite3_stmt *row, const char *least, struct answer_strategy *strategy)
{
	sql_bind(row, 5, strategy->name);
	sql_bind(row, 6, least);
	strategy->order = ANSWER_OPEN;
	if (sqlite3_step(row) == SQLITE_ROW && sqlite3_column_type(row, 0) != SQLITE_NULL) {
		strategy->ratio = sqlite3_column_double(row, 0);
		strategy->ratio_low = sqlite3_column_double(row, 1);
		strategy->ratio_high = sqlite3_column_double(row, 2);
		snprintf(strategy->ratio_flags, sizeof strategy->ratio_flags, "%s", sql_text(row, 3));
		if (sqlite3_column_int(row, 4))
			strategy->order = ANSWER_MORE;
		else if (strategy->ratio_low == 1 && strategy->ratio_high == 1)
			strategy->order = ANSWER_SAME;
	}
	sqlite3_reset(row);
}

/*
 * Sets the ratio, the order and the parts of each strategy. In modelled cycles a ratio has three
 * intervals: with the model's low, nominal and high parameters. In this case sets the interval to
 * the range from the lowest end of these three intervals to the highest. Returns 0, or -1 after a
 * message.
 */
static int read_ratios(sqlite3 *db, const struct view *view, struct answer *answer)
{
	static const char sql[] =
	        "SELECT max(ratio) FILTER (WHERE metric = ?4), min(ci_low), max(ci_high),"
	        " max(flags) FILTER (WHERE metric = ?4),"
	        " EXISTS (SELECT 1 FROM decided d WHERE d.engine = ?1 AND d.benchmark = ?2 AND d.parameter = "
	        "?3"
	        "  AND d.metric = ?4 AND d.a = ?5 AND d.b = ?6 AND d.ci_low > 1)"
	        " FROM comparisons WHERE engine = ?1 AND benchmark = ?2 AND parameter = ?3 AND a = ?5 AND b "
	        "= ?6"
	        " AND (metric = ?4 OR ?4 = 'cycles_nominal' AND metric IN ('cycles_low', 'cycles_high'))";
	sqlite3_stmt *row = query(db, sql, view, answer->subject);
	int status = 0;

	if (!row)
		return -1;
	for (size_t i = 0; i < answer->count && status == 0; i++) {
		struct answer_strategy *strategy = &answer->strategy[i];

		if (i != answer->least)
			read_ratio(row, answer->strategy[answer->least].name, strategy);
		else
			strategy->ratio = strategy->ratio_low = strategy->ratio_high = 1;
		answer->with[strategy->order]++;
		if (strategy->order == ANSWER_MORE)
			status = answers_read_parts(db, view, answer, strategy);
	}
	sqlite3_finalize(row);
	answers_set_decimals(answer);
	return status;
}

/* Returns true if this view has a median for at least one question, or for tlb.invlpg. */
static bool is_measured(sqlite3 *db, const struct view *view)
{
	static const char sql[] = "SELECT count(*) FROM compared_good WHERE engine = ?1 AND metric = ?4 AND"
	                          " (benchmark = ?2 AND parameter = ?3 OR benchmark = 'tlb.invlpg')";
	bool measured = false;

	for (size_t i = 0; i < QUESTIONS && !measured; i++) {
		sqlite3_stmt *row = query(db, sql, view, &questions[i].subject);

		measured = row && sqlite3_step(row) == SQLITE_ROW && sqlite3_column_int(row, 0) > 0;
		sqlite3_finalize(row);
	}
	return measured;
}

static const struct view *choose_view(sqlite3 *db)
{
	/* From the last view to the first: TSC ticks, then modelled cycles, then counts. */
	for (size_t i = views_count; i-- > 0;)
		if (is_measured(db, &views[i]))
			return &views[i];
	return NULL;
}

static size_t count_of(sqlite3 *db, const char *sql, const char *engine)
{
	char count[24];

	return sql_value(db, sql, engine, count, sizeof count) ? strtoul(count, NULL, 10) : 0;
}

int answers_read(sqlite3 *db, struct answers *answers)
{
	*answers = (struct answers){ .view = choose_view(db) };
	if (!answers->view)
		return 0;
	answers->answer = calloc(QUESTIONS, sizeof *answers->answer);
	if (!answers->answer)
		return complain(PART, "out of memory");
	for (size_t i = 0; i < QUESTIONS; i++) {
		struct answer *answer = &answers->answer[answers->count];
		const struct subject *subject = &questions[i].subject;

		*answer = (struct answer){ .topic = questions[i].topic,
			                   .rank = questions[i].rank,
			                   .title = questions[i].title,
			                   .name = questions[i].name,
			                   .what = subject->title,
			                   .times = questions[i].topic == ANSWER_SWITCH ? SWITCHES : 1,
			                   .subject = subject,
			                   .metric = subject_metric(subject, answers->view),
			                   .unit = subject_unit(subject, answers->view) };
		if (read_strategies(db, answers->view, answer)) {
			answers->count++;
			return -1;
		}
		if (answer->count == 0)
			continue;
		answers->count++;
		if (read_ratios(db, answers->view, answer))
			return -1;
	}
	answers->strategies =
	        count_of(db, "SELECT count(DISTINCT strategy) FROM compared_good WHERE engine = ?1",
	                 answers->view->engine);
	answers->rounds =
	        count_of(db, "SELECT count(DISTINCT round) FROM launches WHERE engine = ?1 AND round > 0",
	                 answers->view->engine);
	if (answers_read_notes(db, answers))
		return -1;
	return answers_read_flush(db, answers->view, &answers->flush);
}

bool answers_have(const struct answers *answers, const char *name, size_t length)
{
	for (size_t i = 0; i < answers->count; i++)
		for (size_t j = 0; j < answers->answer[i].count; j++)
			if (!strncmp(answers->answer[i].strategy[j].name, name, length) &&
			    !answers->answer[i].strategy[j].name[length])
				return true;
	return false;
}

void answers_free(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++)
		free(answers->answer[i].strategy);
	free(answers->answer);
	free(answers->flush.row);
	*answers = (struct answers){ 0 };
}
