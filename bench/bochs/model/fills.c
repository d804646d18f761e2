/* SPDX-License-Identifier: MIT */
#include "bench/bochs/model/fills.h"

void fills_take(struct fills *fills, const struct cost *now, const struct cost *share, struct cost *begins)
{
	for (unsigned set = 0; set < SETS; set++) {
		uint64_t turn = fills->free.of[set] > now->of[set] ? fills->free.of[set] : now->of[set];

		if (begins->of[set] < turn)
			begins->of[set] = turn;
		fills->free.of[set] = turn + share->of[set];
	}
}
