/* SPDX-License-Identifier: MIT */
/*
 * Sources: Intel SDM 3B 20.2 (architectural performance monitoring) and its event tables as
 * published at perfmon-events.intel.com; AMD APM 2 13.2 and the processors' PPR, "Performance
 * Monitor Counters" (PMCx045, PMCx076, PMCx0C0).
 */
#include "cpu/pmu.h"

#include "lib/string.h"

#define SELECT_USER          (1UL << 16)
#define SELECT_KERNEL        (1UL << 17)
#define SELECT_ENABLE        (1UL << 22)
#define SELECT_BOTH          (SELECT_USER | SELECT_KERNEL | SELECT_ENABLE)
#define EVENT(number, umask) ((number) | (umask) << 8)

#define INTEL_SELECT         0x186U
#define INTEL_VALUE          0xc1U
#define INTEL_FIXED          0x309U
#define INTEL_GLOBAL         0x38fU
#define INTEL_READ_FIXED     (1U << 30)
#define INTEL_CYCLES         EVENT(0x3c, 0x00)
#define INTEL_RETIRED        EVENT(0xc0, 0x00)

#define AMD_PERFCTR_CORE     (1U << 23)
#define AMD_SELECT           0xc0010200U /* MSR of event select 0; the MSR of counter 0 follows */
#define AMD_GLOBAL           0xc0000301U
#define AMD_MONITORING_V2    1U

#define BIT(metric)          (1U << (metric))

static struct pmu_counter *add(struct pmu *pmu, uint32_t read, uint32_t select, uint64_t event,
                               uint32_t value, unsigned metrics)
{
	struct pmu_counter *counter = &pmu->counter[pmu->counters++];

	*counter = (struct pmu_counter){ read, select, select ? event | SELECT_BOTH : 0, value, metrics };
	return counter;
}

/* The data-TLB events of an Intel core: completed page walks and second-level hits. */
struct tlb_events {
	uint32_t load_walk, load_hit, store_walk, store_hit;
};

static const struct tlb_events *intel_tlb(uint32_t model)
{
	static const struct tlb_events haswell = { EVENT(0x08, 0x0e), EVENT(0x08, 0x60), EVENT(0x49, 0x0e),
		                                   EVENT(0x49, 0x60) };
	static const struct tlb_events skylake = { EVENT(0x08, 0x0e), EVENT(0x08, 0x20), EVENT(0x49, 0x0e),
		                                   EVENT(0x49, 0x20) };
	static const struct tlb_events golden_cove = { EVENT(0x12, 0x0e), EVENT(0x12, 0x20),
		                                       EVENT(0x13, 0x0e), EVENT(0x13, 0x20) };

	switch (model) {
	case 0x3c: /* Haswell */
	case 0x3f:
	case 0x45:
	case 0x46:
	case 0x3d: /* Broadwell */
	case 0x47:
	case 0x4f:
	case 0x56:
		return &haswell;
	case 0x4e: /* Skylake and its derivatives */
	case 0x5e:
	case 0x55:
	case 0x8e:
	case 0x9e:
	case 0xa5:
	case 0xa6:
	case 0x6a: /* Ice Lake */
	case 0x6c:
	case 0x7d:
	case 0x7e:
	case 0x8c: /* Tiger Lake */
	case 0x8d:
	case 0xa7: /* Rocket Lake */
		return &skylake;
	case 0x8f: /* Sapphire Rapids, Emerald Rapids */
	case 0xcf:
		return &golden_cove;
	default:
		return NULL;
	}
}

