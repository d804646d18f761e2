/* SPDX-License-Identifier: MIT */
/* Blocking: one CPU takes items and blocks while there is none, another provides them. */
#include "cpu/block.h"
#include "cpu/tsc.h"
#include "lib/random.h"
#include "tests/kernel/test.h"

#define ONE_CPU  SKIP "only one CPU runs"
#define ITEMS    1000
#define DELAY    31 /* a mask: polls of a delay */
#define PATIENCE 20 /* s; much more than a CPU needs, even on a busy host */

/* Other CPUs do not see what is on a fixed stack. `lock` guards the first two. */
static struct spinlock lock;
static volatile uint32_t there, taken; /* an item is there; number of items that were taken */
static struct cpu_waiter waiter;
static volatile uint32_t stop;

static void delay(uint64_t polls)
{
	for (; polls; polls--)
		__asm__ volatile("pause");
}

static void take_items(void *argument)
{
	uint32_t n = 0;

	(void)argument;
	while (!stop) {
		const uint64_t flags = spin_lock(&lock);

		while (!there)
			cpu_block(&waiter, &lock);
		there = false;
		taken++;
		spin_unlock(&lock, flags);
		delay(n++ * 7 & DELAY);
	}
}

static void provide_item(void)
{
	const uint64_t flags = spin_lock(&lock);

	there = true;
	cpu_unblock(&waiter);
	spin_unlock(&lock, flags);
}

/*
 * Returns true if the item is taken within PATIENCE. A CPU that is blocked although an item is there
 * has lost the wake-up, since nobody else would wake it. The order of the two reads matters: a CPU
 * that blocks again has taken the item before.
 */
static bool is_taken(void)
{
	const uint64_t start = timestamp(), ticks = PATIENCE * tsc_hertz();

	while (there && !(waiter.blocked && there) && timestamp() - start < ticks)
		__asm__ volatile("pause");
	return !there;
}

/* Wakes the CPU whatever has happened, so that later tests find it idle. */
static void end_taking(void)
{
	stop = true;
	while (!cpu_call_is_done(cpus_others)) {
		there = true;
		waiter.blocked = false;
		cpu_wake(cpus_others);
		delay(1000);
	}
}

TEST(cpus_block_until_they_are_woken)
{
	bool ok = true;

	if (!cpus_others)
		return ONE_CPU;
	there = taken = stop = false;
	waiter = (struct cpu_waiter){ .cpu = cpus_others };
	cpu_call(cpus_others, take_items, NULL);
	for (uint32_t i = 0; i < ITEMS && ok; i++) {
		delay(random_number() & DELAY);
		provide_item();
		ok = is_taken();
	}
	ok = ok && taken == ITEMS;
	end_taking();
	return ok ? NULL : "a wake-up was lost";
}
