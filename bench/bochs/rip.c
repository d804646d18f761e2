/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bench/bochs/rip.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stddef.h>

#include "bench/bochs/output.h"

#define RESET_RIP 0xFFF0

/* Number of 8-byte words of the CPU object that are searched. The registers are near its start; the
 * object is far larger. */
enum { WORDS = 512 };

enum { WORDS_TO_FLAGS = 16 }; /* number of words after RIP that are searched for RFLAGS */

#define RESET_FLAGS    0x2U        /* value of RFLAGS at a reset */
#define RESERVED_FLAGS 0xFFC0802AU /* reserved bits of RFLAGS: bit 1 is always 1, the others 0 */

/* Values of DR6 and DR7 at a reset, and the bits of DR7 that enable breakpoints. */
#define RESET_DR6      0xFFFF0FF0U
#define RESET_DR7      0x400U
#define DR7_ENABLED    0xFFU

const uint64_t *rip_of[MAX_CPUS];
const uint32_t *flags_of[MAX_CPUS];

static const uint64_t *object_of[MAX_CPUS];
static bool candidate[WORDS];
static unsigned place;       /* index of the word that is RIP */
static unsigned flags_place; /* index of the word that is RFLAGS */
static unsigned dr7_place;   /* index of the 32-bit word that is DR7; 0: not found */
static bool found;

static const uint64_t *find_object(unsigned cpu)
{
	static uint64_t ***array;

	if (!array)
		array = dlsym(RTLD_DEFAULT, "bx_cpu_array");
	if (!array)
		output_fail(2, "this Bochs does not export bx_cpu_array; a build with --enable-smp is "
		               "needed, such as package bochs of Debian 12 or later");
	return (*array)[cpu];
}

void rip_check(unsigned cpu, uint64_t expected)
{
	if (found && *rip_of[cpu] != expected)
		output_fail(
		        2,
		        "RIP of CPU %u is not where it was found: %#" PRIx64 " instead of %#" PRIx64
		        "; the layout of this Bochs is unknown; use one such as package bochs of Debian 12",
		        cpu, *rip_of[cpu], expected);
}

void flags_check(unsigned cpu, uint32_t set)
{
	uint32_t flags = *flags_of[cpu];

	if ((flags & (RESERVED_FLAGS | set)) != (RESET_FLAGS | set))
		output_fail(2,
		            "RFLAGS of CPU %u is not where it was found: %#" PRIx32
		            "; the layout of this Bochs is unknown; use one such as package bochs of Debian "
		            "12",
		            cpu, flags);
}

static void locate(unsigned cpu)
{
	rip_of[cpu] = object_of[cpu] + place;
	flags_of[cpu] = (const uint32_t *)(object_of[cpu] + flags_place); /* little-endian */
}

/* Finds RFLAGS of CPU 0. Its RIP is known, and it has executed only one jump since the reset. */
static void find_flags(void)
{
	unsigned matches = 0;

	for (unsigned i = place + 1; i <= place + WORDS_TO_FLAGS; i++)
		if ((uint32_t)object_of[0][i] == RESET_FLAGS) {
			flags_place = i;
			matches++;
		}
	if (matches != 1)
		output_fail(2,
		            "RFLAGS was not found in the CPU object of this Bochs (%u candidates), so its "
		            "layout is unknown; use a Bochs such as package bochs of Debian 12",
		            matches);
}

/* Finds DR7, the 32-bit word after DR6. The CPU was just reset, so both have known values. */
static void find_dr7(unsigned cpu)
{
	const uint32_t *object = (const uint32_t *)object_of[cpu];
	unsigned matches = 0, place_found = 0;

	for (unsigned i = 1; i < 2 * WORDS; i++)
		if (object[i - 1] == RESET_DR6 && object[i] == RESET_DR7) {
			place_found = i;
			matches++;
		}
	dr7_place = matches == 1 ? place_found : 0;
}

bool rip_breakpoints(unsigned cpu)
{
	return !dr7_place || ((const uint32_t *)object_of[cpu])[dr7_place] & DR7_ENABLED;
}

bool rip_several_cpus(void)
{
	return object_of[1];
}

void rip_after_reset(unsigned cpu)
{
	if (cpu >= MAX_CPUS)
		output_fail(2, "more than %d CPUs", MAX_CPUS);
	object_of[cpu] = find_object(cpu);
	find_dr7(cpu);
	if (found)
		locate(cpu);
	else if (cpu == 0)
		for (unsigned i = 0; i < WORDS; i++)
			candidate[i] = object_of[0][i] == RESET_RIP;
	rip_check(cpu, RESET_RIP);
}

bool rip_after_far_branch(unsigned cpu, uint64_t from, uint64_t to)
{
	unsigned matches = 0;

	if (found || cpu != 0 || from != RESET_RIP || to == RESET_RIP)
		return found;
	for (unsigned i = 0; i < WORDS; i++)
		if (candidate[i] && object_of[0][i] == to) {
			place = i;
			matches++;
		}
	if (matches != 1)
		output_fail(
		        2,
		        "RIP was not found in the CPU object of this Bochs (%u candidates), so its layout is "
		        "unknown; use a Bochs such as package bochs of Debian 12",
		        matches);
	find_flags();
	found = true;
	for (unsigned i = 0; i < MAX_CPUS; i++)
		if (object_of[i])
			locate(i);
	return true;
}