static void plan_intel(struct pmu *pmu, const struct pmu_cpuid *cpuid)
{
	unsigned general = cpuid->intel_a >> 8 & 0xff, fixed = cpuid->intel_d & 0x1f, used = 0;
	uint32_t family = cpuid->version >> 8 & 0xf;
	uint32_t model = (cpuid->version >> 4 & 0xf) | (cpuid->version >> 12 & 0xf0);
	const struct tlb_events *tlb = family == 6 ? intel_tlb(model) : NULL;

	if ((cpuid->intel_a & 0xff) < 2) {
		pmu->why = "CPUID 0AH has no architectural performance monitoring of version 2";
		return;
	}
	pmu->width = cpuid->intel_a >> 16 & 0xff;
	pmu->global_msr = INTEL_GLOBAL;
	if (fixed >= 2) {
		pmu->width = cpuid->intel_d >> 5 & 0xff;
		add(pmu, INTEL_READ_FIXED | 0, 0, 0, INTEL_FIXED, BIT(PMU_INSTRUCTIONS));
		add(pmu, INTEL_READ_FIXED | 1, 0, 0, INTEL_FIXED + 1, BIT(PMU_CYCLES));
		pmu->fixed_control = 0x33; /* counters 0 and 1 count in user and kernel mode */
		pmu->global = 3UL << 32;
	} else if (general >= 2 && !(cpuid->intel_b & 3)) {
		add(pmu, 0, INTEL_SELECT, INTEL_RETIRED, INTEL_VALUE, BIT(PMU_INSTRUCTIONS));
		add(pmu, 1, INTEL_SELECT + 1, INTEL_CYCLES, INTEL_VALUE + 1, BIT(PMU_CYCLES));
		used = 2;
	} else {
		pmu->why = "CPUID 0AH has too few counters for cycles and instructions";
		return;
	}
	pmu->metrics = BIT(PMU_CYCLES) | BIT(PMU_INSTRUCTIONS);
	if (tlb && general >= used + 4) {
		const uint32_t events[] = { tlb->load_walk, tlb->store_walk, tlb->load_hit, tlb->store_hit };

		for (unsigned i = 0; i < 4; i++)
			add(pmu, used + i, INTEL_SELECT + used + i, events[i], INTEL_VALUE + used + i,
			    i < 2 ? BIT(PMU_PAGE_WALKS) | BIT(PMU_DTLB_MISSES) : BIT(PMU_DTLB_MISSES));
		used += 4;
		pmu->metrics |= BIT(PMU_PAGE_WALKS) | BIT(PMU_DTLB_MISSES);
	}
	pmu->global |= (1UL << used) - 1;
	/* If counters of both kinds are used, `width` is the width of the narrower kind. */
	if (used && (cpuid->intel_a >> 16 & 0xff) < pmu->width)
		pmu->width = cpuid->intel_a >> 16 & 0xff;
}

static void plan_amd(struct pmu *pmu, const struct pmu_cpuid *cpuid)
{
	uint32_t family = (cpuid->version >> 8 & 0xf) + (cpuid->version >> 20 & 0xff);
	static const struct {
		uint32_t event;
		enum pmu_metric metric;
	} events[] = { { EVENT(0x76, 0x00), PMU_CYCLES },
		       { EVENT(0xc0, 0x00), PMU_INSTRUCTIONS },
		       { EVENT(0x45, 0xff), PMU_DTLB_MISSES },  /* first-level misses */
		       { EVENT(0x45, 0xf0), PMU_PAGE_WALKS } }; /* second-level misses */
	bool zen = family == 0x17 || family == 0x19 || family == 0x1a;
	unsigned count = zen ? 4 : 2;

	if (!(cpuid->amd_features_c & AMD_PERFCTR_CORE)) {
		pmu->why = "CPUID 8000_0001H has no core performance counters (ECX bit 23)";
		return;
	}
	pmu->width = 48;
	for (unsigned i = 0; i < count; i++) {
		add(pmu, i, AMD_SELECT + 2 * i, events[i].event, AMD_SELECT + 2 * i + 1,
		    BIT(events[i].metric));
		pmu->metrics |= BIT(events[i].metric);
	}
	if (cpuid->amd_monitoring_a & AMD_MONITORING_V2) {
		pmu->global_msr = AMD_GLOBAL;
		pmu->global = (1UL << count) - 1;
	}
}

void pmu_plan(struct pmu *pmu, const struct pmu_cpuid *cpuid)
{
	memset(pmu, 0, sizeof *pmu);
	if (!strcmp(cpuid->vendor, "GenuineIntel"))
		plan_intel(pmu, cpuid);
	else if (!strcmp(cpuid->vendor, "AuthenticAMD") || !strcmp(cpuid->vendor, "HygonGenuine"))
		plan_amd(pmu, cpuid);
	else
		pmu->why = "the performance counters of this vendor are not known";
	if (pmu->why)
		pmu->counters = 0;
}
