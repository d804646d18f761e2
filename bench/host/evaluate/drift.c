/* SPDX-License-Identifier: MIT */
#include "bench/host/evaluate/drift.h"
#include "bench/host/base/complain.h"
#include "bench/host/base/sql.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "bench/host/base/text.h"
#include "bench/host/evaluate/stats.h"

#define PART       "drift" /* messages begin with this word */
#define EXACT_MAX  30      /* maximum number of values for exact_tail() */
#define LINES_MAX  12      /* maximum number of series that drift_print() prints */
#define ROUNDS_MAX 1000

/*
 * Returns the probability that `n` different values in random order have at most `discordant`
 * discordant pairs. Such pairs are the inversions of a permutation. Their generating function is
 * the product of 1 + x + … + x^(k-1) for k = 1 to n. n is at most EXACT_MAX.
 */
static double exact_tail(size_t n, size_t discordant)
{
	double share[EXACT_MAX * (EXACT_MAX - 1) / 2 + 1] = { 1 };
	size_t pairs = n * (n - 1) / 2;
	double sum = 0;

	for (size_t k = 2; k <= n; k++) {
		double next[sizeof share / sizeof share[0]] = { 0 };

		for (size_t i = 0; i <= pairs; i++)
			for (size_t j = 0; j < k && j <= i; j++)
				next[i] += share[i - j] / (double)k;
		memcpy(share, next, sizeof share);
	}
	for (size_t i = 0; i <= discordant && i <= pairs; i++)
		sum += share[i];
	return sum;
}

/*
 * Returns the one-sided probability of a score at least as extreme as `score`. The score is the
 * number of rising pairs minus the number of falling pairs. Uses Kendall's normal approximation
 * with corrections for ties and continuity. For cases that exact_tail() does not cover: many
 * values, or ties.
 */
static double normal_tail(const double *values, size_t n, double score)
{
	double variance = (double)n * (double)(n - 1) * (double)(2 * n + 5);

	for (size_t i = 0; i < n; i++) {
		double equal = 0;

		for (size_t j = 0; j < n; j++)
			equal += values[j] == values[i];
		/*
		 * A group of t equal values reduces `variance` by t (t - 1) (2t + 5). Each value of
		 * the group subtracts its share, (t - 1) (2t + 5).
		 */
		variance -= (equal - 1) * (2 * equal + 5);
	}
	variance /= 18;
	if (variance <= 0 || score == 0)
		return 0.5;
	return gsl_cdf_ugaussian_Q((fabs(score) - 1) / sqrt(variance));
}

static double chance_of(const double *values, size_t n, size_t rising, size_t falling)
{
	size_t pairs = n * (n - 1) / 2;
	double tail;

	if (n <= EXACT_MAX && rising + falling == pairs)
		tail = exact_tail(n, rising < falling ? rising : falling);
	else
		tail = normal_tail(values, n, (double)rising - (double)falling);
	return fmin(2 * tail, 1);
}

bool drift_of(const double *rounds, const double *values, size_t n, struct drift *drift)
{
	double *slopes = n >= 2 ? malloc(n * n * sizeof *slopes) : NULL;
	size_t count = 0;
	size_t rising = 0;
	size_t falling = 0;
	double median;

	if (!slopes)
		return false;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			rising += values[j] > values[i];
			falling += values[j] < values[i];
			slopes[count++] = (values[j] - values[i]) / (rounds[j] - rounds[i]);
		}
	}
	*drift = (struct drift){ .n = n,
		                 .slope = stats_median(slopes, count),
		                 .chance = chance_of(values, n, rising, falling) };
	memcpy(slopes, values, n * sizeof *slopes);
	median = stats_median(slopes, n);
	if (median > 0)
		drift->change = drift->slope * (rounds[n - 1] - rounds[0]) / median;
	free(slopes);
	return true;
}

