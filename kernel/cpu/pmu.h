/* SPDX-License-Identifier: MIT */
/*
 * Performance counters for cycles, instructions, data-TLB misses and page walks, if the CPU or the
 * hypervisor has counters that pmu_plan.c knows. Used only if the command line says pmu=on.
 *
 * Under KVM every RDPMC causes a VM exit, so a sample reports either counters or time, never both.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PMU_COUNTERS 6

enum pmu_metric { PMU_CYCLES, PMU_INSTRUCTIONS, PMU_DTLB_MISSES, PMU_PAGE_WALKS, PMU_METRICS };

/* The input of pmu_plan(): registers of CPUID leaves, 0 if a leaf does not exist. */
struct pmu_cpuid {
	char vendor[13];
	uint32_t version;                   /* EAX of leaf 1 */
	uint32_t intel_a, intel_b, intel_d; /* EAX, EBX and EDX of leaf 0AH */
	uint32_t amd_features_c;            /* ECX of leaf 8000_0001H */
	uint32_t amd_monitoring_a;          /* EAX of leaf 8000_0022H */
};

struct pmu_counter {
	uint32_t read;    /* ECX for RDPMC */
	uint32_t select;  /* MSR that selects the event, or 0 for a fixed counter */
	uint64_t event;   /* the value to write to the MSR `select` */
	uint32_t value;   /* MSR of the counter itself */
	unsigned metrics; /* bit m is set if the counter is part of metric m */
};

struct pmu {
	unsigned counters; /* number in use; if it is 0, `why` has the reason */
	struct pmu_counter counter[PMU_COUNTERS];
	unsigned metrics;       /* bit m is set if the counters cover metric m completely */
	unsigned width;         /* bits of a counter */
	uint64_t fixed_control; /* the value for MSR 38DH, or 0 if there is no such MSR */
	uint32_t global_msr;    /* MSR that enables counters globally, or 0 if there is none */
	uint64_t global;
	const char *why;
};

/* Decides which counters to use for which metrics. Does not touch the hardware. */
void pmu_plan(struct pmu *pmu, const struct pmu_cpuid *cpuid);

/*
 * Finds this CPU's counters, starts them and checks that they count. Returns the number of counters
 * in use; if it is 0, pmu_why() returns the reason.
 */
unsigned pmu_init(void);
const char *pmu_why(void);

/* Returns the number of counters in use, 0 before pmu_init(). */
unsigned pmu_counters(void);

void pmu_begin(void);
void pmu_end(void);

/*
 * Sets *value to the count of a metric between pmu_begin() and pmu_end(), and *name and *unit to
 * the metric's name and unit. The count includes parts of both calls. Returns false if this CPU
 * cannot count the metric.
 */
bool pmu_metric(enum pmu_metric metric, uint64_t *value, const char **name, const char **unit);
