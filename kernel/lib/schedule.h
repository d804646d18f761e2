/* SPDX-License-Identifier: MIT */
/*
 * Varied schedules, to find races between CPUs. In a build with RACES=1 a CPU waits for a while at
 * each schedule_point(). A seed determines at which points, and how long. So CPUs meet in orders in
 * which they seldom meet otherwise. In other builds schedule_point() is nothing.
 */
#pragma once

#include <stdint.h>

/* The kinds of points. With each seed, some kinds wait often, some rarely, some never. */
enum schedule_site {
	SCHEDULE_LOCK,     /* a lock is about to be taken */
	SCHEDULE_LOCKED,   /* a lock was taken */
	SCHEDULE_UNLOCK,   /* a lock is about to be released */
	SCHEDULE_UNLOCKED, /* a lock was released */
	SCHEDULE_RELEASED, /* a CPU that blocks has released the lock */
	SCHEDULE_SLEEP,    /* a CPU has seen nothing to do, and is about to halt */
	SCHEDULE_IPI,      /* an IPI is about to be sent; what it is about is already stored */
	SCHEDULE_SERVE,    /* a handler of an IPI begins */
	SCHEDULE_SERVED,   /* what an IPI asked for is done, and not yet acknowledged */
	SCHEDULE_FLUSH,    /* the CPU that asks for a flush is about to flush its own TLB */
	SCHEDULE_TEST,     /* between the steps of a test */
};

#ifdef VARY_SCHEDULE

/* Begins the schedule of `seed`. With 0, no CPU waits. */
void schedule_choose(uint64_t seed);

/* Waits for 0 to 1023 polls. May be called with any lock held, and by an interrupt handler. */
void schedule_point(enum schedule_site site);

#else

static inline void schedule_point(enum schedule_site site)
{
	(void)site;
}

#endif
