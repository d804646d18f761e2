/* SPDX-License-Identifier: MIT */
/* Decides how a launch ended: the launch's state, and the reason for that state. */
#pragma once

#include "bench/host/launch/launch.h"

struct outcome_input {
	const struct intake_report *report;
	enum launch_stop cause;
	const struct process *exited;
	const char *mode;
	const char *bench;
	unsigned timeout; /* seconds that the launch was allowed to take */
	double busy;      /* seconds that the harness was busy; `timeout` does not count them */
	unsigned quiet;   /* seconds without output after which the guest counts as hung */
};

/*
 * Returns the launch's state (complete, failed, cut short, damaged or timed out). Writes to
 * `reason` why the launch is not complete, or "" if it is complete.
 */
const char *outcome_state(const struct outcome_input *input, char *reason, size_t size);
