/* SPDX-License-Identifier: MIT */
#include "bench/bochs/nested.h"

#include <stdlib.h>
#include <string.h>

#include "bench/bochs/rip.h"

static bool wanted;

static struct machine {
	uint64_t exits;
	bool in_hypervisor;
	bool exiting; /* the context switch of the VM exit is still to come */
} machines[MAX_CPUS];

void nested_open(void)
{
	const char *text = getenv("PALIMPSEST_NESTED");

	wanted = text && strcmp(text, "1") == 0;
}

bool nested_wanted(void)
{
	return wanted;
}

void nested_region_opens(unsigned cpu)
{
	machines[cpu] = (struct machine){ 0 };
}

void nested_exit(unsigned cpu)
{
	if (!wanted)
		return;
	machines[cpu].exits += !machines[cpu].in_hypervisor;
	machines[cpu].in_hypervisor = true;
	machines[cpu].exiting = true;
}

void nested_context_switch(unsigned cpu)
{
	if (!machines[cpu].exiting)
		machines[cpu].in_hypervisor = false;
	machines[cpu].exiting = false;
}

bool nested_in_hypervisor(unsigned cpu)
{
	return machines[cpu].in_hypervisor;
}

uint64_t nested_exits(unsigned cpu)
{
	return machines[cpu].exits;
}
