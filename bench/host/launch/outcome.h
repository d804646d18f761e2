/* SPDX-License-Identifier: MIT */
/* What to think of a launch that is over. */
#pragma once

#include "bench/host/launch/launch.h"

struct outcome_input {
	const struct intake_report *report;
	enum launch_stop cause;
	const struct process *exited;
	const char *mode;
	const char *bench;
	unsigned timeout; /* seconds that the launch was given */
	double busy;      /* seconds of the harness's own, which count for neither of these */
	unsigned quiet;   /* seconds without a record after which it counts as hung */
};

/*
 * Returns the launch's state (complete, failed, cut short, damaged, timed out), and writes the reason, "" when
 * it is complete.
 */
const char *outcome_state(const struct outcome_input *input, char *reason, size_t size);
