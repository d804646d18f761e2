/* SPDX-License-Identifier: MIT */
/*
 * Time, from the TSC, and waiting for it. No timer runs until a task waits for a time, so that it does
 * not disturb measurements.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/deadlines.h"

#define NS_PER_SECOND 1000000000UL
#define CLOCK_HERTZ   100 /* of the timer, and of what times() counts */

struct task;

/* Returns the nanoseconds since the first call: never 0, and never less than before. */
uint64_t clock_now(void);

/* Returns the nanoseconds since 1970, from the real-time clock. */
uint64_t clock_since_1970(void);

/* Converts TSC ticks to nanoseconds. */
uint64_t clock_ns(uint64_t ticks);

/* Keeps the timer running from now on, for preemption. */
void clock_start(void);

/*
 * Sets the time of clock_now() at which a task's wait ends, or an alarm goes off; 0 clears it. The timer
 * runs while any such time is set. A tick costs O(log n) for each deadline that has passed and nothing
 * for the others (lib/deadlines.h).
 */
void clock_set_wake(struct task *task, uint64_t time);
void clock_set_alarm(struct deadline *alarm, uint64_t time);

/* Called with the time for an alarm that has gone off. It may set the alarm again, to a later
 * time. */
extern void (*alarm_hook)(struct deadline *alarm, uint64_t now);

/*
 * Wakes the tasks whose time has come, sets off alarms, and polls devices. Called by the idle task, and
 * on the way back to user mode after a tick.
 */
void clock_poll(void);

/* poll_hook polls the devices that raise no interrupt; poll_is_wanted_hook returns true if a task
 * waits for them. */
extern void (*poll_hook)(void);
extern bool (*poll_is_wanted_hook)(void);

/* Returns true if the idle task has to poll, because no timer will wake it. */
bool clock_must_poll(void);
