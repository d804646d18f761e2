/* SPDX-License-Identifier: MIT */
/*
 * Tests the reader-writer lock (sched/rwlock.h) with tasks that run one at a time and are switched
 * at random. A model checks which tasks hold the lock together, and that waiters are admitted in
 * FIFO order.
 */
#include "tests/unit/support.h"

#include <ucontext.h>

#include "sched/rwlock.h"

#define TASKS      12
#define STEPS      200000
#define STACK_SIZE (64 * KIB)

struct task {
	ucontext_t context;
	bool blocked;
	bool wants_write;
	unsigned place; /* number in the order of waiting; 0: the task does not wait */
};

static struct task tasks[TASKS];
static char stacks[TASKS][STACK_SIZE];
static ucontext_t scheduler;
static struct task *current;
static struct rwlock lock;
static unsigned readers, writers, last_place, let_in, waits, shared_reads;

static void give_way(void)
{
	swapcontext(&current->context, &scheduler);
}

void rwlock_block(struct wait_queue *queue)
{
	assert_ptr_equal(queue, &lock.waiting);
	if (!current->place) {
		current->place = ++last_place;
		waits++;
	}
	current->blocked = true;
	give_way();
}

void rwlock_wake(struct wait_queue *queue)
{
	assert_ptr_equal(queue, &lock.waiting);
	for (unsigned i = 0; i < TASKS; i++)
		tasks[i].blocked = false;
}

/* If the first waiter could take the lock, it must not be blocked. */
static void check_first(void)
{
	for (unsigned i = 0; i < TASKS; i++)
		if (tasks[i].place == let_in + 1 && !writers && !(tasks[i].wants_write && readers))
			assert_false(tasks[i].blocked);
}

/*
 * Called when the current task has taken the lock. If the task waited, it must be the first waiter.
 * If `others` is true, other tasks kept this task from taking the lock at once, so it must have
 * waited.
 */
static void check_entry(bool others)
{
	if (current->place) {
		assert_int_equal(current->place, let_in + 1);
		let_in++;
	} else {
		assert_false(others);
	}
	current->place = 0;
}

static void read_once(void)
{
	const bool others = writers || let_in != last_place;

	current->wants_write = false;
	rwlock_read(&lock);
	check_entry(others);
	readers++;
	shared_reads += readers > 1;
	for (uint64_t n = random_below(4); n; n--) {
		assert_int_equal(writers, 0);
		assert_true(rwlock_is_held(&lock) && !rwlock_is_written(&lock));
		give_way();
	}
	readers--;
	rwlock_end_read(&lock);
}

static void write_once(void)
{
	const bool others = readers || writers || let_in != last_place;

	current->wants_write = true;
	rwlock_write(&lock);
	check_entry(others);
	writers++;
	for (uint64_t n = random_below(4); n; n--) {
		assert_int_equal(writers, 1);
		assert_int_equal(readers, 0);
		assert_true(rwlock_is_written(&lock));
		give_way();
	}
	writers--;
	rwlock_end_write(&lock);
}

static bool over;

static void run(void)
{
	while (!over) {
		if (random_below(4))
			read_once();
		else
			write_once();
		if (random_below(2))
			give_way();
	}
	for (;;)
		give_way();
}

static void no_one_is_left_out(void **state)
{
	static unsigned longest;
	(void)state;

	random_start(3);
	for (unsigned i = 0; i < TASKS; i++) {
		getcontext(&tasks[i].context);
		tasks[i].context.uc_stack.ss_sp = stacks[i];
		tasks[i].context.uc_stack.ss_size = STACK_SIZE;
		makecontext(&tasks[i].context, run, 0);
	}
	for (unsigned step = 0; step < STEPS || readers || writers || let_in != last_place; step++) {
		unsigned ready = 0;

		over = step >= STEPS;
		assert_in_range(step, 0, 2 * STEPS); /* else a waiter starves */
		for (unsigned i = 0; i < TASKS; i++)
			ready += !tasks[i].blocked;
		assert_true(ready > 0);
		do
			current = &tasks[random_below(TASKS)];
		while (current->blocked);
		swapcontext(&scheduler, &current->context);
		check_first();
		longest = last_place - let_in > longest ? last_place - let_in : longest;
	}
	assert_int_equal(lock.readers, 0);
	assert_int_equal(lock.busy, 0);
	assert_int_equal(lock.next, lock.entered);
	assert_false(rwlock_is_held(&lock));
	/* The test must have covered waiting and shared reading. */
	assert_in_range(waits, STEPS / 100, STEPS);
	assert_in_range(shared_reads, STEPS / 1000, STEPS);
	assert_in_range(longest, TASKS / 2, TASKS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(no_one_is_left_out) };

	return cmocka_run_group_tests_name("rwlock", tests, NULL, NULL);
}
