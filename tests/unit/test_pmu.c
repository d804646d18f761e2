/* SPDX-License-Identifier: MIT */
/* Tests performance counters (cpu/pmu.c) on simulated CPUs: CPUID, MSRs and counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu/features.h"
#include "cpu/msr.h"
#include "cpu/pmu.h"
#include "x86/cpuid.h"
#include "x86/instructions.h"

#define BOTH   0x430000UL /* event select: enabled, counts in user and kernel mode */
#define WRITES 64

static struct pmu_cpuid processor;

struct cpuid_registers cpuid_read(uint32_t leaf)
{
	switch (leaf) {
	case 0:
		return (struct cpuid_registers){ .a = 0x16 };
	case 1:
		return (struct cpuid_registers){ .a = processor.version };
	case 0xa:
		return (struct cpuid_registers){ .a = processor.intel_a,
			                         .b = processor.intel_b,
			                         .d = processor.intel_d };
	case 0x80000000:
		return (struct cpuid_registers){ .a = 0x80000022 };
	case 0x80000001:
		return (struct cpuid_registers){ .c = processor.amd_features_c };
	case 0x80000022:
		return (struct cpuid_registers){ .a = processor.amd_monitoring_a };
	default:
		return (struct cpuid_registers){ 0 };
	}
}

static struct {
	uint32_t msr;
	uint64_t value;
} written[WRITES];
static unsigned writes, reads;
static uint32_t unreadable;  /* RDPMC of this counter raises #GP */
static uint32_t refused;     /* WRMSR to this MSR raises #GP */
static uint64_t speed, base; /* growth and start of the counts; see counter_read() */

bool msr_try_write(uint32_t msr, uint64_t value)
{
	if (msr == refused || writes == WRITES)
		return false;
	written[writes].msr = msr;
	written[writes++].value = value;
	return true;
}

/* Counter n starts at `base`. Each read of any counter adds speed * (n + 1) to counter n. */
uint64_t counter_read(uint32_t index)
{
	return (base + speed * ++reads * ((index & 0xff) + 1)) & 0xffffffffffff;
}

bool counter_try_read(uint32_t index)
{
	return index != unreadable;
}

static uint64_t value_of(uint32_t msr)
{
	for (unsigned i = writes; i > 0; i--)
		if (written[i - 1].msr == msr)
			return written[i - 1].value;
	return 0xdead;
}

static unsigned start(const struct pmu_cpuid *cpuid)
{
	processor = *cpuid;
	memcpy(cpu_features.vendor, cpuid->vendor, sizeof cpu_features.vendor);
	writes = reads = 0;
	return pmu_init();
}

static const struct pmu_cpuid skylake = {
	.vendor = "GenuineIntel", .version = 0x506e3, .intel_a = 0x07300404, .intel_d = 0x603
};
static const struct pmu_cpuid zen = { .vendor = "AuthenticAMD",
	                              .version = 0x00a20f10,
	                              .amd_features_c = 1U << 23 };

static int begin(void **state)
{
	(void)state;
	refused = 0;
	unreadable = 99;
	speed = 1000;
	base = 0;
	return 0;
}

static void an_intel_core(void **state)
{
	(void)state;
	assert_int_equal(start(&skylake), 6);
	assert_int_equal(value_of(0x38d), 0x33);
	assert_int_equal(value_of(0x38f), 0x30000000f);
	/* The first write stops the counters, the last one starts them. */
	assert_int_equal(written[0].msr, 0x38f);
	assert_int_equal(written[0].value, 0);
	assert_int_equal(written[writes - 1].msr, 0x38f);
	assert_int_equal(value_of(0x186), BOTH | 0x0e08); /* page walks of loads */
	assert_int_equal(value_of(0x187), BOTH | 0x0e49); /* page walks of stores */
	assert_int_equal(value_of(0x188), BOTH | 0x2008); /* second-level TLB hits of loads */
	assert_int_equal(value_of(0x189), BOTH | 0x2049); /* second-level TLB hits of stores */
}

