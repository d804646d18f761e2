/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/stores.h"

#include <string.h>

void stores_make(struct stores *stores, unsigned size)
{
	memset(stores, 0, sizeof *stores);
	stores->size = size;
}

bool stores_queue(struct stores *stores, const struct cost *now, const struct cost *time, struct cost *stall)
{
	struct cost *place = &stores->leaves[stores->count % stores->size];
	uint64_t any = 0;

	for (unsigned set = 0; set < SETS; set++) {
		uint64_t begins = now->of[set];

		/* The place still has the time of the store that was made `size` stores ago. */
		stall->of[set] = place->of[set] > begins ? place->of[set] - begins : 0;
		any |= stall->of[set];
		begins += stall->of[set];
		if (begins < stores->last.of[set])
			begins = stores->last.of[set];
		stores->last.of[set] = place->of[set] = begins + (time ? time->of[set] : 0);
	}
	return any;
}
