/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/host/calibrate/machine.h"
#include "bench/host/base/host_facts.h"

#include <cpuid.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define TRIES         200
#define SLOW_READ     150.0  /* ticks; slower reads are intercepted by a hypervisor */
#define HOPELESS_READ 4000.0 /* ticks; slower reads take as long as the code that they time */
#define BUSY_LOAD     0.5

static void read_names(struct machine *machine)
{
	unsigned registers[12] = { 0 }, signature, a, b, c, d;

	if (__get_cpuid(0, &a, &b, &c, &d)) {
		memcpy(machine->vendor, &b, 4);
		memcpy(machine->vendor + 4, &d, 4);
		memcpy(machine->vendor + 8, &c, 4);
	}
	if (__get_cpuid(1, &signature, &b, &c, &d)) {
		machine->stepping = signature & 15;
		machine->family =
		        (signature >> 8 & 15) + ((signature >> 8 & 15) == 15 ? signature >> 20 & 255 : 0);
		machine->model = (signature >> 4 & 15) | (signature >> 12 & 0xf0);
		machine->virtual = c >> 31;
	}
	for (unsigned i = 0; i < 3; i++)
		__get_cpuid(0x80000002 + i, &registers[4 * i], &registers[4 * i + 1], &registers[4 * i + 2],
		            &registers[4 * i + 3]);
	memcpy(machine->brand, registers, 48);
	if (machine->virtual) {
		__cpuid(0x40000000, a, b, c, d);
		memcpy(machine->hypervisor, &b, 4);
		memcpy(machine->hypervisor + 4, &c, 4);
		memcpy(machine->hypervisor + 8, &d, 4);
	}
	machine->tsc_invariant = __get_cpuid(0x80000007, &a, &b, &c, &d) && d >> 8 & 1;
}

void machine_read_caches(struct machine *machine)
{
	const unsigned leaf = strcmp(machine->vendor, "GenuineIntel") == 0 ? 4 : 0x8000001d;
	unsigned a, b, c, d;

	for (unsigned i = 0; i < 16 && __get_cpuid_count(leaf, i, &a, &b, &c, &d) && a & 31; i++) {
		const unsigned type = a & 31, level = a >> 5 & 7, ways = (b >> 22) + 1;
		const unsigned long size =
		        (unsigned long)ways * ((b >> 12 & 0x3ff) + 1) * ((b & 0xfff) + 1) * (c + 1);
		struct machine_cache *cache = level == 1 && type == 1   ? &machine->l1d
		                              : level == 1 && type == 2 ? &machine->l1i
		                              : level == 2              ? &machine->l2
		                              : level == 3              ? &machine->l3
		                                                        : NULL;

		if (cache)
			*cache = (struct machine_cache){ (unsigned)(size >> 10), ways };
	}
}

void machine_read(struct machine *machine)
{
	char line[64];
	int mode = PR_TSC_ENABLE;

	memset(machine, 0, sizeof *machine);
	read_names(machine);
	machine_read_caches(machine);
	prctl(PR_GET_TSC, &mode);
	machine->tsc_readable = mode == PR_TSC_ENABLE;
	machine->cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	machine->load = host_line("/proc/loadavg", "", line, sizeof line) ? atof(line) : 0;
	if (machine->tsc_readable)
		machine->tsc_khz = host_tsc_khz();
}

static void add(void *context)
{
	uint64_t x = 3;

	(void)context;
	CHAIN_OF("add %0, %0", x);
}

static void load(void *context)
{
	static void *self = &self;
	void *x = self;

	(void)context;
	CHAIN_OF("mov (%0), %0", x);
}

/* Returns the least number of ticks between two time stamps. Calls `code` between them, unless it
 * is NULL. */
static double least(const struct sampler_clock *clock, void (*code)(void *))
{
	double result = INFINITY;

	for (int i = 0; i < TRIES; i++) {
		const uint64_t start = clock->ticks(clock->context);

		if (code)
			code(clock->context);
		result = fmin(result, (double)(clock->ticks(clock->context) - start));
	}
	return result;
}

void machine_try(struct machine *machine, const struct sampler_clock *clock)
{
	const double additions = least(clock, add);

	machine->read_cost = least(clock, NULL);
	machine->multiply_add =
	        (least(clock, clock->chain) - machine->read_cost) / (additions - machine->read_cost);
	machine->load_add = (least(clock, load) - machine->read_cost) / (additions - machine->read_cost);
}

bool machine_stamps_are_slow(const struct machine *machine)
{
	return machine->read_cost > SLOW_READ;
}

int machine_check(const struct machine *machine, char why[MACHINE_WHY])
{
	if (!machine->tsc_readable)
		snprintf(why, MACHINE_WHY, "this process may not read the time stamp counter (PR_SET_TSC)");
	else if (machine->read_cost > HOPELESS_READ)
		snprintf(
		        why, MACHINE_WHY,
		        "reading the time stamp counter takes %.0f ticks here: a hypervisor emulates it, and "
		        "nothing shorter can be timed",
		        machine->read_cost);
	else if (strncmp(machine->hypervisor, "TCGTCGTCG", 9) == 0)
		snprintf(why, MACHINE_WHY, "this processor is emulated by QEMU");
	else if (!(machine->multiply_add > 2.7 && machine->multiply_add < 3.3 && machine->load_add > 3.5 &&
	           machine->load_add < 6.5))
		snprintf(why, MACHINE_WHY,
		         "a multiplication takes %.1f times as long as an addition here and a load %.1f "
		         "times, not "
		         "3 and 4 to 5: this processor is emulated, or it has other latencies than this tool "
		         "knows",
		         machine->multiply_add, machine->load_add);
	else
		return 0;
	return -1;
}

const char *machine_note(const struct machine *machine, unsigned index)
{
	const char *notes[] = {
		machine->tsc_invariant
		        ? NULL
		        : "the time stamp counter is not invariant: no frequency is given, but cycles are "
		          "right, because a chain runs before and after each sample",
		machine->cpus == 1 ? "one CPU only: everything else on this host runs between the samples"
		                   : NULL,
		machine->virtual
		        ? "a hypervisor is present: other guests share the L3 and memory, and instructions "
		          "that exit to the hypervisor are not measured"
		        : NULL,
		machine_stamps_are_slow(machine)
		        ? "reading the time stamp counter is slow here: RDTSC and RDTSCP are not measured"
		        : NULL,
		machine->load > BUSY_LOAD * machine->cpus
		        ? "this host is busy: the values of L3 and memory are those of the part that other "
		          "programs leave"
		        : NULL,
	};

	for (unsigned i = 0; i < sizeof notes / sizeof *notes; i++)
		if (notes[i] && index-- == 0)
			return notes[i];
	return NULL;
}