static void an_amd_core(void **state)
{
	struct pmu_cpuid zen4 = zen;
	(void)state;

	assert_int_equal(start(&zen), 4);
	assert_int_equal(value_of(0xc0010200), BOTH | 0x76);
	assert_int_equal(value_of(0xc0010202), BOTH | 0xc0);
	assert_int_equal(value_of(0xc0010204), BOTH | 0xff45);
	assert_int_equal(value_of(0xc0010206), BOTH | 0xf045);
	/* The MSR is not written, since this CPU has no PerfCntrGlobalCtl. */
	assert_int_equal(value_of(0xc0000301), 0xdead);
	zen4.amd_monitoring_a = 1;
	assert_int_equal(start(&zen4), 4);
	assert_int_equal(value_of(0xc0000301), 0xf);
}

/*
 * pmu_begin() and pmu_end() each read every counter once, and each read advances all counters. So
 * from begin to end, each counter advances as many times as there are counters: 4 times on Zen.
 */
static void differences_are_summed(void **state)
{
	const char *name, *unit;
	uint64_t value;
	(void)state;

	assert_int_equal(start(&zen), 4);
	base = 0xffffffffffff - 5000; /* the 48-bit counters overflow */
	reads = 0;
	pmu_begin();
	pmu_end();
	assert_true(pmu_metric(PMU_CYCLES, &value, &name, &unit));
	assert_int_equal(value, 4 * 1000 * 1);
	assert_string_equal(name, "cycles");
	assert_string_equal(unit, "cycles");
	assert_true(pmu_metric(PMU_PAGE_WALKS, &value, &name, &unit));
	assert_int_equal(value, 4 * 1000 * 4);
	assert_string_equal(name, "page_walks");

	assert_int_equal(start(&skylake), 6);
	reads = 0;
	pmu_begin();
	pmu_end();
	assert_true(pmu_metric(PMU_PAGE_WALKS, &value, &name, &unit));
	assert_int_equal(value, 6 * 1000 * (1 + 2));
	assert_true(pmu_metric(PMU_DTLB_MISSES, &value, &name, &unit));
	assert_int_equal(value, 6 * 1000 * (1 + 2 + 3 + 4));
}

static void without(const struct pmu_cpuid *cpuid, const char *why)
{
	const char *name, *unit;
	uint64_t value;

	assert_int_equal(start(cpuid), 0);
	assert_non_null(strstr(pmu_why(), why));
	for (int m = 0; m < PMU_METRICS; m++)
		assert_false(pmu_metric((enum pmu_metric)m, &value, &name, &unit));
}

static void what_is_missing(void **state)
{
	struct pmu_cpuid cpuid = skylake;
	const char *name, *unit;
	uint64_t value;
	(void)state;

	cpuid.version = 0x90675; /* unknown model: no TLB events */
	assert_int_equal(start(&cpuid), 2);
	assert_int_equal(value_of(0x38f), 0x300000000);
	assert_true(pmu_metric(PMU_INSTRUCTIONS, &value, &name, &unit));
	assert_false(pmu_metric(PMU_DTLB_MISSES, &value, &name, &unit));
	cpuid = skylake;
	cpuid.intel_d = 0; /* no fixed counters: uses two general ones instead */
	assert_int_equal(start(&cpuid), 2);
	assert_int_equal(value_of(0x187), BOTH | 0x3c);
	cpuid.intel_b = 1; /* the event "core cycles" is missing */
	without(&cpuid, "too few counters");
	cpuid = skylake;
	cpuid.intel_a = 0;
	without(&cpuid, "no architectural performance monitoring");
	cpuid = zen;
	cpuid.amd_features_c = 0;
	without(&cpuid, "no core performance counters");
	cpuid = zen;
	memcpy(cpuid.vendor, "SomebodyElse", 13);
	without(&cpuid, "vendor");
	refused = 0xc0010202;
	without(&zen, "registers are refused");
	refused = 0;
	unreadable = 3;
	without(&zen, "do not count");
	unreadable = 99;
	speed = 0;
	without(&zen, "do not count");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_intel_core, begin),
		cmocka_unit_test_setup(an_amd_core, begin),
		cmocka_unit_test_setup(differences_are_summed, begin),
		cmocka_unit_test_setup(what_is_missing, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
