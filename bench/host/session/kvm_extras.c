/* SPDX-License-Identifier: MIT */
#include "bench/host/session/kvm_extras.h"
#include "bench/host/base/progress.h"
#include "bench/host/engine/engine.h"
#include "bench/host/launch/exits.h"
#include "bench/host/launch/guest_profile.h"

#include <stdio.h>

int kvm_extras_choose(struct options *options, bool runs_kvm, char *exits, size_t size)
{
	char why[ENGINE_WHY_MAX];

	snprintf(exits, size, "none: engine kvm does not run");
	if (!runs_kvm) {
		if (options->profile_guest)
			message_error("run-bench: --profile-guest works only on engine kvm, which cannot run "
			              "here; --probe says why");
		return options->profile_guest ? -1 : 0;
	}
	if (options->profile_guest && guest_profile_can_record(why, sizeof why)) {
		message_error("run-bench: --profile-guest: %s", why);
		return -1;
	}
	options->exits = exits_can_count(exits, size) == 0;
	if (options->exits)
		snprintf(exits, size, "counted, in launches of their own (round 0)");
	else
		message("VM exits are not counted: %s", exits);
	return 0;
}
