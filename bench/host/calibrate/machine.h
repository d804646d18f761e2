/* SPDX-License-Identifier: MIT */
/* The processor that --calibrate measures, and whether measurements of it can be trusted. */
#pragma once

#include "bench/host/calibrate/sampler.h"

#include <stdbool.h>
#include <stddef.h>

enum { MACHINE_WHY = 240 };

/* One cache, as CPUID describes it; all 0 if it does not. */
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
	double read_cost; /* ticks from one time stamp to the next: large if reading it is emulated */
	/*
	 * Times relative to a chain of additions. On the processors that this tool knows a chain of
	 * multiplications takes 3, and a chain of loads from L1 takes 4 or 5. Emulators differ.
	 */
	double multiply_add, load_add;
	struct machine_cache l1i, l1d, l2, l3;
};

/* Reads CPUID and the kernel's files. The time stamp counter is read only if that is allowed. */
void machine_read(struct machine *machine);

/* Reads the caches, from leaf 4 (Intel) or 8000001DH (AMD). */
void machine_read_caches(struct machine *machine);

/* Measures read_cost, multiply_add and load_add. The time stamp counter must be readable. */
void machine_try(struct machine *machine, const struct sampler_clock *clock);

/* Returns true if reading the time stamp counter is emulated or checked, so that its own price is not
 * that of the processor. */
bool machine_stamps_are_slow(const struct machine *machine);

/* Returns 0 if this processor can be measured, or -1 with the reason in `why`. */
int machine_check(const struct machine *machine, char why[MACHINE_WHY]);

/*
 * Returns a note about something that makes the numbers less exact, or that cannot be measured.
 * `index` counts the notes from 0; past the last one NULL is returned.
 */
const char *machine_note(const struct machine *machine, unsigned index);
