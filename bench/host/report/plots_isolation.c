/* SPDX-License-Identifier: MIT */
/*
 * The data of the figures about isolation. These figures also show builds that only a claim needs,
 * because a default run asks only for builds with the first isolation.
 */
#include "bench/host/report/plots_data.h"
#include "strategies.h" /* made from kernel/axes.txt: ISOLATIONS */

#include <string.h>

/* The isolation that others are compared with: the first of kernel/axes.txt. */
#define NAME(name, curve, point) name,
static const char *const isolations[] = { ISOLATIONS(NAME) };

/*
 * The events, from the top of the figure. For each: the benchmark of the compared build, that of
 * the build with the first isolation, their parameter, and the label.
 */
#define EVENTS                                                                             \
	" event(place, benchmark, base, parameter, label) AS (VALUES"                      \
	" (1, 'syscall.null', 'syscall.null', 0, 'system call'),"                          \
	" (2, 'irq.roundtrip.user', 'irq.roundtrip.user', 0, 'interrupt from user mode')," \
	" (3, 'switch.pingpong', 'switch.pingpong', 0, 'context switch'),"                 \
	" (4, 'fork.roundtrip', 'fork.roundtrip', 0, 'fork and wait'),"                    \
	" (5, 'exec.execve.path', 'exec.execve.path', 4096, 'execve of 4 KiB'),"           \
	" (6, 'copy.user.walk', 'copy.user', 4096, 'copy of 4 KiB by walk'),"              \
	" (7, 'copy.user.page', 'copy.user', 4096, 'copy of 4 KiB by page'),"              \
	" (8, 'copy.user.entry', 'copy.user', 4096, 'copy of 4 KiB by entry'))"

/*
 * A row for each event and each pair of builds that were measured in it. The builds of a pair
 * differ only in their isolation. ?4 is the first isolation.
 */
#define PAIRS                                                                                           \
	"WITH" EVENTS ", pair AS (SELECT e.*, s.strategy AS base_strategy, b.strategy,"                 \
	" s.isolation AS base_isolation, b.isolation, s.stack || '+' || s.loader AS rest"               \
	" FROM event e JOIN good_summary s ON s.benchmark = e.base AND s.parameter = e.parameter"       \
	" JOIN good_summary b ON b.benchmark = e.benchmark AND b.parameter = e.parameter"               \
	" AND b.engine = s.engine AND b.cpus = s.cpus AND b.metric = s.metric"                          \
	" AND b.stack = s.stack AND b.loader = s.loader"                                                \
	" WHERE s.engine = ?1 AND s.metric = ?2 AND ?3 = ?1 AND s.isolation = ?4 AND b.isolation <> ?4" \
	" AND EXISTS (SELECT 1 FROM compared_good c WHERE c.engine = ?1)),"                             \
	" chosen AS (SELECT base_strategy, strategy FROM pair GROUP BY 1, 2"                            \
	" ORDER BY count(*) DESC, strategy LIMIT 1)"

/* The metrics of the panels. In modelled cycles the bar spans the model's low and high parameters;
 * in other metrics it is the interval. */
#define PANELS                                                                                        \
	" panel(panel, metric, low, high) AS (VALUES (1, 'instructions', NULL, NULL),"                \
	" (2, 'cr3_writes', NULL, NULL), (3, 'walk_reads', NULL, NULL),"                              \
	" (4, 'cycles_nominal', 'cycles_low', 'cycles_high'), (1, 'tsc', NULL, NULL)),"               \
	" shown AS (SELECT panel.* FROM panel JOIN chosen WHERE EXISTS (SELECT 1 FROM good_summary s" \
	" WHERE s.engine = ?1 AND s.strategy = chosen.strategy AND s.metric = panel.metric))"

/*
 * The numbers of the two builds of a pair: the median, and the ends of the bar. A sample of
 * switch.pingpong is several switches.
 */
#define BARS                                                                                                \
	" value AS (SELECT g.strategy, g.benchmark, g.parameter, g.metric, g.median / coalesce(w.median, "  \
	"1) AS median,"                                                                                     \
	" g.ci_low / coalesce(w.median, 1) AS low, g.ci_high / coalesce(w.median, 1) AS high"               \
	" FROM good_summary g LEFT JOIN good_summary w ON w.engine = g.engine AND w.strategy = g.strategy"  \
	" AND w.cpus = g.cpus AND w.benchmark = g.benchmark AND w.parameter = g.parameter AND w.metric = "  \
	"'switches'"                                                                                        \
	" WHERE g.engine = ?1 AND g.strategy IN (SELECT strategy FROM chosen UNION SELECT base_strategy "   \
	"FROM chosen)),"                                                                                    \
	" bar AS (SELECT v.strategy, v.benchmark, v.parameter, panel, v.metric, v.median,"                  \
	" coalesce(l.median, v.low) AS low, coalesce(h.median, v.high) AS high"                             \
	" FROM value v JOIN shown s USING (metric)"                                                         \
	" LEFT JOIN value l ON l.metric = s.low AND l.strategy = v.strategy AND l.benchmark = v.benchmark"  \
	" AND l.parameter = v.parameter"                                                                    \
	" LEFT JOIN value h ON h.metric = s.high AND h.strategy = v.strategy AND h.benchmark = v.benchmark" \
	" AND h.parameter = v.parameter)"

