/* SPDX-License-Identifier: MIT */
/* The state and reason of a launch that is over. */
#pragma once

#include "bench/host/launch/launch.h"

struct outcome_input {
	const struct intake_report *report;
	enum launch_stop cause;
	const struct process *exited;
	const char *mode;
	const char *bench;
	unsigned timeout; /* seconds that the launch was given */
	double busy;      /* seconds that the harness was busy; they count towards neither limit */
	unsigned quiet;   /* seconds without a record after which it counts as hung */
};

/*
 * Returns the launch's state (complete, failed, cut short, damaged, timed out) and writes the
 * reason, "" if it is complete.
 */
const char *outcome_state(const struct outcome_input *input, char *reason, size_t size);
