/* SPDX-License-Identifier: MIT */
/* The processor that --calibrate measures, and whether measurements of it can be trusted. */
#pragma once

#include "bench/host/calibrate/sampler.h"

#include <stdbool.h>
#include <stddef.h>

enum { MACHINE_WHY = 240 };

/* One cache, as CPUID describes it. All 0 if CPUID does not describe it. */
struct machine_cache {
	unsigned kib, ways;
};

struct machine {
	char vendor[13], brand[49];
	unsigned family, model, stepping;
	char hypervisor[13]; /* its name in CPUID; "" if there is none */
	bool virtual;        /* CPUID says that a hypervisor is present */
	bool tsc_readable, tsc_invariant;
	unsigned cpus; /* CPUs online */
	double tsc_khz;
	double load;      /* the one-minute load average */
	double read_cost; /* ticks between two time stamps; large if reading the TSC is emulated */
	/*
	 * The time of a chain of multiplications, and that of a chain of loads from L1, divided by
	 * the time of a chain of additions. On the processors that this tool knows, multiply_add is
	 * 3, and load_add is 4 or 5. Emulators have other numbers.
	 */
	double multiply_add, load_add;
	struct machine_cache l1i, l1d, l2, l3;
};

/* Reads CPUID and the kernel's files. Reads the time stamp counter only if this process may. */
void machine_read(struct machine *machine);

/* Reads the caches, from leaf 4 (Intel) or 8000001DH (AMD). */
void machine_read_caches(struct machine *machine);

/* Measures read_cost, multiply_add and load_add. The time stamp counter must be readable. */
void machine_try(struct machine *machine, const struct sampler_clock *clock);

/* Returns true if reads of the time stamp counter seem to be intercepted by a hypervisor. RDTSC
 * then costs more than on the processor itself. */
bool machine_stamps_are_slow(const struct machine *machine);

/* Returns 0 if this processor can be measured, or -1 with the reason in `why`. */
int machine_check(const struct machine *machine, char why[MACHINE_WHY]);

/*
 * Returns note number `index`, counted from 0, or NULL after the last one. A note says what makes
 * the numbers less exact or what cannot be measured.
 */
const char *machine_note(const struct machine *machine, unsigned index);