bool drift_matters(const struct drift *drift)
{
	return drift->n >= DRIFT_FEWEST && fabs(drift->change) > DRIFT_CHANGE && drift->chance < DRIFT_CHANCE;
}

/*
 * Selects, for each launch and series on KVM, the median of the samples less the median of the
 * overhead samples, or 0 if the difference is negative. A median is computed as the mean of the one
 * or two rows in the middle.
 */
static const char medians[] =
        "WITH kept AS ("
        " SELECT launch, benchmark, parameter, metric, unit, value, overhead FROM good_sample WHERE engine = "
        "'kvm'"
        "), ranked AS ("
        " SELECT *, row_number() OVER w AS place, count(*) OVER (PARTITION BY launch, benchmark, parameter, "
        "metric,"
        "  unit, overhead) AS n FROM kept"
        " WINDOW w AS (PARTITION BY launch, benchmark, parameter, metric, unit, overhead ORDER BY value)"
        "), middle AS ("
        " SELECT launch, benchmark, parameter, metric, unit, overhead, avg(value) AS median"
        " FROM ranked WHERE place IN ((n + 1) / 2, n / 2 + 1)"
        " GROUP BY launch, benchmark, parameter, metric, unit, overhead"
        ") SELECT l.engine, l.strategy, l.cpus, m.benchmark, m.parameter, m.metric, m.unit, l.round,"
        "  max(m.median - coalesce(o.median, 0), 0)"
        " FROM middle m JOIN launches l ON l.id = m.launch"
        " LEFT JOIN middle o ON o.overhead AND o.launch = m.launch AND o.benchmark = m.benchmark"
        "  AND o.parameter = m.parameter AND o.metric = m.metric AND o.unit = m.unit"
        " WHERE NOT m.overhead"
        " ORDER BY 1, 4, 5, 6, 7, 3, 2, 8, l.id";

enum { ENGINE, STRATEGY, CPUS, BENCHMARK, PARAMETER, METRIC, UNIT, ROUND, VALUE, KEYS = ROUND };

struct series {
	char *key[KEYS];
	double rounds[ROUNDS_MAX], values[ROUNDS_MAX];
	size_t n;
};

static void forget(struct series *series)
{
	for (int i = 0; i < KEYS; i++) {
		free(series->key[i]);
		series->key[i] = NULL;
	}
	series->n = 0;
}

/*
 * Writes the row of a complete series if the series has enough rounds, then empties `series` for
 * the next one. Returns 0, or -1 after a message.
 */
static int end_series(sqlite3 *db, sqlite3_stmt *insert, struct series *series)
{
	struct drift drift;
	int status = 0;

	if (series->n >= DRIFT_FEWEST) {
		if (!drift_of(series->rounds, series->values, series->n, &drift))
			return complain(PART, "out of memory");
		for (int i = 0; i < KEYS; i++)
			sql_bind(insert, i + 1, series->key[i]);
		sqlite3_bind_int64(insert, KEYS + 1, (sqlite3_int64)drift.n);
		sqlite3_bind_double(insert, KEYS + 2, drift.slope);
		sqlite3_bind_double(insert, KEYS + 3, drift.change);
		sqlite3_bind_double(insert, KEYS + 4, drift.chance);
		sql_bind(insert, KEYS + 5, drift_matters(&drift) ? "drift" : "");
		status = sql_write(db, PART, "writing", insert);
	}
	forget(series);
	return status;
}

static bool same_series(const struct series *series, sqlite3_stmt *row)
{
	for (int i = 0; i < KEYS; i++)
		if (!series->key[i] || strcmp(series->key[i], sql_text(row, i)) != 0)
			return false;
	return true;
}

