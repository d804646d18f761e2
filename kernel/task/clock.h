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

/* Sets a time at which something is to happen to a task, its wake_at or alarm_at; 0: nothing. The timer runs while there are such. */
void clock_set(uint64_t *place, uint64_t time);

/* A task that ends wants nothing any more. */
void clock_forget(struct task *task);

/* Wakes whom the time or the console has come for. Called from the idle task and on the way back to user mode after a tick. */
void clock_poll(void);

/* Whether no interrupt will tell the idle task what is waited for. */
bool clock_must_poll(void);
