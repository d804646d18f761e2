/* SPDX-License-Identifier: MIT */
/*
 * Reads the time from the TSC, and lets tasks wait until a given time. The timer would disturb
 * measurements. It therefore runs only in two cases: while a task waits for a time, and after
 * clock_start().
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/deadlines.h"

#define NS_PER_SECOND 1000000000UL
#define CLOCK_HERTZ   100 /* frequency of the timer, and of the ticks that times() returns */

struct task;

/* Returns the nanoseconds since the first call, plus 1. Never returns 0, and never decreases. */
uint64_t clock_now(void);

/* Returns the nanoseconds since 1970, or since the first call if there is no real-time clock. */
uint64_t clock_since_1970(void);

/* Converts TSC ticks to nanoseconds. */
uint64_t clock_ns(uint64_t ticks);

/* Keeps the timer running from now on, for preemption. */
void clock_start(void);

/*
 * Set the time at which a task's wait ends or an alarm goes off, as a time of clock_now(); 0 clears
 * it. The timer runs while any such time is set. A tick takes O(log n) steps for each time that has
 * passed, and does not look at the other times (lib/deadlines.h).
 */
void clock_set_wake(struct task *task, uint64_t time);
void clock_set_alarm(struct deadline *alarm, uint64_t time);

/*
 * Called when `alarm` has gone off; `now` is the current time. The function may set the alarm
 * again, to a later time.
 */
extern void (*alarm_hook)(struct deadline *alarm, uint64_t now);

/*
 * Wakes the tasks whose time has come, sets off alarms, and polls devices. The idle task calls it.
 * After a tick of the timer, the next pause (sched/pause.h) or return to user mode calls it too.
 */
void clock_poll(void);

/*
 * poll_hook() polls the devices that raise no interrupt. poll_is_wanted_hook() returns true if a
 * task waits for such a device.
 */
extern void (*poll_hook)(void);
extern bool (*poll_is_wanted_hook)(void);

/*
 * Returns true if the idle task must poll instead of halting: a task waits for a device that raises
 * no interrupt, and no timer runs.
 */
bool clock_must_poll(void);
