/* SPDX-License-Identifier: MIT */
/* The rows of --probe about this host: facts that make measurements better or worse. */
#include "bench/host/base/host_facts.h"
#include "bench/host/launch/exits.h"
#include "bench/host/probe/probe_row.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct probe_row processor_row(void)
{
	struct probe_row row = { .item = "processor", .meaning = "numbers hold for this model" };
	char line[160] = "unknown";

	host_line("/proc/cpuinfo", "model name", line, sizeof line);
	probe_set(&row, "%s", line);
	return row;
}

static struct probe_row hypervisor_row(void)
{
	struct probe_row row = { .item = "under a hypervisor",
		                 .value = "no",
		                 .meaning = "the host has the processor to itself" };
	char vendor[80] = "";

	if (!host_cpu_flag("hypervisor"))
		return row;
	host_line("/sys/class/dmi/id/sys_vendor", "", vendor, sizeof vendor);
	probe_set(&row, "yes%s%.60s", *vendor ? ": " : "", vendor);
	row.grade = BAD;
	row.meaning = "this host is a virtual machine: others take its time unseen, exits go through two "
	              "hypervisors,"
	              " and page walks may have a third dimension";
	row.advice = "measure on the machine itself; ratios of a nested run are an indication at best";
	return row;
}

static struct probe_row tsc_row(void)
{
	struct probe_row row = { .item = "TSC",
		                 .meaning = "ticks are time: constant, and running in idle states" };
	char source[40] = "unknown";

	host_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", "", source,
	          sizeof source);
	probe_set(&row, "%.0f MHz, clock %.20s", host_tsc_khz() / 1000, source);
	if (!host_cpu_flag("constant_tsc") || !host_cpu_flag("nonstop_tsc")) {
		row.grade = BAD;
		row.meaning =
		        "the TSC is not invariant: a tick is not a fixed time, and samples do not compare";
		row.advice = "use a processor with constant_tsc and nonstop_tsc in /proc/cpuinfo";
	}
	return row;
}

static struct probe_row perf_row(void)
{
	struct probe_row row = { .item = "perf permission", .meaning = "VM exits can be counted by reason" };
	static char why[400];
	char level[16];

	if (!host_line("/proc/sys/kernel/perf_event_paranoid", "", level, sizeof level)) {
		probe_set(&row, "no perf events");
		row.grade = MEDIOCRE;
		row.meaning = "VM exits cannot be counted: the host's kernel has no perf events";
		return row;
	}
	probe_set(&row, "paranoid = %.12s%s", level, geteuid() == 0 ? ", root" : "");
	if (exits_can_count(why, sizeof why)) {
		row.grade = MEDIOCRE;
		row.meaning = "VM exits cannot be counted by reason";
		row.advice = why;
	}
	return row;
}

static struct probe_row governor_row(void)
{
	struct probe_row row = { .item = "governor", .meaning = "the clock stays up" };
	char line[40];

	if (!host_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "", line, sizeof line)) {
		probe_set(&row, "not known");
		row.grade = MEDIOCRE;
		row.meaning = "this host does not control its clock (a virtual machine, or no driver)";
		return row;
	}
	probe_set(&row, "%s", line);
	if (strcmp(line, "performance") != 0) {
		row.grade = MEDIOCRE;
		row.meaning = "the clock follows the load, so ticks of the TSC are not proportional to "
		              "cycles; drift shows it";
		row.advice = "sudo cpupower frequency-set -g performance";
	}
	return row;
}

static struct probe_row turbo_row(void)
{
	struct probe_row row = { .item = "turbo",
		                 .meaning = "the clock does not depend on heat and neighbours" };
	int turbo = host_turbo();

	probe_set(&row, "%s", turbo < 0 ? "not known" : turbo ? "on" : "off");
	if (turbo != 0) {
		row.grade = MEDIOCRE;
		row.meaning = turbo < 0 ? "neither intel_pstate nor cpufreq/boost is there"
		                        : "the clock changes with heat and with what other cores do; rounds "
		                          "in random order"
		                          " keep ratios fair, medians in ticks drift";
		row.advice = turbo < 0 ? NULL
		             : host_exists("/sys/devices/system/cpu/intel_pstate/no_turbo")
		                     ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
		                     : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost";
	}
	return row;
}

static struct probe_row smt_row(void)
{
	struct probe_row row = { .item = "SMT",
		                 .meaning = "a core's caches, TLBs and units belong to one thread" };
	char line[40];

	if (!host_line("/sys/devices/system/cpu/smt/control", "", line, sizeof line))
		snprintf(line, sizeof line, "not known");
	probe_set(&row, "%s", line);
	if (strcmp(line, "on") == 0) {
		row.grade = MEDIOCRE;
		row.meaning = "what runs on the other hardware thread shares the core's caches and TLBs with "
		              "the guest";
		row.advice = "echo off | sudo tee /sys/devices/system/cpu/smt/control";
	} else if (strcmp(line, "not known") == 0) {
		row.grade = MEDIOCRE;
		row.meaning = "the host does not say; a virtual CPU may be half a core";
	}
	return row;
}

static struct probe_row isolated_row(void)
{
	struct probe_row row = { .item = "isolated cores",
		                 .meaning = "vCPUs get cores that the scheduler leaves alone" };
	char line[64] = "";

	host_line("/sys/devices/system/cpu/isolated", "", line, sizeof line);
	probe_set(&row, "%s", *line ? line : "none");
	if (!*line) {
		row.grade = MEDIOCRE;
		row.meaning =
		        "vCPUs are pinned, but other tasks may run on their CPUs; that shows as outliers";
		row.advice =
		        "boot the host with isolcpus=N nohz_full=N rcu_nocbs=N for a core N other than 0";
	}
	return row;
}

static struct probe_row memory_row(void)
{
	struct probe_row row = { .item = "guest memory" };
	char line[32] = "0";

	host_line("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "", line, sizeof line);
	probe_set(&row, "%s huge pages free", line);
	row.meaning =
	        "the guest's memory is allocated before it starts, in pages of 2 MiB when enough are free";
	if (strtoul(line, NULL, 10) < 256) {
		row.grade = MEDIOCRE;
		row.meaning = "the guest's memory is allocated before it starts, in pages of 4 KiB: the "
		              "host's half of a page"
		              " walk is longer than with huge pages";
		row.advice = "echo 300 | sudo tee /proc/sys/vm/nr_hugepages (for --memory 512)";
	}
	return row;
}

bool probe_host_row(size_t index, struct probe_row *row)
{
	static struct probe_row (*const rows[])(void) = { processor_row, hypervisor_row, tsc_row,
		                                          governor_row,  turbo_row,      smt_row,
		                                          isolated_row,  memory_row,     perf_row };

	if (index >= sizeof rows / sizeof rows[0])
		return false;
	*row = rows[index]();
	return true;
}
