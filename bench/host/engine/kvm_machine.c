/* SPDX-License-Identifier: MIT */
#include "bench/host/engine/kvm_machine.h"
#include "bench/host/base/host_facts.h"
#include "bench/host/engine/qemu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OLDEST_MAJOR 5
#define OLDEST_MINOR 2
#define HUGE_PAGES   "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages"

/*
 * CPU models, in the order in which they are tried. With migratable=off the guest sees an invariant
 * TSC; pmu=on asks for performance counters.
 */
static const char *const intel[] = { "host,migratable=off,pmu=on", "Skylake-Client-noTSX-IBRS", "Nehalem",
	                             "qemu64", NULL };
static const char *const amd[] = { "host,migratable=off,pmu=on", "EPYC", "Opteron_G3", "qemu64", NULL };
static size_t model;

int kvm_check_qemu(char *why, size_t size)
{
	const char *version = qemu_version();
	int major, minor;

	/* Any other text is the version of a custom build, which may be new enough. */
	if (sscanf(version, "QEMU emulator version %d.%d", &major, &minor) != 2 || major > OLDEST_MAJOR ||
	    (major == OLDEST_MAJOR && minor >= OLDEST_MINOR))
		return 0;
	snprintf(why, size,
	         "QEMU %d.%d is too old: %d.%d or newer is needed (Debian package qemu-system-x86; a newer"
	         " one can be named with PALIMPSEST_QEMU)",
	         major, minor, OLDEST_MAJOR, OLDEST_MINOR);
	return -1;
}

static const char *const *models(void)
{
	char vendor[64];

	return host_line("/proc/cpuinfo", "vendor_id", vendor, sizeof vendor) &&
	                       strcmp(vendor, "AuthenticAMD") == 0
	               ? amd
	               : intel;
}

const char *kvm_cpu(void)
{
	return models()[model];
}

bool kvm_next_cpu(void)
{
	if (!models()[model + 1])
		return false;
	model++;
	return true;
}

static bool huge_pages(unsigned memory)
{
	static int decided = -1;
	char line[32];

	if (decided < 0)
		decided =
		        host_line(HUGE_PAGES, "", line, sizeof line) && strtoul(line, NULL, 10) * 2 >= memory;
	return decided;
}

const char *kvm_memory_backing(unsigned memory)
{
	return huge_pages(memory) ? "memfd, preallocated, 2 MiB pages" : "memfd, preallocated, 4 KiB pages";
}

void kvm_add_machine(struct arguments *arguments, unsigned memory)
{
	arguments_add_all(arguments, "-machine", "pc,memory-backend=ram", "-overcommit", "cpu-pm=on",
	                  "-object");
	arguments_add(arguments, "memory-backend-memfd,id=ram,size=%uM,prealloc=on,share=on%s", memory,
	              huge_pages(memory) ? ",hugetlb=on,hugetlbsize=2M" : "");
}
