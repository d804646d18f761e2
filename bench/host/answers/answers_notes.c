/* SPDX-License-Identifier: MIT */
/*
 * Reads two results that qualify the answers: what a load takes if one CR3 load takes the place of
 * the INVLPGs, and how many instructions of an interrupt's entry switch stacks.
 */
#include "bench/host/answers/answers.h"
#include "bench/host/base/sql.h"

#include <string.h>

#define PART "answers"

/* Sets `cr3_strategy` and `cr3_ratio` of an answer if this strategy has a median of
 * exec.load.flush_cr3. Returns 0, or -1 after a message. */
static int read_cr3(sqlite3 *db, const struct view *view, struct answer *answer, size_t index)
{
	static const char sql[] =
	        "SELECT c.median / l.median FROM compared_good c JOIN compared_good l USING (engine, cpus,"
	        " parameter, metric) WHERE engine = ?1 AND parameter = ?2 AND metric = ?3 AND c.strategy = ?4"
	        " AND l.strategy = ?5 AND c.benchmark = 'exec.load.flush_cr3' AND l.benchmark = 'exec.load'"
	        " AND l.median > 0";
	sqlite3_stmt *row = sql_prepare(db, PART, NULL, sql);

	if (!row)
		return -1;
	sql_bind(row, 1, view->engine);
	sqlite3_bind_int64(row, 2, answer->subject->parameter);
	sql_bind(row, 3, answer->metric);
	sql_bind(row, 4, answer->strategy[index].name);
	sql_bind(row, 5, answer->strategy[answer->least].name);
	if (sqlite3_step(row) == SQLITE_ROW) {
		answer->cr3_strategy = index;
		answer->cr3_ratio = sqlite3_column_double(row, 0);
	}
	sqlite3_finalize(row);
	return 0;
}

/* Returns true if INVLPG is the largest part of what this strategy needs more. */
static bool is_slow_by_invlpg(const struct answer_strategy *strategy)
{
	return strategy->order == ANSWER_MORE && strategy->parts > 0 && strategy->part[0].more > 0 &&
	       strcmp(strategy->part[0].what, "INVLPG") == 0;
}

/*
 * Sets `stack_switch` for the first strategy whose entry writes RSP, as the image shows. A build that
 * differs in STACK alone, and does not write RSP, shows how many instructions that takes. Only exact
 * counts are used. Returns 0, or -1 after a message.
 */
static int read_stack_switch(sqlite3 *db, const struct view *view, struct answer_stack_switch *found)
{
	static const char sql[] =
	        "WITH stub AS (SELECT strategy, median AS writes FROM summary WHERE engine = 'image' AND"
	        " benchmark = 'irq.entry.user' AND metric = 'rsp_writes'), entry AS (SELECT * FROM summary"
	        " JOIN stub USING (strategy) WHERE engine = ?1 AND benchmark = 'irq.entry.user' AND"
	        " metric = 'instructions' AND ',' || flags || ',' LIKE '%,exact,%' AND"
	        " ',' || flags || ',' NOT LIKE '%,check-failed,%')"
	        " SELECT s.strategy, o.strategy, s.median, o.median FROM entry s JOIN entry o"
	        " USING (cpus, loader, isolation) WHERE s.writes > 0 AND o.writes = 0 AND"
	        " s.median > o.median AND s.strategy IN (SELECT strategy FROM compared_good WHERE"
	        " engine = ?1 AND benchmark = 'irq.entry.user')"
	        " ORDER BY " STRATEGY_ORDER("s.strategy") ", o.median, o.strategy DESC LIMIT 1";
	sqlite3_stmt *row = sql_prepare(db, PART, NULL, sql);

	if (!row)
		return -1;
	sql_bind(row, 1, view->engine);
	if (sqlite3_step(row) == SQLITE_ROW) {
		snprintf(found->strategy, sizeof found->strategy, "%s", sql_text(row, 0));
		snprintf(found->other, sizeof found->other, "%s", sql_text(row, 1));
		found->with = sqlite3_column_double(row, 2);
		found->without = sqlite3_column_double(row, 3);
	}
	sqlite3_finalize(row);
	return 0;
}

int answers_read_notes(sqlite3 *db, struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		struct answer *answer = &answers->answer[i];

		for (size_t j = 0; j < answer->count && answer->cr3_ratio == 0; j++)
			if (answer->topic == ANSWER_EXEC && is_slow_by_invlpg(&answer->strategy[j]) &&
			    read_cr3(db, answers->view, answer, j))
				return -1;
	}
	return read_stack_switch(db, answers->view, &answers->stack_switch);
}
