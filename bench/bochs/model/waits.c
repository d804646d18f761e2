/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/waits.h"

#include <string.h>

void waits_forget(struct waits *waits)
{
	memset(waits->poll, 0, sizeof waits->poll);
	waits->fresh = 0;
}

unsigned waits_load(struct waits *waits, uint64_t physical, bool *again)
{
	unsigned place = 0;

	while (place < POLLS && (!waits->poll[place].instruction || waits->poll[place].rip != waits->rip ||
	                         waits->poll[place].physical != physical))
		place++;
	*again = place < POLLS && waits->fresh <= waits->poll[place].instruction &&
	         waits->instruction - waits->poll[place].instruction <= POLL_INSTRUCTIONS;
	if (place == POLLS) {
		place = waits->next++ % POLLS;
		waits->poll[place].rip = waits->rip;
		waits->poll[place].physical = physical;
		waits->fresh = waits->instruction;
	}
	waits->poll[place].instruction = waits->instruction;
	return place;
}

void waits_send(struct waits *waits, unsigned vector, const struct cost *time)
{
	if (waits->inbox[vector].pending)
		return;
	waits->inbox[vector].pending = true;
	waits->inbox[vector].time = *time;
}

bool waits_receive(struct waits *waits, unsigned vector, struct cost *time)
{
	if (!waits->inbox[vector].pending)
		return false;
	waits->inbox[vector].pending = false;
	*time = waits->inbox[vector].time;
	return true;
}