static int take(sqlite3 *db, sqlite3_stmt *insert, struct series *series, sqlite3_stmt *row)
{
	if (!same_series(series, row)) {
		if (end_series(db, insert, series))
			return -1;
		for (int i = 0; i < KEYS; i++) {
			series->key[i] = strdup(sql_text(row, i));
			if (!series->key[i])
				return complain(PART, "out of memory");
		}
	}
	/* A round usually has one launch of an image. If it has several, only the first counts. */
	if (series->n < ROUNDS_MAX &&
	    (series->n == 0 || series->rounds[series->n - 1] < sqlite3_column_double(row, ROUND))) {
		series->rounds[series->n] = sqlite3_column_double(row, ROUND);
		series->values[series->n++] = sqlite3_column_double(row, VALUE);
	}
	return 0;
}

static int compute(sqlite3 *db, sqlite3_stmt *row, sqlite3_stmt *insert)
{
	struct series *series = calloc(1, sizeof *series);
	int status = series ? 0 : complain(PART, "out of memory");
	int step = SQLITE_DONE;

	while (status == 0 && (step = sqlite3_step(row)) == SQLITE_ROW)
		status = take(db, insert, series, row);
	if (status == 0 && step != SQLITE_DONE)
		status = sql_complain(db, PART, "reading samples");
	if (status == 0)
		status = end_series(db, insert, series);
	if (series)
		forget(series);
	free(series);
	return status;
}

int drift_compute(sqlite3 *db)
{
	static const char write[] =
	        "INSERT INTO drift (engine, strategy, cpus, benchmark, parameter, metric, unit, n,"
	        " slope, change, chance, flags)"
	        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
	sqlite3_stmt *row, *insert;
	int status;

	if (sql_execute(db, PART, "beginning", "SAVEPOINT drift; DELETE FROM drift"))
		return -1;
	row = sql_prepare(db, PART, "preparing", medians);
	insert = row ? sql_prepare(db, PART, "preparing", write) : NULL;
	status = insert ? compute(db, row, insert) : -1;
	sqlite3_finalize(row);
	sqlite3_finalize(insert);
	if (status)
		sqlite3_exec(db, "ROLLBACK TO drift", NULL, NULL, NULL);
	if (sql_execute(db, PART, "committing", "RELEASE drift"))
		status = -1;
	return status;
}

void drift_print(sqlite3 *db, FILE *out)
{
	int64_t all = sql_number(db, PART, "SELECT count(*) FROM drift");
	int64_t drifting = sql_number(db, PART, "SELECT count(*) FROM drift WHERE flags = 'drift'");
	sqlite3_stmt *row;

	if (all <= 0)
		return;
	if (drifting == 0) {
		fprintf(out,
		        "drift  none of %" PRId64
		        " series changes by over %g %% from the first round to the last\n\n",
		        all, DRIFT_CHANGE * 100);
		return;
	}
	fprintf(out,
	        "drift  %" PRId64 " of %" PRId64
	        " series change by over %g %% over the rounds (Theil-Sen slope; by chance"
	        " less often than 1 in %g)\n",
	        drifting, all, DRIFT_CHANGE * 100, 1 / DRIFT_CHANCE);
	row = sql_prepare(db, PART, "printing",
	                  "SELECT benchmark, parameter, metric, strategy, change, n FROM drift WHERE flags ="
	                  " 'drift' ORDER BY abs(change) DESC, benchmark, parameter, strategy LIMIT ?1");
	if (!row)
		return;
	sqlite3_bind_int(row, 1, LINES_MAX);
	while (sqlite3_step(row) == SQLITE_ROW)
		text_print(out, "  %-24s %8" PRId64 "  %-12s %-28s %+6.1f %% in %d rounds\n",
		           sql_text(row, 0), (int64_t)sqlite3_column_int64(row, 1), sql_text(row, 2),
		           sql_text(row, 3), sqlite3_column_double(row, 4) * 100, sqlite3_column_int(row, 5));
	sqlite3_finalize(row);
	if (drifting > LINES_MAX)
		fprintf(out, "  and %" PRId64 " more: drift.csv\n", drifting - LINES_MAX);
	fputs("  Ratios compare images within a round, so drift common to them cancels out; medians over "
	      "rounds keep it.\n\n",
	      out);
}
