/* SPDX-License-Identifier: MIT */
/*
 * A function that adds made-up results to the database of scratch.h, and one that reads the report.
 */
#pragma once

#include "tests/host/scratch.h"

/*
 * Adds a series of nine equal samples to the table summary. The build has the stack heap-sw and the
 * loader sandwich. The parameter is 4096 if the benchmark's name begins with "exec", otherwise 0;
 * the unit is the metric's name.
 */
static void measured(const char *engine, const char *strategy, const char *benchmark, const char *metric,
                     double value)
{
	char *sql = NULL;

	assert_true(
	        asprintf(&sql,
	                 "INSERT INTO summary VALUES ('%s', '%s', 'heap-sw', 'sandwich', 'shared', 1, '%s',"
	                 " iif('%s' LIKE 'exec%%', 4096, 0), '%s', '%s', 9, %g, %g, %g, %g, %g, 0, %g, %g, "
	                 "'')",
	                 engine, strategy, benchmark, benchmark, metric, metric, value, value, value, value,
	                 value, value, value) > 0);
	execute(sql);
	free(sql);
}

/* Returns the text of the run's report.html, which the caller frees. */
static char *report_text(void)
{
	FILE *in = fopen(path_of("report.html"), "r");
	char *text = NULL;
	size_t size = 0;

	assert_non_null(in);
	assert_true(getdelim(&text, &size, '\0', in) > 0);
	fclose(in);
	return text;
}
