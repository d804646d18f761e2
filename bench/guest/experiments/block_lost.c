/* SPDX-License-Identifier: MIT */
/*
 * block.lost (bench/claims/35-*): one CPU waits for items that another provides. Each wake-up is a
 * try. It is lost if the CPU that it was for sleeps although the item is there. With `lost`, that
 * CPU blocks in the kernel's way: cpu_block() releases the lock. With `two_steps_lost` it releases
 * the lock and then blocks. Both CPUs are delayed at random, so that they meet in many ways. The delay
 * of the CPU that blocks is between its look at the condition and its block, as if an interrupt came.
 *
 * A lost wake-up is certain, not guessed from the time that has passed: the CPU sleeps with the item
 * there, and the only other CPU has sent its wake-up already. It is then woken once more.
 */
#include "bench/guest/experiments/pitfalls.h"
#include "cpu/block.h"

#define TRIES       834000U /* of each row, in each way: 10,000,000 in four rows of three builds */
#define TRIES_QUICK 10000U
#define ENOUGH      100U /* wake-ups lost in two steps, after which there are no more tries */
#define SHORT       7U   /* a mask: polls of a delay of the CPU that blocks */
#define LONG        31U  /* the same of the other CPU */

/* A boot that sends no record for minutes is ended, so its tries are divided among rows. */
static const uint64_t parts[] = { 1, 2, 3, 4, BENCH_LIST_END };

/* What the two CPUs share; other CPUs do not see a fixed stack. `lock` guards the first three. */
static struct spinlock lock;
static volatile uint32_t there, queued; /* an item is there; a CPU waits for one */
static struct cpu_waiter waiter;
static volatile uint32_t stop;
static uint64_t waiter_random;

static void delay(uint64_t *state, uint64_t mask)
{
	for (uint64_t n = random_next(state) & mask; n; n--)
		__asm__ volatile("pause");
}

/* The wrong way to block: the lock is released in one step, and the CPU blocks in a second one. */
static void block_in_two_steps(uint64_t flags)
{
	spin_unlock(&lock, flags);
	delay(&waiter_random, SHORT);
	interrupts_off();
	waiter.blocked = true;
	cpu_sleep(&waiter);
	spin_lock(&lock);
}

/* What the other CPU does: takes items until `stop`. In two steps if `argument` is not NULL. */
static void take_items(void *argument)
{
	while (!stop) {
		const uint64_t flags = spin_lock(&lock);

		while (!there) {
			queued = true;
			if (argument) {
				block_in_two_steps(flags);
			} else {
				delay(&waiter_random, SHORT);
				cpu_block(&waiter, &lock);
			}
		}
		there = false;
		spin_unlock(&lock, flags);
		delay(&waiter_random, SHORT);
	}
}

static bool provide_item(void)
{
	const uint64_t flags = spin_lock(&lock);
	const bool wakes = queued;

	there = true;
	queued = false;
	cpu_unblock(&waiter);
	spin_unlock(&lock, flags);
	return wakes;
}

static void wake_again(void)
{
	const uint64_t flags = spin_lock(&lock);

	cpu_unblock(&waiter);
	spin_unlock(&lock, flags);
}

/*
 * Provides an item and waits until it is taken. Returns 1 if it sent a wake-up, otherwise 0. The order
 * of the reads matters: a CPU that blocks for the next item has taken this one before.
 */
static uint64_t provide_and_wait(uint64_t *lost)
{
	const bool wakes = provide_item();

	while (there) {
		__asm__ volatile("pause");
		if (waiter.blocked && there) {
			++*lost;
			wake_again();
		}
	}
	return wakes;
}

/* Makes up to `wanted` tries, fewer if `enough` wake-ups are lost before. */
static uint64_t wake(bool two_steps, uint64_t wanted, uint64_t enough, uint64_t seed, uint64_t *lost)
{
	uint64_t state = seed, tries = 0;

	waiter_random = ~seed;
	waiter = (struct cpu_waiter){ .cpu = cpus_others };
	there = queued = stop = false;
	cpu_call(cpus_others, take_items, two_steps ? &waiter : NULL);
	while (tries < wanted && *lost < enough) {
		delay(&state, LONG);
		tries += provide_and_wait(lost);
	}
	stop = true;
	provide_item(); /* the other CPU may take it, or see `stop` before */
	while (!cpu_call_is_done(cpus_others))
		if (waiter.blocked)
			wake_again();
	return tries;
}

static int need_other_cpu(struct bench *b)
{
	return cpus_others ? 0 : bench_skip(b, "only one CPU runs (maxcpus=)");
}

static void count_lost(struct bench *b)
{
	const uint64_t wanted = bench_plan.quick ? TRIES_QUICK : TRIES,
	               seed = pitfall_seed() ^ b->parameter << 32;
	uint64_t in_two_steps = 0, tries_in_two_steps;

	b->tries = wake(false, wanted, UINT64_MAX, seed, &b->violations);
	tries_in_two_steps = wake(true, wanted, ENOUGH, seed, &in_two_steps);
	bench_metric(b, "tries", b->tries, "wake-ups");
	bench_metric(b, "lost", b->violations, "wake-ups");
	bench_metric(b, "two_steps_tries", tries_in_two_steps, "wake-ups");
	bench_metric(b, "two_steps_lost", in_two_steps, "wake-ups");
}

BENCH(block_lost, "wake-ups that a CPU loses if it blocks in one step, and in two steps",
      .name = "block.lost", .unit = "part", .parameters = parts, .own_boot = true, .experiment = true,
      .few = 1, .setup = need_other_cpu, .body = count_lost, .check = pitfall_ran);
