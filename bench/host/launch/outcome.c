/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/launch/outcome.h"
#include "bench/protocol/ports.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Writes a text that says how the engine exited. */
static void describe_exit(const struct process *exited, char *text, size_t size)
{
	if (exited->signal)
		snprintf(text, size, "the engine was killed by signal %d (%s)", exited->signal,
		         sigdescr_np(exited->signal));
	else
		snprintf(text, size, "the engine left with status %d", exited->status);
}

/*
 * If the harness stopped the engine, returns the launch's state and writes the reason. Otherwise
 * returns NULL.
 */
static const char *stopped(const struct outcome_input *input, char *reason, size_t size)
{
	const struct intake_report *report = input->report;
	char where[120] = "before its first benchmark";
	char busy[64] = "";

	if (input->busy >= 1)
		snprintf(busy, sizeof busy, " (not counting %.0f s that the harness was busy)", input->busy);
	if (*report->row)
		snprintf(where, sizeof where, "in %s", report->row);
	switch (input->cause) {
	case STOP_TIMEOUT:
		snprintf(reason, size, "no end within %u s; it was %s%s", input->timeout, where, busy);
		return "timed out";
	case STOP_QUIET:
		snprintf(reason, size, "no record for %u s; it was %s", input->quiet, where);
		return "timed out";
	case STOP_LINGER:
		snprintf(reason, size, "the engine did not leave after the end record");
		return "failed";
	case STOP_FLOOD:
		snprintf(reason, size, "a flood of output: more than %s; it was %s", report->flood, where);
		return "failed";
	case STOP_DISK:
		snprintf(reason, size,
		         "the raw records cannot be written (is the disk full, or the limit of ulimit -f "
		         "reached?)");
		return "cut short";
	case STOP_INTERRUPT:
		snprintf(reason, size, "interrupted, %s", where);
		return "cut short";
	case STOP_STUCK:
		snprintf(reason, size, "the guest cannot go on; it was %s", where);
		return "failed";
	case STOP_NONE:
		break;
	}
	return NULL;
}

const char *outcome_state(const struct outcome_input *input, char *reason, size_t size)
{
	const struct intake_report *report = input->report;
	const char *state = NULL;
	char exit[120];

	describe_exit(input->exited, exit, sizeof exit);
	if (!*report->failure)
		state = stopped(input, reason, size);
	if (state)
		return state;
	state = "failed";
	if (*report->failure) {
		snprintf(reason, size, "%s", report->failure);
	} else if (report->records == 0) {
		snprintf(reason, size, "no record came; %s%s", exit,
		         report->damaged ? " (what came was damaged)" : "; see engine.log");
	} else if (report->damaged) {
		snprintf(reason, size, "%" PRIu64 " time%s: %s%s%s", report->damaged,
		         report->damaged == 1 ? "" : "s", report->damage, report->ended ? "" : "; ",
		         report->ended ? "" : exit);
		state = "damaged";
	} else if (!report->ended) {
		snprintf(reason, size, "%s before the end record%s", exit,
		         input->exited->status == 0 ? " (a triple fault? see engine.log and serial.log)"
		                                    : "");
		state = "cut short";
	} else if (input->exited->status != EXIT_STATUS(EXIT_OK)) {
		snprintf(reason, size, "%s after a good end record; %d was expected", exit,
		         EXIT_STATUS(EXIT_OK));
	} else if (strcmp(input->mode, "bench") == 0 && report->rows == 0) {
		snprintf(reason, size, "no benchmark matches '%s'", input->bench);
	} else {
		*reason = '\0';
		state = "complete";
	}
	return state;
}