static const char events_sql[] = PAIRS
        "," PANELS "," BARS " SELECT label AS event, place, r.metric, r.median AS reference,"
        " r.low AS reference_low, r.high AS reference_high, c.median AS compared, c.low AS compared_low,"
        " c.high AS compared_high FROM pair p JOIN chosen USING (base_strategy, strategy)"
        " JOIN bar r ON r.strategy = base_strategy AND r.benchmark = base AND r.parameter = p.parameter"
        " JOIN bar c ON c.strategy = p.strategy AND c.benchmark = p.benchmark AND c.parameter = p.parameter"
        " AND c.panel = r.panel ORDER BY r.panel, place";

/* Moves of the entry window: a row for each allocator and build. */
static const char moves_sql[] =
        "WITH a(place, metric, allocator) AS (VALUES (1, 'moves_sparse', 'sparse'),"
        " (2, 'moves_random', 'random'), (3, 'moves_sweep', 'sweeping'))"
        " SELECT allocator, m.strategy, row_number() OVER (ORDER BY place, " STRATEGY_ORDER(
                "m.strategy") ") AS place, m.median AS moves, t.median AS tries FROM good_summary m JOIN a "
                              "USING (metric)"
                              " JOIN good_summary t ON t.engine = m.engine AND t.strategy = m.strategy AND "
                              "t.cpus = m.cpus"
                              " AND t.benchmark = m.benchmark AND t.metric = 'tries'"
                              " WHERE m.engine = ?1 AND m.benchmark = 'window.moves' AND t.median > 0";

static sqlite3_stmt *ask(sqlite3 *db, const struct view *view, const char *sql)
{
	sqlite3_stmt *query = plots_query(db, view, sql);

	if (query)
		sqlite3_bind_text(query, 4, isolations[0], -1, SQLITE_STATIC);
	return query;
}

bool plots_isolation_has(sqlite3 *db, const struct view *view)
{
	sqlite3_stmt *query = ask(db, view, PAIRS " SELECT 1 FROM chosen");
	bool has = query && sqlite3_step(query) == SQLITE_ROW;

	sqlite3_finalize(query);
	return has;
}

/* Writes isolation.gp: which builds are compared, and the metrics of the panels. */
static int write_names(sqlite3 *db, const char *data_dir, const struct view *view)
{
	sqlite3_stmt *names = ask(db, view,
	                          PAIRS " SELECT rest, base_isolation, isolation FROM pair"
	                                " JOIN chosen USING (base_strategy, strategy) LIMIT 1");
	sqlite3_stmt *panels = ask(db, view,
	                           PAIRS "," PANELS " SELECT group_concat(metric, ' ')"
	                                 " FROM (SELECT metric FROM shown ORDER BY panel)");
	char path[PATH_MAX];
	FILE *out = NULL;
	int status = -1;

	if (names && panels && sqlite3_step(names) == SQLITE_ROW && sqlite3_step(panels) == SQLITE_ROW)
		out = plots_open(path, data_dir, view->name, "isolation.gp");
	if (out) {
		fprintf(out, "rest = \"%s\"\nreference = \"%s\"\ncompared = \"%s\"\npanels = \"%s\"\n",
		        plots_word(names, 0, false), plots_word(names, 1, false), plots_word(names, 2, false),
		        plots_word(panels, 0, true));
		status = plots_close(out, path);
	}
	sqlite3_finalize(names);
	sqlite3_finalize(panels);
	return status;
}

/* Writes the rows of a query, after a line with the names of the columns. The columns in the list
 * `quoted` have texts with spaces. */
static int write_rows(const char *data_dir, const struct view *view, const char *name, sqlite3_stmt *query,
                      unsigned quoted)
{
	char path[PATH_MAX];
	FILE *out = query ? plots_open(path, data_dir, view->name, name) : NULL;
	int columns = query ? sqlite3_column_count(query) : 0;

	if (!out)
		return -1;
	for (int i = 0; i < columns; i++)
		fprintf(out, "%s%s", i ? " " : "", sqlite3_column_name(query, i));
	putc('\n', out);
	while (sqlite3_step(query) == SQLITE_ROW) {
		for (int i = 0; i < columns; i++) {
			const char *format = quoted >> i & 1 ? "%s\"%s\"" : "%s%s";

			fprintf(out, format, i ? " " : "",
			        quoted >> i & 1 ? plots_word(query, i, true) : plots_text(query, i));
		}
		putc('\n', out);
	}
	return plots_close(out, path);
}

int plots_isolation_write(sqlite3 *db, const char *data_dir, const struct view *view)
{
	sqlite3_stmt *events = ask(db, view, events_sql);
	sqlite3_stmt *moves = ask(db, view, moves_sql);
	int status = events && moves ? 0 : -1;

	if (status == 0 && plots_isolation_has(db, view))
		status = write_names(db, data_dir, view) ||
		                         write_rows(data_dir, view, "isolation.dat", events, 1)
		                 ? -1
		                 : 0;
	if (status == 0 && plots_data_has(db, view, "window.moves", "", "any"))
		status = write_rows(data_dir, view, "moves.dat", moves, 0);
	sqlite3_finalize(events);
	sqlite3_finalize(moves);
	return status;
}
