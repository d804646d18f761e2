/* SPDX-License-Identifier: MIT */
#include "cpu/pmu.h"

#include "cpu/cpu.h"
#include "cpu/msr.h"
#include "lib/string.h"
#include "x86/cpuid.h"

#define MSR_FIXED_CONTROL 0x38dU
#define TRIAL_ROUNDS      1000U

static struct pmu pmu; /* set at boot */
static uint64_t started[PMU_COUNTERS], counted[PMU_METRICS];

static void describe(struct pmu_cpuid *cpuid)
{
	uint32_t last = cpuid_read(0).a, last_extended = cpuid_read(0x80000000).a;
	struct cpuid_registers r;

	memset(cpuid, 0, sizeof *cpuid);
	memcpy(cpuid->vendor, cpu_features.vendor, sizeof cpuid->vendor);
	cpuid->version = cpuid_read(1).a;
	if (last >= 0xa) {
		r = cpuid_read(0xa);
		cpuid->intel_a = r.a;
		cpuid->intel_b = r.b;
		cpuid->intel_d = r.d;
	}
	if (last_extended >= 0x80000001)
		cpuid->amd_features_c = cpuid_read(0x80000001).c;
	if (last_extended >= 0x80000022)
		cpuid->amd_monitoring_a = cpuid_read(0x80000022).a;
}

/* Programs and starts the counters. Returns false if a write to one of their MSRs raises #GP. */
static bool program(void)
{
	bool ok = !pmu.global_msr || msr_try_write(pmu.global_msr, 0);

	for (unsigned i = 0; i < pmu.counters && ok; i++) {
		const struct pmu_counter *counter = &pmu.counter[i];

		ok = msr_try_write(counter->value, 0) &&
		     (!counter->select || msr_try_write(counter->select, counter->event));
	}
	ok = ok && (!pmu.fixed_control || msr_try_write(MSR_FIXED_CONTROL, pmu.fixed_control));
	return ok && (!pmu.global_msr || msr_try_write(pmu.global_msr, pmu.global));
}

/*
 * Returns true if all counters can be read, and if a loop increases the counters of instructions
 * and of cycles. pmu_plan() always includes these two. A hypervisor may report counters that never
 * change.
 */
static bool they_count(void)
{
	uint32_t rounds = TRIAL_ROUNDS;

	for (unsigned i = 0; i < pmu.counters; i++)
		if (!counter_try_read(pmu.counter[i].read))
			return false;
	pmu_begin();
	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(rounds) : : "cc");
	pmu_end();
	return counted[PMU_INSTRUCTIONS] >= 2 * TRIAL_ROUNDS && counted[PMU_CYCLES] > 0;
}

unsigned pmu_init(void)
{
	struct pmu_cpuid cpuid;

	describe(&cpuid);
	pmu_plan(&pmu, &cpuid);
	if (!pmu.counters)
		return 0;
	if (!program())
		pmu.why = "CPUID shows performance counters, but their registers are refused";
	else if (!they_count())
		pmu.why = "the performance counters are there, but do not count";
	if (pmu.why)
		pmu.counters = 0;
	return pmu.counters;
}

const char *pmu_why(void)
{
	return pmu.why;
}

unsigned pmu_counters(void)
{
	return pmu.counters;
}

void pmu_begin(void)
{
	for (unsigned i = 0; i < pmu.counters; i++)
		started[i] = counter_read(pmu.counter[i].read);
}

void pmu_end(void)
{
	uint64_t now[PMU_COUNTERS];

	/*
	 * Reads the counters in the same order as pmu_begin(), so that every counter counts the
	 * same number of reads.
	 */
	for (unsigned i = 0; i < pmu.counters; i++)
		now[i] = counter_read(pmu.counter[i].read);
	memset(counted, 0, sizeof counted);
	for (unsigned i = 0; i < pmu.counters; i++)
		for (unsigned m = 0; m < PMU_METRICS; m++)
			if (pmu.counter[i].metrics >> m & 1)
				counted[m] += (now[i] - started[i]) & (~0UL >> (64 - pmu.width));
}

bool pmu_metric(enum pmu_metric metric, uint64_t *value, const char **name, const char **unit)
{
	static const char *const names[] = { "cycles", "instructions", "dtlb_misses", "page_walks" };
	static const char *const units[] = { "cycles", "instructions", "events", "events" };

	*value = counted[metric];
	*name = names[metric];
	*unit = units[metric];
	return pmu.counters && pmu.metrics >> metric & 1;
}
