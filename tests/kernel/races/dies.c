/* SPDX-License-Identifier: MIT */
/*
 * Tests in which a CPU panics, so that the machine ends. tests/panics.sh boots them one by one and
 * reads what the machine has said. They run only if test= names them.
 */
#include <stdbool.h>

#include "boot/options.h"
#include "cpu/cpus.h"
#include "cpu/lock.h"
#include "lib/string.h"
#include "output/console.h"
#include "output/panic.h"
#include "output/record.h"
#include "tests/kernel/races/races.h"
#include "tests/kernel/test.h"

static struct spinlock lock;
static volatile uint32_t ready; /* number of CPUs that have come so far */

/* Gives CPUs that go on although another one panics the time to do harm. */
static void wait_and_say(void)
{
	for (uint32_t polls = 200000; polls; polls--)
		__asm__ volatile("pause");
	kprintf("no other CPU went on\n");
}

/* Prepares a test. Returns NULL, or why the test cannot run. */
static const char *cannot(void)
{
	char value[8];

	boot_option("test", value, sizeof value);
	if (strncmp(value, "dies_", 5) != 0)
		return SKIP "only if it is named";
	panic_note = wait_and_say;
	return cpus_others ? NULL : SKIP "only one CPU runs";
}

static void wait_for_ready(uint32_t wanted)
{
	while (ready < wanted)
		__asm__ volatile("pause");
}

static void fault_with_the_lock(void *argument)
{
	(void)argument;
	spin_lock(&lock);
	ready = 1;
	__asm__ volatile("ud2");
}

static void want_the_lock(void *argument)
{
	(void)argument;
	spin_lock(&lock);
}

/* A CPU faults with a lock held. All others wait for the lock, with interrupts off. */
TEST(dies_with_a_lock)
{
	const char *problem = cannot();

	if (problem)
		return problem;
	cpu_call(cpus_others, fault_with_the_lock, NULL);
	wait_for_ready(1);
	for (struct other_cpu *cpu = cpus_others->next; cpu; cpu = cpu->next)
		cpu_call(cpu, want_the_lock, NULL);
	want_the_lock(NULL);
	return "a CPU took a lock that is held";
}

static void meet_and_panic(void *argument)
{
	__atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
	wait_for_ready(cpu_count);
	if (argument)
		__asm__ volatile("ud2");
	panic("all CPUs panic");
}

/* All CPUs panic at the same time, by an exception if `fault` is not NULL. */
static const char *die_on_all(void *fault)
{
	const char *problem = cannot();

	if (problem)
		return problem;
	for (struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		cpu_call(cpu, meet_and_panic, fault);
	meet_and_panic(fault);
	return NULL;
}

TEST(dies_on_all_cpus)
{
	return die_on_all(NULL);
}

TEST(dies_on_all_cpus_by_faults)
{
	return die_on_all(&lock);
}

static void panic_later(void *argument)
{
	ready = 1;
	for (uint64_t polls = (uintptr_t)argument; polls; polls--)
		__asm__ volatile("pause");
	panic("a CPU panics while another one prints");
}

/* A CPU panics after 1000 polls for each unit of schedule=, while the boot CPU prints and sends. */
TEST(dies_amid_records)
{
	const char *problem = cannot();
	char value[24];

	if (problem)
		return problem;
	boot_option("schedule", value, sizeof value);
	cpu_call(cpus_others, panic_later, (void *)(string_to_number(value) * 1000));
	wait_for_ready(1);
	for (uint64_t i = 0;; i++) {
		kprintf("the boot CPU prints line %lu\n", i);
		record_fact("line", i, "lines");
	}
}
