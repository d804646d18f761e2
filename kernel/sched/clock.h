/* SPDX-License-Identifier: MIT */
/*
 * Time, from the TSC; what tasks wait for by the clock. Until someone does, no timer runs: the modes that measure are undisturbed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_SECOND 1000000000UL
#define CLOCK_HERTZ   100 /* of the timer, and of what times() counts */

struct task;

/* Nanoseconds since the first question, never 0 and never backwards; and since 1970, from the real-time clock. */
uint64_t clock_now(void);
uint64_t clock_since_1970(void);

/* TSC ticks as nanoseconds. */
uint64_t clock_ns(uint64_t ticks);

/* Lets the timer run always, for preemption. */
void clock_start(void);

/*
 * Sets the time of clock_now() at which a task's wait ends, or at which it gets SIGALRM; 0: never. The timer runs while such a time
 * is set. A tick costs as much as the deadlines that have passed (lib/deadlines.h), however many tasks there are.
 */
void clock_set_wake(struct task *task, uint64_t time);
void clock_set_alarm(struct task *task, uint64_t time);

/* A task that ends wants nothing any more. */
void clock_forget(struct task *task);

/* Wakes whom the time or the console has come for. Called from the idle task and on the way back to user mode after a tick. */
void clock_poll(void);

/* Whether no interrupt will tell the idle task what is waited for. */
bool clock_must_poll(void);
