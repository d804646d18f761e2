/* SPDX-License-Identifier: MIT */
/* Finds from how many pages on one CR3 load costs less than INVLPG of each page. */
#include "bench/host/answers/answers.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <stdlib.h>
#include <string.h>

#define PART "answers"

/*
 * The lowest and the highest end of the intervals of all strategies, for each benchmark, parameter
 * and metric. `few`: some strategy has too few rounds for an interval, so nothing is decided.
 */
#define COSTS                                                                                              \
	"WITH cost AS (SELECT benchmark, parameter, metric, min(ci_low) AS low, max(ci_high) AS high,"     \
	" max(',' || flags || ',' LIKE '%,few,%') AS few FROM compared_good WHERE engine = ?1 AND (metric" \
	" = ?2 OR ?2 = 'cycles_nominal' AND metric IN ('cycles_low', 'cycles_high'))"                      \
	" AND benchmark IN ('tlb.invlpg', 'tlb.cr3', 'tlb.refill') GROUP BY 1, 2, 3)"

/* Reads the medians of the first strategy (STRATEGY_ORDER) that measured tlb.invlpg. Returns 0, or
 * -1 after a message. */
static int read_rows(sqlite3 *db, const struct view *view, struct answer_flush *flush)
{
	static const char sql[] =
	        "SELECT i.parameter, i.median, (SELECT median FROM compared_good r WHERE r.engine = ?1 AND"
	        " r.metric = ?2 AND r.strategy = i.strategy AND r.benchmark = 'tlb.refill' AND r.parameter ="
	        " i.parameter), (SELECT median FROM compared_good c WHERE c.engine = ?1 AND c.metric = ?2 AND"
	        " c.strategy = i.strategy AND c.benchmark = 'tlb.cr3'), i.strategy"
	        " FROM compared_good i WHERE engine = ?1 AND metric = ?2 AND benchmark = 'tlb.invlpg' AND"
	        " strategy = (SELECT strategy FROM compared_good WHERE engine = ?1 AND metric = ?2 AND"
	        "  benchmark = 'tlb.invlpg' ORDER BY " STRATEGY_ORDER("strategy") " LIMIT 1)"
	                                                                          " ORDER BY i.parameter";
	sqlite3_stmt *row = sql_prepare(db, PART, NULL, sql);

	if (!row)
		return -1;
	sql_bind(row, 1, view->engine);
	sql_bind(row, 2, view->metric);
	while (sqlite3_step(row) == SQLITE_ROW) {
		struct answer_flush_row *more = reallocarray(flush->row, flush->count + 1, sizeof *more);

		if (!more) {
			sqlite3_finalize(row);
			return complain(PART, "out of memory");
		}
		flush->row = more;
		flush->row[flush->count++] = (struct answer_flush_row){
			.pages = sqlite3_column_int64(row, 0),
			.invlpg = sqlite3_column_double(row, 1),
			.refill = sqlite3_column_type(row, 2) == SQLITE_NULL ? -1
			                                                     : sqlite3_column_double(row, 2),
		};
		flush->cr3 = sqlite3_column_type(row, 3) == SQLITE_NULL ? -1 : sqlite3_column_double(row, 3);
		snprintf(flush->strategy, sizeof flush->strategy, "%s", sql_text(row, 4));
	}
	sqlite3_finalize(row);
	return 0;
}

/* Compares tlb.invlpg with the benchmark `against`. Returns 0, or -1 after a message. */
static int read_crossing(sqlite3 *db, const struct view *view, const char *against,
                         struct answer_crossing *crossing)
{
	static const char sql[] =
	        COSTS ", pair AS (SELECT i.parameter AS pages, min(i.high < o.low AND NOT i.few AND NOT "
	              "o.few) AS less,"
	              " min(i.low > o.high AND NOT i.few AND NOT o.few) AS more"
	              " FROM cost i JOIN cost o USING (metric) WHERE i.benchmark = 'tlb.invlpg' AND "
	              "o.benchmark = ?3"
	              " AND o.parameter = iif(?3 = 'tlb.cr3', o.parameter, i.parameter) GROUP BY i.parameter)"
	              " SELECT count(*), max(pages) FILTER (WHERE pages < coalesce((SELECT min(pages) FROM "
	              "pair WHERE"
	              " NOT less), 9e18)), min(pages) FILTER (WHERE pages > coalesce((SELECT max(pages) FROM "
	              "pair WHERE"
	              " NOT more), 0)), min(pages) FILTER (WHERE NOT less AND NOT more), max(pages) FILTER"
	              " (WHERE NOT less AND NOT more) FROM pair";
	sqlite3_stmt *row = sql_prepare(db, PART, NULL, sql);

	if (!row)
		return -1;
	sql_bind(row, 1, view->engine);
	sql_bind(row, 2, view->metric);
	sql_bind(row, 3, against);
	if (sqlite3_step(row) == SQLITE_ROW)
		*crossing = (struct answer_crossing){ .measured = sqlite3_column_int(row, 0) > 0,
			                              .up_to = sqlite3_column_int64(row, 1),
			                              .from = sqlite3_column_int64(row, 2),
			                              .open_low = sqlite3_column_int64(row, 3),
			                              .open_high = sqlite3_column_int64(row, 4) };
	sqlite3_finalize(row);
	return 0;
}

int answers_read_flush(sqlite3 *db, const struct view *view, struct answer_flush *flush)
{
	*flush = (struct answer_flush){ .cr3 = -1 };
	/* INVLPG and MOV to CR3 are one instruction each: counts do not say which costs more. */
	if (strcmp(view->metric, "instructions") == 0)
		return 0;
	return read_rows(db, view, flush) || read_crossing(db, view, "tlb.cr3", &flush->alone) ||
	                       read_crossing(db, view, "tlb.refill", &flush->refill)
	               ? -1
	               : 0;
}
