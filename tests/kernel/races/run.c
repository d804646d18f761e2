/* SPDX-License-Identifier: MIT */
/* Runs the stress under the schedules that schedule= and schedules= name, and the other kinds of it. */
#include "boot/options.h"
#include "boot/start_cpus.h"
#include "cpu/apic.h"
#include "lib/format.h"
#include "lib/schedule.h"
#include "lib/string.h"
#include "mem/tlb.h"
#include "output/console.h"
#include "output/record.h"
#include "tests/kernel/races/races.h"
#include "tests/kernel/test.h"

#define CALLS      24
#define START_EACH 16 /* a CPU is started again under every 16th schedule, as that takes 10 ms */

struct race_counts race_counts;

uint64_t race_random(uint64_t *state)
{
	uint64_t value = *state += 0x9e3779b97f4a7c15; /* SplitMix64 */

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
	value = (value ^ value >> 27) * 0x94d049bb133111eb;
	return value ^ value >> 31;
}

bool race_is_late(uint64_t start)
{
	return timestamp() - start > RACE_PATIENCE * tsc_hertz();
}

bool race_all_done(void)
{
	for (const struct other_cpu *cpu = cpus_others; cpu; cpu = cpu->next)
		if (!cpu_call_is_done(cpu))
			return false;
	return true;
}

bool race_wait_for_all(void)
{
	const uint64_t start = timestamp();

	while (!race_all_done() && !race_is_late(start))
		__asm__ volatile("pause");
	return race_all_done();
}

static struct other_cpu *random_cpu(uint64_t drawn)
{
	struct other_cpu *cpu = cpus_others;

	for (drawn %= cpu_count - 1; drawn; drawn--)
		cpu = cpu->next;
	return cpu;
}

static uint32_t called;

static void count_call(void *argument)
{
	(void)argument;
	__atomic_fetch_add(&called, 1, __ATOMIC_RELAXED);
	schedule_point(SCHEDULE_TEST);
}

const char *race_calls(uint64_t seed)
{
	const uint64_t start = timestamp();
	uint64_t random = seed;

	called = 0;
	for (uint32_t i = 0; i < CALLS;) {
		struct other_cpu *cpu = random_cpu(race_random(&random));

		if (cpu_call_is_done(cpu)) {
			cpu_call(cpu, count_call, NULL);
			i++;
		} else if (race_is_late(start)) {
			return "a CPU does not answer";
		}
		if (race_random(&random) % 4 == 0)
			tlb_shootdown(BENCH_AREA_BASE, 1);
		if (race_random(&random) % 4 == 0)
			cpu_wake(random_cpu(race_random(&random)));
		schedule_point(SCHEDULE_TEST);
	}
	if (!race_wait_for_all())
		return "a CPU does not come back";
	race_counts.calls += CALLS;
	return called == CALLS ? NULL : "a call was made twice, or not at all";
}

const char *race_starts(uint64_t seed)
{
	struct other_cpu *cpu = random_cpu(seed);
	const uint32_t id = cpu->apic_id;
	struct cpus_started result;

	cpu_stop(cpu);
	cpus_start(&id, 1, &result);
	if (result.started != 1)
		return "a CPU did not start again";
	race_counts.starts++;
	return NULL;
}

static const char *run_schedule(uint64_t seed)
{
	const char *problem;

	schedule_choose(seed);
	problem = race_pages(seed);
	if (!problem)
		problem = race_waits(seed);
	if (!problem)
		problem = race_calls(seed);
	if (!problem && seed % START_EACH == 0)
		problem = race_starts(seed);
	schedule_choose(0);
	return problem;
}

static uint64_t option(const char *key, uint64_t otherwise)
{
	char value[24];

	return boot_option(key, value, sizeof value) ? string_to_number(value) : otherwise;
}

static void say_counts(uint64_t schedules)
{
	const struct race_counts *c = &race_counts;

	kprintf("%lu schedules: %lu pages mapped, %lu unmapped, %lu changed, %lu read, %lu not there; %lu "
	        "items, "
	        "waited for %lu times; %lu calls; %lu CPUs started again\n",
	        schedules, c->maps, c->unmaps, c->remaps, c->reads, c->faults, c->items, c->sleeps, c->calls,
	        c->starts);
	record_fact("races-schedules", schedules, "schedules");
	record_fact("races-changes", c->maps + c->unmaps + c->remaps, "pages");
	record_fact("races-reads", c->reads, "pages");
	record_fact("races-wakeups", c->items, "items");
	record_fact("races-calls", c->calls, "calls");
	record_fact("races-starts", c->starts, "CPUs");
}

TEST(races_in_varied_schedules)
{
	const uint64_t first = option("schedule", 1), count = option("schedules", 20);
	static char text[128];
	const char *problem = NULL;
	uint64_t done = 0;

	if (!cpus_others)
		return SKIP "only one CPU runs";
	run_schedule(0); /* makes page tables */
	self_test_keeps();
	race_counts = (struct race_counts){ 0 };
	for (; done < count && !problem; done++)
		problem = run_schedule(first + done);
	say_counts(done);
	if (!problem)
		return NULL;
	format_string(text, sizeof text, "schedule %lu, number %lu: %s", first + done - 1, done, problem);
	return text;
}
