/* SPDX-License-Identifier: MIT */
/*
 * Performance counters: cycles, instructions, data-TLB misses and page walks, where the processor, or the
 * hypervisor for it, has counters that the tables below know. Used only when the command line says pmu=on.
 *
 * Under KVM every RDPMC is an exit, so counters are read outside the time stamps and in samples of their own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PMU_COUNTERS 6

enum pmu_metric { PMU_CYCLES, PMU_INSTRUCTIONS, PMU_DTLB_MISSES, PMU_PAGE_WALKS, PMU_METRICS };

/* What pmu_plan() decides from: the registers of a few CPUID leaves, 0 where a leaf does not exist. */
struct pmu_cpuid {
	char vendor[13];
	uint32_t version;                   /* 1: EAX */
	uint32_t intel_a, intel_b, intel_d; /* 0AH */
	uint32_t amd_features_c;            /* 8000_0001H: ECX */
	uint32_t amd_monitoring_a;          /* 8000_0022H: EAX */
};

struct pmu_counter {
	uint32_t read;    /* ECX for RDPMC */
	uint32_t select;  /* MSR that says what it counts; 0: a fixed counter */
	uint64_t event;   /* for that MSR */
	uint32_t value;   /* MSR of the counter itself */
	unsigned metrics; /* bit m: it is part of metric m */
};

struct pmu {
	unsigned counters; /* 0: there are none that can be used, and `why` says why */
	struct pmu_counter counter[PMU_COUNTERS];
	unsigned metrics;       /* bit m: metric m is complete */
	unsigned width;         /* bits of a counter */
	uint64_t fixed_control; /* for MSR 38DH; 0: it is not there */
	uint32_t global_msr;    /* 0: there is none */
	uint64_t global;
	const char *why;
};

/* Which counters count what. Pure: touches no hardware. */
void pmu_plan(struct pmu *pmu, const struct pmu_cpuid *cpuid);

/*
 * Finds the counters of this CPU, sets them going and checks that they count. Returns how many there are; 0 with
 * the reason from pmu_why().
 */
unsigned pmu_init(void);
const char *pmu_why(void);

/* Counters in use; 0 without pmu_init(). */
unsigned pmu_counters(void);

void pmu_begin(void);
void pmu_end(void);

/*
 * What metric `metric` counted from pmu_begin() to pmu_end(), both included as far as they count themselves. False: it
 * is not counted here.
 */
bool pmu_metric(enum pmu_metric metric, uint64_t *value, const char **name, const char **unit);
