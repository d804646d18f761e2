/* SPDX-License-Identifier: MIT */
/*
 * CPUs that wait for items. The boot CPU and the CPUs themselves give items, and wake one CPU that
 * is blocked for each. While there are items, some CPU is not blocked: it will look for items before
 * it blocks. So if all are blocked while there are items, a wake-up was lost.
 */
#include "cpu/apic.h"
#include "cpu/block.h"
#include "tests/kernel/races/races.h"

#define WAITERS_MAX 8
#define ITEMS       24

static struct worker {
	struct cpu_waiter waiter;
	uint64_t random;
} workers[WAITERS_MAX];
static unsigned count;

/* `lock` guards these. */
static struct spinlock lock;
static uint32_t left, there, taken; /* items: not given yet, given, taken */
static uint64_t sleeps;
static volatile bool stop;

/* Gives an item if any is left, and wakes a CPU. */
static void give(uint64_t drawn)
{
	if (!left)
		return;
	left--;
	there++;
	for (unsigned i = 0; i < count; i++) {
		struct cpu_waiter *waiter = &workers[(drawn + i) % count].waiter;

		if (waiter->blocked) {
			cpu_unblock(waiter);
			break;
		}
	}
}

static void take_items(void *argument)
{
	struct worker *worker = argument;

	while (!stop) {
		const uint64_t flags = spin_lock(&lock), drawn = race_random(&worker->random);

		while (!there && !stop) {
			sleeps++;
			cpu_block(&worker->waiter, &lock);
		}
		if (there) {
			there--;
			taken++;
		}
		if (drawn & 1)
			give(drawn >> 8);
		spin_unlock(&lock, flags);
		schedule_point(SCHEDULE_TEST);
	}
}

static bool all_blocked(void)
{
	for (unsigned i = 0; i < count; i++)
		if (!workers[i].waiter.blocked)
			return false;
	return true;
}

static void end_taking(void)
{
	const uint64_t start = timestamp();

	stop = true;
	while (!race_all_done() && !race_is_late(start)) {
		const uint64_t flags = spin_lock(&lock);

		for (unsigned i = 0; i < count; i++) {
			workers[i].waiter.blocked = true; /* whatever has happened */
			cpu_unblock(&workers[i].waiter);
		}
		spin_unlock(&lock, flags);
		for (unsigned i = 0; i < 100; i++)
			__asm__ volatile("pause");
	}
}

static const char *give_items(uint64_t *random)
{
	uint64_t start = timestamp();
	uint32_t before = 0;

	for (;;) {
		const uint64_t flags = spin_lock(&lock);
		const bool lost = there && all_blocked(), done = taken == ITEMS;

		if (taken != before)
			start = timestamp();
		before = taken;
		if (!lost)
			give(race_random(random));
		spin_unlock(&lock, flags);
		if (lost)
			return "a wake-up was lost";
		if (done)
			return there || left ? "there are more items than were given" : NULL;
		if (race_is_late(start))
			return "a CPU that was woken does nothing";
		for (uint64_t polls = race_random(random) % 64; polls; polls--)
			__asm__ volatile("pause");
		schedule_point(SCHEDULE_TEST);
	}
}

const char *race_waits(uint64_t seed)
{
	const uint32_t most = cpu_count - 1 < WAITERS_MAX ? cpu_count - 1 : WAITERS_MAX;
	struct other_cpu *cpu = cpus_others;
	uint64_t random = seed;
	const char *problem;

	count = (unsigned)(race_random(&random) % most) + 1;
	left = ITEMS;
	there = taken = 0;
	sleeps = 0;
	stop = false;
	for (unsigned i = 0; i < count; i++, cpu = cpu->next)
		workers[i] = (struct worker){ { .cpu = cpu }, race_random(&random) };
	for (unsigned i = 0; i < count; i++)
		cpu_call(workers[i].waiter.cpu, take_items, &workers[i]);
	problem = give_items(&random);
	end_taking();
	race_counts.items += taken;
	race_counts.sleeps += sleeps;
	return problem || race_all_done() ? problem : "a CPU does not come back";
}
