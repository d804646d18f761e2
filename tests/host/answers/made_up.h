/* SPDX-License-Identifier: MIT */
/*
 * Functions that add made-up summaries and comparisons to the database of scratch.h, for the tests
 * of the answers (bench/host/answers) and of the screen (bench/host/terminal).
 */
#pragma once

#include "tests/host/scratch.h"

/* Adds a series to the table summary. The interval is [low, high]; the unit is "cycles". */
static void series(const char *engine, const char *strategy, const char *benchmark, long long parameter,
                   const char *metric, double median, double low, double high, const char *flags)
{
	char sql[640];

	snprintf(
	        sql, sizeof sql,
	        "INSERT INTO summary (engine, strategy, cpus, benchmark, parameter, metric, unit, n, min, q1,"
	        " median, q3, max, mad, ci_low, ci_high, flags) VALUES ('%s', '%s', 1, '%s', %lld, '%s',"
	        " 'cycles', 21, %.9g, %.9g, %.9g, %.9g, %.9g, 0, %.9g, %.9g, '%s')",
	        engine, strategy, benchmark, parameter, metric, low, low, median, high, high, low, high,
	        flags);
	execute(sql);
}

/* Adds a series without spread on Bochs. */
static inline void exact(const char *strategy, const char *benchmark, long long parameter, const char *metric,
                         double value)
{
	series("bochs", strategy, benchmark, parameter, metric, value, value, value, "exact,net");
}

/* Adds modelled cycles: 0.9, 1 and 1.2 times `nominal` for the model's low, nominal and high
 * parameters. The interval of each reaches from 1 % below the value to 1 % above it. */
static inline void cycles(const char *strategy, const char *benchmark, long long parameter, double nominal)
{
	static const struct {
		const char *metric;
		double factor;
	} sets[] = { { "cycles_low", 0.9 }, { "cycles_nominal", 1 }, { "cycles_high", 1.2 } };

	for (int i = 0; i < 3; i++)
		series("bochs", strategy, benchmark, parameter, sets[i].metric, sets[i].factor * nominal,
		       0.99 * sets[i].factor * nominal, 1.01 * sets[i].factor * nominal, "net");
}

/* Adds the comparison a/b and its reverse. */
static inline void comparison(const char *engine, const char *benchmark, long long parameter,
                              const char *metric, const char *a, const char *b, double ratio, double low,
                              double high, const char *flags)
{
	char sql[640];

	snprintf(sql, sizeof sql,
	         "INSERT INTO comparisons VALUES ('%s', '%s', %lld, '%s', '%s', '%s', %.9g, %.9g, %.9g, 7, "
	         "'%s'),"
	         " ('%s', '%s', %lld, '%s', '%s', '%s', %.9g, %.9g, %.9g, 7, '%s')",
	         engine, benchmark, parameter, metric, a, b, ratio, low, high, flags, engine, benchmark,
	         parameter, metric, b, a, 1 / ratio, 1 / high, 1 / low, flags);
	execute(sql);
}

/* Adds three comparisons, of cycles_nominal, cycles_low and cycles_high. All have the same ratio. In
 * this order, their intervals are [low, high], [ratio, high] and [low, ratio]. */
static inline void ratios(const char *benchmark, long long parameter, const char *a, const char *b,
                          double ratio, double low, double high, const char *flags)
{
	comparison("bochs", benchmark, parameter, "cycles_nominal", a, b, ratio, low, high, flags);
	comparison("bochs", benchmark, parameter, "cycles_low", a, b, ratio, ratio, high, flags);
	comparison("bochs", benchmark, parameter, "cycles_high", a, b, ratio, low, ratio, flags);
}

/* window takes 1.1 times as many cycles as heap; most of the difference is INVLPG. */
static inline void heap_and_window(void)
{
	cycles("heap", "exec.spawn", 16777216, 790000);
	cycles("window", "exec.spawn", 16777216, 869000);
	ratios("exec.spawn", 16777216, "window", "heap", 1.1, 1.08, 1.13, "differs");
	exact("heap", "exec.spawn", 16777216, "due_flushes", 600);
	exact("window", "exec.spawn", 16777216, "due_flushes", 58600);
	exact("heap", "exec.spawn", 16777216, "invlpg", 0);
	exact("window", "exec.spawn", 16777216, "invlpg", 4096);
	exact("heap", "exec.spawn", 16777216, "cr3_writes", 3);
	exact("window", "exec.spawn", 16777216, "cr3_writes", 1);
}
