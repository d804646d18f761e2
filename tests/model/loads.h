/* SPDX-License-Identifier: MIT */
/* A data access, for tests of translation. Include it after cmocka.h. */
#pragma once

#include "bench/bochs/model/translation.h"

/* Translates `linear`, which must give `physical`. Returns the number of table entries read;
 * 0 if a TLB had the page. */
static inline unsigned loads(struct translation *translation, uint64_t linear, uint64_t physical)
{
	struct walk walk;
	uint64_t got;

	if (translation_look_up(translation, linear, SIDE_DATA, &walk, &got) != TRANSLATION_WALK)
		walk.loads = 0;
	assert_int_equal(got, physical);
	return walk.loads;
}
