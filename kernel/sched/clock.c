/* SPDX-License-Identifier: MIT */
#include "sched/clock.h"

#include "cpu/apic.h"
#include "lib/deadlines.h"
#include "sched/pause.h"
#include "sched/task.h"
#include "sched/wait.h"

#define CMOS_INDEX  0x70
#define CMOS_DATA   0x71
#define CMOS_BINARY 4 /* in register B: numbers are binary, not BCD */
#define CMOS_BUSY   0x80

/*
 * The first call of clock_now() sets `base` to the TSC, and `scale` to 2^32 times the nanoseconds
 * per TSC tick. `always`: the timer must run even without a deadline. `runs`: the timer runs now.
 * All are guarded by the kernel lock (cpu/lock.h).
 */
static uint64_t base, scale;
static struct deadlines wakes, alarms;
static bool always, runs;

void (*alarm_hook)(struct deadline *alarm, uint64_t now);
void (*poll_hook)(void);
bool (*poll_is_wanted_hook)(void);

static uint8_t cmos(uint8_t reg)
{
	outb(CMOS_INDEX, reg);
	return inb(CMOS_DATA);
}

static uint64_t cmos_number(uint8_t reg)
{
	uint8_t value = cmos(reg);

	return cmos(11) & CMOS_BINARY ? value : value / 16 * 10U + value % 16;
}

/*
 * Returns the seconds since 1970 by the real-time clock, or 0 if there is none. Assumes that the
 * clock is in UTC and counts its years from 2000.
 */
static uint64_t read_cmos(void)
{
	uint64_t y, m, days;

	for (unsigned i = 0; i < 100000 && (cmos(10) & CMOS_BUSY); i++)
		;
	y = 2000 + cmos_number(9);
	m = cmos_number(8);
	if (m < 1 || m > 12) /* this machine has no real-time clock */
		return 0;
	/* Days since 1970-01-01. Years start in March here, so that leap days come last. */
	y -= m <= 2;
	m = m <= 2 ? m + 9 : m - 3;
	days = y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + cmos_number(7) - 1 - 719468;
	return ((days * 24 + cmos_number(4)) * 60 + cmos_number(2)) * 60 + cmos_number(0);
}

uint64_t clock_ns(uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * scale >> 32);
}

uint64_t clock_now(void)
{
	if (!scale) {
		scale = (NS_PER_SECOND << 32) / tsc_hertz();
		base = timestamp();
	}
	return clock_ns(timestamp() - base) + 1;
}

uint64_t clock_since_1970(void)
{
	static uint64_t start;
	uint64_t now = clock_now();

	if (!start)
		start = read_cmos() * NS_PER_SECOND - now;
	return start + now;
}

static void update_timer(void)
{
	bool run = always || wakes.first || alarms.first;

	if (run != runs)
		lapic_timer(run ? CLOCK_HERTZ : 0);
	runs = run;
}

void clock_start(void)
{
	always = true;
	update_timer();
}

void clock_set_wake(struct task *task, uint64_t time)
{
	deadline_set(&wakes, &task->wake, time);
	update_timer();
}

void clock_set_alarm(struct deadline *alarm, uint64_t time)
{
	deadline_set(&alarms, alarm, time);
	update_timer();
}

static void expire(uint64_t now)
{
	struct deadline *first;
	unsigned steps = 0;

	while ((first = wakes.first) && first->time <= now) {
		struct task *task = (struct task *)((char *)first - offsetof(struct task, wake));

		clock_set_wake(task, 0);
		if (task->state == TASK_BLOCKED)
			wake(task);
		pause_in_loop(&steps);
	}
	while ((first = alarms.first) && first->time <= now) {
		deadline_set(&alarms, first, 0);
		alarm_hook(first, now);
		pause_in_loop(&steps);
	}
	update_timer();
}

void clock_poll(void)
{
	poll_hook();
	if (wakes.first || alarms.first)
		expire(clock_now());
}

bool clock_must_poll(void)
{
	return !runs && poll_is_wanted_hook();
}
