/* SPDX-License-Identifier: MIT */
/* See schedule.h. Empty without RACES=1. */
#include "lib/schedule.h"

#ifdef VARY_SCHEDULE

static uint64_t seed, points; /* the schedule's seed; number of points that CPUs have passed */

/* Returns a number that depends on all bits of `value` (the finalizer of SplitMix64). */
static uint64_t mix(uint64_t value)
{
	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
	value = (value ^ value >> 27) * 0x94d049bb133111eb;
	return value ^ value >> 31;
}

void schedule_choose(uint64_t chosen)
{
	__atomic_store_n(&points, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&seed, mix(chosen), __ATOMIC_SEQ_CST);
}

void schedule_point(enum schedule_site site)
{
	static const uint64_t often[] = { 0, 1, 4, 16 }, longest[] = { 15, 63, 255, 1023 };
	const uint64_t now = __atomic_load_n(&seed, __ATOMIC_RELAXED);
	uint64_t kind, drawn;

	if (!now)
		return;
	kind = mix(now + site);
	drawn = mix(now ^ __atomic_add_fetch(&points, 1, __ATOMIC_RELAXED) * 0x9e3779b97f4a7c15);
	if (drawn % 16 >= often[kind % 4])
		return;
	for (drawn = drawn >> 8 & longest[kind >> 8 & 3]; drawn; drawn--)
		__asm__ volatile("pause");
}

#endif
